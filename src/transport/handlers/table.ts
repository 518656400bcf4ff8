import type { ClientFrameKind } from "@peyk/client/protocol";
import type { Peer, Request } from "../context.js";
import { ADMINISTRATION } from "./administer.js";
import { onCredit, onSettle, onSubscribe, onUnsubscribe } from "./consume.js";
import { onStartLive, onStopLive } from "./live.js";
import { onPublish } from "./publish.js";

/** Handles one frame; its bytes are read before the call returns. What it throws, or rejects with, is the answer. */
export type Handler = (peer: Peer, request: Request) => void | Promise<void>;

/** Frames that the connection answers itself are not here. */
export type HandledKind = Exclude<ClientFrameKind, "hello" | "ping" | "pong">;

export const HANDLERS: Readonly<Record<HandledKind, Handler>> = {
  publish: onPublish,
  settle: onSettle,
  credit: onCredit,
  subscribe: onSubscribe,
  unsubscribe: onUnsubscribe,
  startLive: onStartLive,
  stopLive: onStopLive,
  ...ADMINISTRATION,
};
