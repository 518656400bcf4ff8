import {
  beginLiveMessages,
  checkPattern,
  encodeRun,
  endFrame,
  limits,
  PacketWriter,
  PeykError,
  readClientFrame,
  writeServerFrame,
} from "@peyk/client/protocol";
import type { LiveBatch } from "../../broker/live-hub.js";
import type { Peer, Request } from "../context.js";
import { headerOf } from "../session.js";

/** StartLive: from now on, at most once. A listener whose socket is behind is told how much it missed. */
export function onStartLive(peer: Peer, { id, packet, start, end }: Request): void {
  const { live, pattern } = readClientFrame("startLive", packet, start, end);
  const { session, context } = peer;
  checkPattern(pattern);
  if (session.lives.has(live)) {
    const detail = `live listener ${live} is in use; choose another number`;
    throw new PeykError("invalid_argument", detail, { field: "live" });
  }
  if (session.lives.size >= limits.MAX_LIVES) {
    const detail = `the session has ${limits.MAX_LIVES} live listeners; no more are allowed`;
    throw new PeykError("resource_exhausted", detail, { limit: limits.MAX_LIVES });
  }
  let missed = 0;
  const listener = context.broker.live.listen(pattern, (batch) => {
    const { outbox } = peer;
    if (outbox.isBehind) {
      missed += batch.count;
      context.counters.liveMessagesMissed += batch.count;
      return;
    }
    if (missed === 0) outbox.sendShared(sharedPacket(batch, live));
    else {
      writeLive(outbox.writer, batch, live, missed);
      outbox.written();
      missed = 0;
    }
  });
  session.lives.set(live, listener);
  peer.answer(id, (writer) => writeServerFrame(writer, id, "done", {}));
}

/** StopLive: nothing more comes. */
export function onStopLive(peer: Peer, { id, packet, start, end }: Request): void {
  const { live } = readClientFrame("stopLive", packet, start, end);
  const { lives } = peer.session;
  lives.get(live)?.close();
  lives.delete(live);
}

/** One encoding for all listeners that know themselves by the same number, which is most of them. */
const encoded = new WeakMap<LiveBatch, Map<number, Uint8Array>>();

function sharedPacket(batch: LiveBatch, live: number): Uint8Array {
  let byNumber = encoded.get(batch);
  if (!byNumber) encoded.set(batch, (byNumber = new Map()));
  let packet = byNumber.get(live);
  if (!packet) {
    const writer = new PacketWriter(batch.byteLength + 256);
    writeLive(writer, batch, live, 0);
    packet = writer.view();
    byNumber.set(live, packet);
  }
  return packet;
}

function writeLive(writer: PacketWriter, batch: LiveBatch, live: number, missed: number): void {
  const header = { live, missed, missedUnknown: false };
  beginLiveMessages(writer, header, batch.byteLength + 64 * batch.runs.length);
  for (const run of batch.runs) {
    writer.raw(encodeRun(headerOf(run, 0), run.batch.slice(run.from, run.count)));
  }
  endFrame(writer);
}
