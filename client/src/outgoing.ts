import type { Clock } from "./clock.js";
import { limits, PacketWriter, PeykError } from "./protocol/index.js";

/** A packet that grew to this size, in bytes, is sent before the turn ends; one that the broker would not take, sooner. */
const FULL_PACKET_BYTES = 128 * 1024;

/** Bytes of a packet that every broker takes, however small the payloads are that it takes. */
const SURE_PACKET_BYTES = limits.MAX_PACKET_BYTES - limits.MAX_PAYLOAD_BYTES;

/** Gathers the frames of a turn into packets that the broker takes. */
export class Outgoing {
  readonly writer = new PacketWriter(4096);
  readonly #clock: Clock;
  readonly #send: (packet: Uint8Array) => boolean;
  #maxPacketBytes: number = limits.MAX_PACKET_BYTES;
  /** Where the last complete frame ends, and how many there are. */
  #framesEnd = 0;
  #frameCount = 0;
  #isScheduled = false;
  readonly #flush = (): void => this.flush();

  /** `send` sends a packet, a view that holds until it returns; or says with false that there is no connection. */
  constructor(clock: Clock, send: (packet: Uint8Array) => boolean) {
    this.#clock = clock;
    this.#send = send;
  }

  get maxPacketBytes(): number {
    return this.#maxPacketBytes;
  }

  /** What the broker said; 0 if it did not. */
  set maxPacketBytes(bytes: number) {
    this.#maxPacketBytes = Math.max(SURE_PACKET_BYTES, bytes || limits.MAX_PACKET_BYTES);
  }

  /** A frame was written. Throws `payload_too_large` for one that no packet takes, and takes it back. */
  written(): void {
    this.#fit();
    this.#framesEnd = this.writer.length;
    this.#frameCount += 1;
    const isFull = this.#frameCount === limits.MAX_PACKET_FRAMES;
    if (isFull || this.#framesEnd >= FULL_PACKET_BYTES) this.flush();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      this.#clock.defer(this.#flush);
    }
  }

  flush(): void {
    this.#isScheduled = false;
    if (this.writer.length > 0 && this.#send(this.writer.view())) this.clear();
  }

  clear(): void {
    this.writer.clear();
    this.#framesEnd = 0;
    this.#frameCount = 0;
  }

  /** A frame that makes the packet larger than the broker takes is the first of the next one. */
  #fit(): void {
    const { writer } = this;
    const limit = this.#maxPacketBytes;
    if (writer.length <= limit) return;
    const frame = writer.view().slice(this.#framesEnd);
    writer.truncate(this.#framesEnd);
    if (frame.byteLength > limit) {
      const detail = `the request has ${frame.byteLength} bytes; this broker takes at most ${limit}: ask for less at a time`;
      throw new PeykError("payload_too_large", detail, { limit });
    }
    this.flush();
    writer.raw(frame);
  }
}
