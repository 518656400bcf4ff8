import {
  beginLiveMessages,
  checkPattern,
  checkTopicName,
  encodeRun,
  endFrame,
  limits,
  PacketWriter,
  PeykError,
  readClientFrame,
  writeServerFrame,
  type peyk,
} from "@peyk/client/protocol";
import type { Closable } from "../../broker/engine.js";
import type { LiveBatch } from "../../broker/live-hub.js";
import type { Peer, Request } from "../context.js";
import { LiveCatchUp } from "../live-catch-up.js";
import { headerOf, type Live } from "../session.js";
import { checkNumber } from "./numbers.js";

/** StartLive: from now on, at most once. A listener whose socket is behind is told how much it missed. */
export function onStartLive(peer: Peer, { id, packet, start, end }: Request): void {
  const { live: number, pattern, after } = readClientFrame("startLive", packet, start, end);
  const { session } = peer;
  checkPattern(pattern);
  if (after) checkTopicName(pattern, "after");
  checkNumber("live", number, session.lives);
  if (session.lives.size >= limits.MAX_LIVES) {
    const detail = `the session has ${limits.MAX_LIVES} live listeners; no more are allowed`;
    throw new PeykError("resource_exhausted", detail, { limit: limits.MAX_LIVES });
  }
  const live = new LiveListener(peer, number, pattern);
  session.lives.set(number, live);
  peer.answer(id, (writer) => writeServerFrame(writer, id, "done", {}));
  if (after) live.goOnAfter(pattern, after);
}

/** StopLive: nothing more comes. */
export function onStopLive(peer: Peer, { packet, start, end }: Request): void {
  const { live } = readClientFrame("stopLive", packet, start, end);
  const { lives } = peer.session;
  lives.get(live)?.close();
  lives.delete(live);
}

class LiveListener implements Live {
  readonly #peer: Peer;
  readonly #number: number;
  readonly #subscription: Closable;
  #catchUp: LiveCatchUp | undefined;
  #missed = 0;

  constructor(peer: Peer, number: number, pattern: string) {
    this.#peer = peer;
    this.#number = number;
    this.#subscription = peer.context.broker.live.listen(pattern, (batch) => this.#on(batch));
  }

  close(): void {
    this.#subscription.close();
    this.#catchUp?.close();
  }

  /** Sends what is still stored of what came after this message, and tells of what is not. */
  goOnAfter(topic: string, after: peyk.v1.LivePosition): void {
    const { engine, names } = this.#peer.context.broker;
    const known = names.topic(topic)?.topic;
    const next = known?.epoch === after.epoch ? engine.topicStats(known.id).nextPosition : 0;
    const position = after.position + 1;
    if (position === next) return;
    if (known === undefined || position > next) return this.#tell(0, true);
    const from = { topic: known, position };
    this.#catchUp = new LiveCatchUp(engine, this.#peer.context.clock, from, {
      isBehind: () => this.#peer.outbox.isBehind,
      send: (batch) => this.#send(batch),
      missed: (count, isUnknown) => this.#tell(count, isUnknown),
      done: () => (this.#catchUp = undefined),
    });
  }

  caughtUp(): void {
    if (this.#catchUp) return this.#catchUp.goOn();
    if (this.#missed === 0 || this.#peer.outbox.isBehind) return;
    this.#tell(this.#missed, false);
    this.#missed = 0;
  }

  #on(batch: LiveBatch): void {
    if (this.#catchUp) return this.#catchUp.hold(batch);
    const { outbox, context } = this.#peer;
    if (outbox.isBehind) {
      this.#missed += batch.count;
      context.counters.liveMessagesMissed += batch.count;
      return;
    }
    this.caughtUp();
    this.#send(batch);
  }

  #send(batch: LiveBatch): void {
    this.#peer.outbox.sendShared(sharedFrame(batch, this.#number));
  }

  #tell(missed: number, missedUnknown: boolean): void {
    const { outbox } = this.#peer;
    beginLiveMessages(outbox.writer, { live: this.#number, missed, missedUnknown });
    endFrame(outbox.writer);
    outbox.written();
  }
}

/** One encoding for all listeners that know themselves by the same number, which is most of them. */
const encoded = new WeakMap<LiveBatch, Map<number, Uint8Array>>();

function sharedFrame(batch: LiveBatch, live: number): Uint8Array {
  let byNumber = encoded.get(batch);
  if (!byNumber) {
    byNumber = new Map<number, Uint8Array>();
    encoded.set(batch, byNumber);
  }
  let frame = byNumber.get(live);
  if (!frame) {
    const writer = new PacketWriter(batch.byteLength + 256);
    const header = { live, missed: 0, missedUnknown: false };
    beginLiveMessages(writer, header, batch.byteLength + 64 * batch.runs.length);
    for (const run of batch.runs) writer.raw(encodedRun(run));
    endFrame(writer);
    frame = writer.view();
    byNumber.set(live, frame);
  }
  return frame;
}

/** The same for listeners with other numbers, and for other patterns: a run is encoded once. */
const encodedRuns = new WeakMap<LiveBatch["runs"][number], Uint8Array>();

function encodedRun(run: LiveBatch["runs"][number]): Uint8Array {
  let bytes = encodedRuns.get(run);
  if (!bytes) {
    bytes = encodeRun(headerOf(run, 0), run.batch.slice(run.from, run.count));
    encodedRuns.set(run, bytes);
  }
  return bytes;
}
