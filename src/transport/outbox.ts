import { PacketWriter } from "@peyk/client/protocol";
import type { Clock } from "../runtime/clock.js";
import type { Alarm, Timers } from "../runtime/timers.js";
import type { Line } from "./line.js";

/** A packet that grew to this size, in bytes, is sent before the turn ends. */
const FULL_PACKET_BYTES = 256 * 1024;

export interface OutboxLimits {
  /** Bytes waiting in the socket beyond which its consumers get nothing new and nothing more is read. */
  readonly maxBufferedBytes: number;
  /** How long a send may take before the peer counts as stuck, in ms. */
  readonly writeStallMs: number;
}

export interface OutboxEvents {
  /** The socket is behind; after it `caughtUp` comes, or `stalled`. */
  behind(): void;
  caughtUp(): void;
  stalled(): void;
}

/** Gathers the frames that are due to one line in a turn, and sends them as one packet. */
export class Outbox {
  /** Where frames are written; call `written` afterwards. */
  readonly writer = new PacketWriter(4096);
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #limits: OutboxLimits;
  readonly #events: OutboxEvents;
  readonly #stall: Alarm;
  #isScheduled = false;
  #isBehind = false;
  #isClosed = false;
  /** Packets that have not left the process. */
  #sending = 0;
  readonly #flush = (): void => this.flush();
  /** One more hop: what the frames written so far set off in this turn (deliveries after confirms) leaves with them. */
  readonly #flushLater = (): void => this.#clock.defer(this.#flush);
  readonly #onSent = (): void => this.#sent();

  constructor(
    line: Line,
    clock: Clock,
    timers: Timers,
    limits: OutboxLimits,
    events: OutboxEvents,
  ) {
    this.#line = line;
    this.#clock = clock;
    this.#limits = limits;
    this.#events = events;
    this.#stall = timers.createAlarm(() => events.stalled());
  }

  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Says that frames were written: they leave at the end of the turn. */
  written(): void {
    if (this.writer.length >= FULL_PACKET_BYTES) this.flush();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      this.#clock.defer(this.#flushLater);
    }
  }

  /** Sends a packet that others get too, after what was written so far. */
  sendShared(packet: Uint8Array): void {
    this.flush();
    this.#send(packet);
  }

  flush(): void {
    this.#isScheduled = false;
    if (this.writer.length > 0 && !this.#isClosed) this.#send(this.writer.take());
  }

  close(): void {
    this.#isClosed = true;
    this.writer.clear();
    this.#stall.clear();
  }

  #send(packet: Uint8Array): void {
    if (this.#isClosed) return;
    this.#sending += 1;
    if (this.#sending === 1) this.#watch();
    this.#line.send(packet, this.#onSent);
    if (this.#isBehind || this.#line.bufferedBytes <= this.#limits.maxBufferedBytes) return;
    this.#isBehind = true;
    this.#events.behind();
  }

  #sent(): void {
    this.#sending -= 1;
    if (this.#isClosed) return;
    if (this.#sending > 0) this.#watch();
    else this.#stall.clear();
    if (!this.#isBehind || this.#line.bufferedBytes > this.#limits.maxBufferedBytes / 2) return;
    this.#isBehind = false;
    this.#events.caughtUp();
  }

  #watch(): void {
    this.#stall.set(this.#clock.monotonic() + this.#limits.writeStallMs);
  }
}
