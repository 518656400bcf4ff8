import { PacketWriter } from "@peyk/client/protocol";
import type { Clock } from "../runtime/clock.js";
import { failpoint } from "../runtime/failpoints.js";
import type { Alarm, Timers } from "../runtime/timers.js";
import type { Line } from "./line.js";
import type { PacketPool } from "./packet-pool.js";

/** A packet that grew to this size, in bytes, is sent before the turn ends. */
const FULL_PACKET_BYTES = 256 * 1024;

/** Shared frames below this size, in bytes, are copied next to others: a copy costs less than one more write. */
const COPIED_BYTES = 16 * 1024;

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

/** What outboxes share. */
export interface OutboxContext {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly packets: PacketPool;
  readonly config: OutboxLimits;
}

/** Gathers the frames that are due to one line in a turn, and sends them as one packet. */
export class Outbox {
  /** Where frames are written; call `written` afterwards. */
  readonly writer = new PacketWriter(4096);
  readonly #line: Line;
  readonly #context: OutboxContext;
  readonly #events: OutboxEvents;
  readonly #stall: Alarm;
  #isScheduled = false;
  #isBehind = false;
  #isClosed = false;
  /** Packets that have not left the process. */
  #sending = 0;
  readonly #flush = (): void => this.flush();
  readonly #onSent = (): void => this.#sent();

  constructor(line: Line, context: OutboxContext, events: OutboxEvents) {
    this.#line = line;
    this.#context = context;
    this.#events = events;
    this.#stall = context.timers.createAlarm(() => events.stalled());
  }

  get isBehind(): boolean {
    return this.#isBehind;
  }

  /**
   * Says that frames were written: they leave at the end of the turn. Deliveries leave a turn after the confirms that they
   * follow, so that the publisher works while they are written.
   */
  written(): void {
    if (this.#isClosed) this.writer.clear();
    else if (this.writer.length >= FULL_PACKET_BYTES) this.flush();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      this.#context.clock.defer(this.#flush);
    }
  }

  /** Sends frames that others get too, after what was written so far. Their bytes must never change. */
  sendShared(frames: Uint8Array): void {
    if (frames.byteLength < COPIED_BYTES) {
      this.writer.raw(frames);
      this.written();
      return;
    }
    this.flush();
    this.#send(frames, this.#onSent);
  }

  flush(): void {
    this.#isScheduled = false;
    const { writer } = this;
    if (writer.length === 0 || this.#isClosed) return;
    if (this.#line.keepsPackets) {
      this.#send(writer.take(), this.#onSent);
      return;
    }
    const { packets } = this.#context;
    const written = writer.view();
    const buffer = packets.take(written.byteLength);
    buffer.set(written);
    writer.clear();
    this.#send(buffer.subarray(0, written.byteLength), (error) => {
      // After a failure nobody can say whether the socket still looks at it.
      if (error === undefined || error === null) packets.giveBack(buffer);
      this.#sent();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.writer.clear();
    this.#stall.clear();
  }

  #send(packet: Uint8Array, sent: (error?: unknown) => void): void {
    if (this.#isClosed) return;
    this.#sending += 1;
    if (this.#sending === 1) this.#watch();
    failpoint("packet.before-send");
    this.#line.send(packet, sent);
    failpoint("packet.after-send");
    if (this.#isBehind || this.#line.bufferedBytes <= this.#context.config.maxBufferedBytes) return;
    this.#isBehind = true;
    this.#events.behind();
  }

  #sent(): void {
    this.#sending -= 1;
    if (this.#isClosed) return;
    if (this.#sending > 0) this.#watch();
    else this.#stall.clear();
    const { maxBufferedBytes } = this.#context.config;
    if (!this.#isBehind || this.#line.bufferedBytes > maxBufferedBytes / 2) return;
    this.#isBehind = false;
    this.#events.caughtUp();
  }

  #watch(): void {
    const { clock, config } = this.#context;
    this.#stall.set(clock.monotonic() + config.writeStallMs);
  }
}
