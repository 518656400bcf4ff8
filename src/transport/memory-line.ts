import type { CloseReason } from "@peyk/client/protocol";
import { CLOSE_CODES } from "@peyk/client/protocol";
import type { Clock } from "../runtime/clock.js";
import { Fifo } from "../runtime/fifo.js";
import type { Accept, Line, LineEvents } from "./line.js";

/** The client's end of a line within the process; the shape of a socket. */
export interface MemorySocket {
  send(packet: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Bytes that were sent and not read yet. */
  readonly bufferedBytes: number;
}

export interface MemorySocketEvents {
  packet(packet: Uint8Array): void;
  closed(code: number, reason: string): void;
}

/** Joins a client to the broker without a network: packets are handed over in later turns, as a network would. */
export function joinInMemory(
  accept: Accept,
  clock: Pick<Clock, "defer">,
  events: MemorySocketEvents,
): MemorySocket {
  const toClient = new Pipe(clock, (packet) => events.packet(packet));
  let brokerEvents: LineEvents | undefined = undefined;
  const toBroker = new Pipe(clock, (packet) => brokerEvents?.packet(packet));
  let isClosed = false;
  const end = (code: number, reason: string, wasClean: boolean): void => {
    if (isClosed) return;
    isClosed = true;
    clock.defer(() => {
      toBroker.drain();
      void brokerEvents?.closed(wasClean);
      toClient.drain();
      events.closed(code, reason);
    });
  };
  const line: Line = {
    peer: "in-process",
    get bufferedBytes() {
      return toClient.bytes;
    },
    keepsPackets: true,
    sharesProcess: true,
    send: (packet, sent) => toClient.push(packet, sent),
    pause: () => toBroker.pause(),
    resume: () => toBroker.resume(),
    opened: () => {},
    close: (reason: CloseReason, detail) => end(CLOSE_CODES[reason].code, detail, false),
  };
  brokerEvents = accept(line);
  return {
    send: (packet) => {
      if (!isClosed) toBroker.push(packet, () => {});
    },
    close: (code, reason) => end(code, reason, code === CLOSE_CODES.normal.code),
    get bufferedBytes() {
      return toBroker.bytes;
    },
  };
}

/** Packets on their way in one direction. */
class Pipe {
  bytes = 0;
  readonly #clock: Pick<Clock, "defer">;
  readonly #receive: (packet: Uint8Array) => void;
  readonly #packets = new Fifo<{ readonly packet: Uint8Array; readonly sent: () => void }>();
  #isScheduled = false;
  #isPaused = false;

  constructor(clock: Pick<Clock, "defer">, receive: (packet: Uint8Array) => void) {
    this.#clock = clock;
    this.#receive = receive;
  }

  push(packet: Uint8Array, sent: () => void): void {
    this.#packets.push({ packet, sent });
    this.bytes += packet.byteLength;
    this.#schedule();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  /** Hands over what is left, whether paused or not. */
  drain(): void {
    this.#isPaused = false;
    this.#deliver();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isPaused || this.#packets.length === 0) return;
    this.#isScheduled = true;
    this.#clock.defer(() => {
      this.#isScheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    for (let left = this.#packets.length; left > 0 && !this.#isPaused; left -= 1) {
      const next = this.#packets.shift();
      if (!next) return;
      this.bytes -= next.packet.byteLength;
      this.#receive(next.packet);
      next.sent();
    }
    this.#schedule();
  }
}
