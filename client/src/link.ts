import { backoffMs } from "./backoff.js";
import type { Clock, Timer } from "./clock.js";
import {
  CLOSE_CODES,
  closeReason,
  limits,
  PacketWriter,
  PeykError,
  PROTOCOL_VERSION,
  MIN_PROTOCOL_VERSION,
  readErrorFrame,
  readServerFrame,
  serverPacketWalker,
  writeClientFrame,
  type peyk,
  type ServerFrameKind,
} from "./protocol/index.js";
import type { OpenSocket, Socket } from "./socket.js";

/** A request that waits for its answer. Exactly one of the two is called. */
export interface Pending {
  /** The body of the answer is `packet[start, end)`. */
  answered(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void;
  /** The connection ended first. */
  lost(): void;
}

/** What the owner of a link does with what comes. */
export interface LinkEvents {
  /** It is open. `resumed`: the session goes on, with its leases and consumers. */
  opened(welcome: peyk.v1.Welcome, resumed: boolean): void;
  /** It was open and is not any more; after `lost` of every pending request. */
  interrupted(cause: PeykError): void;
  state(
    state: LinkState["name"],
    cause: PeykError | undefined,
    retryInMs: number | undefined,
  ): void;
  /** A frame that answers nothing: deliveries, live messages, notices. */
  frame(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void;
  /** How far each consumer has received. */
  positions(): { readonly consumer: number; readonly lastDelivery: number }[];
}

export interface LinkOptions {
  readonly urls: readonly string[];
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly name: string;
  readonly software: string;
  readonly producerId: Uint8Array;
  readonly token: () => string | Promise<string>;
  readonly connectTimeoutMs: number;
}

export type LinkState =
  | { readonly name: "connecting"; readonly attempt: number; readonly socket: Socket | undefined }
  | { readonly name: "open"; readonly socket: Socket }
  | { readonly name: "waiting"; readonly attempt: number; readonly timer: Timer }
  | { readonly name: "closed"; readonly cause: PeykError | undefined };

const NEXT: { readonly [From in LinkState["name"]]: readonly LinkState["name"][] } = {
  connecting: ["open", "waiting", "closed"],
  open: ["waiting", "closed"],
  waiting: ["connecting", "closed"],
  closed: [],
};

/** A packet that grew to this size, in bytes, is sent before the turn ends. */
const FULL_PACKET_BYTES = 128 * 1024;

/** The line to a broker: connects, comes back after an interruption, takes frames out and in. */
export class Link {
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  readonly #writer = new PacketWriter(4096);
  readonly #walker = serverPacketWalker();
  readonly #pending = new Map<number, Pending>();
  #state: LinkState;
  #nextRequest = 1;
  #session: { readonly id: Uint8Array; readonly secret: Uint8Array } | undefined;
  #isFlushing = false;
  #urlIndex = 0;
  readonly #startedAt: number;
  #hasBeenOpen = false;
  #lastReceivedAt = 0;
  #pingIntervalMs: number = limits.PING_INTERVAL_MS;
  #watch: Timer | undefined;
  readonly #flush = (): void => this.flush();

  constructor(options: LinkOptions, events: LinkEvents) {
    this.#options = options;
    this.#events = events;
    this.#startedAt = options.clock.monotonic();
    this.#state = { name: "connecting", attempt: 0, socket: undefined };
    this.#connect(0);
  }

  get state(): LinkState["name"] {
    return this.#state.name;
  }

  get isOpen(): boolean {
    return this.#state.name === "open";
  }

  /** When something last came, on the monotonic clock; 0 if nothing did. */
  get lastReceivedAt(): number {
    return this.#lastReceivedAt;
  }

  get bufferedBytes(): number {
    return this.#state.name === "open" ? this.#state.socket.bufferedBytes : 0;
  }

  /** Where frames are written while it is open; call `written` afterwards. */
  get writer(): PacketWriter {
    return this.#writer;
  }

  /** Registers a request that is about to be written, and gives it its id. */
  expect(pending: Pending): number {
    const id = this.#nextRequest++;
    this.#pending.set(id, pending);
    return id;
  }

  /** Says that frames were written: they leave at the end of the turn. */
  written(): void {
    if (this.#writer.length >= FULL_PACKET_BYTES) this.flush();
    else if (!this.#isFlushing) {
      this.#isFlushing = true;
      this.#options.clock.defer(this.#flush);
    }
  }

  flush(): void {
    this.#isFlushing = false;
    if (this.#writer.length === 0 || this.#state.name !== "open") return;
    this.#state.socket.send(this.#writer.view());
    this.#writer.clear();
  }

  /** Ends it for good. */
  close(cause?: PeykError): void {
    if (this.#state.name === "closed") return;
    this.flush();
    this.#enter({ name: "closed", cause });
    this.#lose();
  }

  #connect(attempt: number): void {
    const { urls, openSocket } = this.#options;
    const url = urls[this.#urlIndex % urls.length] ?? "";
    let socket: Socket | undefined = undefined;
    const isCurrent = (): boolean => "socket" in this.#state && this.#state.socket === socket;
    try {
      socket = openSocket(url, {
        opened: () => {
          if (isCurrent()) void this.#sayHello();
        },
        packet: (packet) => {
          if (isCurrent()) this.#receive(packet);
        },
        closed: (code, reason) => {
          if (isCurrent()) this.#onClosed(attempt, code, reason);
        },
      });
    } catch (cause) {
      const detail = `${url} cannot be connected to: ${(cause as Error).message}`;
      this.close(new PeykError("invalid_argument", detail, { field: "url", cause }));
      return;
    }
    const connecting = { name: "connecting", attempt, socket } as const;
    if (this.#state.name === "waiting") this.#enter(connecting);
    else this.#state = connecting;
    this.#events.state("connecting", undefined, undefined);
  }

  async #sayHello(): Promise<void> {
    const state = this.#state;
    let token: string;
    try {
      token = await this.#options.token();
    } catch (cause) {
      this.close(new PeykError("unauthenticated", "the token could not be had", { cause }));
      return;
    }
    if (this.#state !== state || state.name !== "connecting" || !state.socket) return;
    const session = this.#session;
    const { writer } = this;
    writer.clear();
    writeClientFrame(writer, 0, "hello", {
      version: PROTOCOL_VERSION,
      minVersion: MIN_PROTOCOL_VERSION,
      clientName: this.#options.name,
      clientSoftware: this.#options.software,
      producerId: this.#options.producerId,
      credentials: token === "" ? undefined : { token },
      resume: session && {
        sessionId: session.id,
        secret: session.secret,
        consumers: this.#events.positions(),
      },
    });
    state.socket.send(writer.view());
    writer.clear();
  }

  #receive(packet: Uint8Array): void {
    this.#lastReceivedAt = this.#options.clock.monotonic();
    const walker = this.#walker;
    try {
      walker.reset(packet);
      while (walker.next()) {
        const { kind, requestId, start, end } = walker;
        if (kind !== undefined) this.#frame(kind, requestId, packet, start, end);
      }
    } catch (cause) {
      const detail = "the broker sent what cannot be read";
      this.#interrupt(new PeykError("protocol_violation", detail, { cause }));
    }
  }

  #frame(
    kind: ServerFrameKind,
    requestId: number,
    packet: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (requestId !== 0) {
      const pending = this.#pending.get(requestId);
      this.#pending.delete(requestId);
      pending?.answered(kind, packet, start, end);
    } else if (kind === "welcome") this.#welcome(readServerFrame("welcome", packet, start, end));
    else if (kind === "ping") this.#answerPing(packet, start, end);
    else if (kind === "error") this.#refused(readErrorFrame(packet, start, end));
    else this.#events.frame(kind, packet, start, end);
  }

  #welcome(welcome: peyk.v1.Welcome): void {
    if (this.#state.name !== "connecting" || !this.#state.socket) return;
    this.#session = { id: welcome.sessionId.slice(), secret: welcome.sessionSecret.slice() };
    this.#pingIntervalMs = welcome.limits?.pingIntervalMs ?? limits.PING_INTERVAL_MS;
    this.#hasBeenOpen = true;
    this.#enter({ name: "open", socket: this.#state.socket });
    this.#events.state("open", undefined, undefined);
    this.#watchOver();
    this.#events.opened(welcome, welcome.resumed);
  }

  #answerPing(packet: Uint8Array, start: number, end: number): void {
    const { nonce } = readServerFrame("ping", packet, start, end);
    writeClientFrame(this.#writer, 0, "pong", { nonce });
    this.written();
  }

  /** About the connection as a whole: what the broker will not have from this client. */
  #refused(error: PeykError): void {
    const isFinal = error.code === "unauthenticated" || error.code === "unsupported";
    if (isFinal && this.#state.name === "connecting") this.close(error);
  }

  /** The broker pings: where nothing came for longer than that, nobody is there (timers of ours may be throttled). */
  #watchOver(): void {
    const { clock } = this.#options;
    const longestMs = limits.MAX_MISSED_PINGS * this.#pingIntervalMs + 5_000;
    this.#watch?.cancel();
    this.#watch = clock.setTimer(this.#pingIntervalMs, () => {
      if (this.#state.name !== "open") return;
      const silentMs = clock.monotonic() - this.#lastReceivedAt;
      if (silentMs <= longestMs) return this.#watchOver();
      const detail = `the broker was silent for ${Math.round(silentMs / 1000)} s`;
      this.#interrupt(new PeykError("unavailable", detail));
    });
  }

  #interrupt(cause: PeykError): void {
    const state = this.#state;
    if (state.name !== "open" && state.name !== "connecting") return;
    const { socket } = state;
    this.#retry(0, cause);
    socket?.close(CLOSE_CODES.going_away.code, "");
  }

  #onClosed(attempt: number, code: number, reason: string): void {
    const why = closeReason(code);
    const detail = `the connection ended (${code}${reason ? `: ${reason}` : ""})`;
    if (why !== undefined && CLOSE_CODES[why].isFinal && why !== "normal") {
      const isAuth = why === "unauthenticated" || why === "forbidden_origin";
      const errorCode = isAuth
        ? "unauthenticated"
        : why === "session_taken"
          ? "fenced"
          : "unsupported";
      return this.close(new PeykError(errorCode, reason || detail));
    }
    const { clock, connectTimeoutMs, urls } = this.#options;
    const cause = new PeykError("unavailable", detail);
    if (!this.#hasBeenOpen && clock.monotonic() - this.#startedAt >= connectTimeoutMs) {
      const tried = `no broker could be reached at ${urls.join(", ")} within ${connectTimeoutMs} ms`;
      return this.close(new PeykError("unavailable", `${tried}: ${detail}`));
    }
    this.#retry(this.#state.name === "open" ? 0 : attempt + 1, cause);
  }

  #retry(attempt: number, cause: PeykError): void {
    const { clock } = this.#options;
    const wasOpen = this.#state.name === "open";
    this.#urlIndex += 1;
    const retryInMs = backoffMs(attempt, Math.random());
    const timer = clock.setTimer(retryInMs, () => this.#connect(attempt));
    this.#enter({ name: "waiting", attempt, timer });
    this.#lose();
    if (wasOpen) this.#events.interrupted(cause);
    this.#events.state("waiting", cause, retryInMs);
  }

  /** Tells everybody who waits for an answer that none will come. */
  #lose(): void {
    this.#writer.clear();
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of lost) pending.lost();
  }

  #enter(next: LinkState): void {
    const last = this.#state;
    if (!NEXT[last.name].includes(next.name)) {
      throw new Error(`a link cannot go ${last.name} -> ${next.name}`);
    }
    if (last.name === "waiting") last.timer.cancel();
    if (next.name !== "open") this.#watch?.cancel();
    this.#state = next;
    if (next.name !== "closed") return;
    if ("socket" in last) last.socket?.close(CLOSE_CODES.normal.code, "");
    this.#events.state("closed", next.cause, undefined);
  }
}
