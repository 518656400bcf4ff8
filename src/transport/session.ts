import {
  beginDeliver,
  endFrame,
  writeDetail,
  writeRun,
  writeServerFrame,
  type PacketWriter,
  type peyk,
  type RunHeader,
} from "@peyk/client/protocol";
import type { ConsumerNotice, ConsumerPort, DeliveryBatch } from "../broker/consumer-port.js";
import type { Consumer } from "../broker/consumer.js";
import type { ProducerId, Run } from "../broker/engine.js";
import type { Meter } from "../broker/meter.js";
import { Fifo } from "../runtime/fifo.js";
import { encodeError } from "./error-body.js";
import type { Outbox } from "./outbox.js";

/** One subscription that a consumer takes from. */
export interface ConsumerSource {
  readonly name: string;
  readonly meter: Meter;
}

/** A consumer of a session, and where it takes from: `DeliveryBatch.source` is an index into `sources`. */
export interface Attached {
  readonly consumer: Consumer;
  readonly sources: readonly ConsumerSource[];
}

/** A live listener of a session. */
export interface Live {
  close(): void;
  /** The socket takes more again: the listener is told what it missed. */
  caughtUp(): void;
}

export interface SessionIdentity {
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
  readonly clientName: string;
  readonly producer: ProducerId | undefined;
}

/**
 * A client as the broker knows it: outlives its connection by the resume grace. Its consumers are suspended while it has
 * no connection, and while its socket is behind: then what a resume sends again waits here, as references.
 */
export class Session implements SessionIdentity {
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
  readonly clientName: string;
  readonly producer: ProducerId | undefined;
  /** Whether its producer has published before, so that its sequence may go on where it was. */
  hasPublished = false;
  /** Ranges of settles that are not answered, those of earlier connections included. */
  settlingRanges = 0;
  readonly lives = new Map<number, Live>();
  readonly #consumers = new Map<number, Attached>();
  readonly #waiting = new Fifo<{ readonly number: number; readonly batch: DeliveryBatch }>();
  #outbox: Outbox | undefined;

  constructor(identity: SessionIdentity) {
    this.id = identity.id;
    this.secret = identity.secret;
    this.clientName = identity.clientName;
    this.producer = identity.producer;
  }

  get isConnected(): boolean {
    return this.#outbox !== undefined;
  }

  get consumers(): ReadonlyMap<number, Attached> {
    return this.#consumers;
  }

  get heldMessages(): number {
    let held = 0;
    for (const { consumer } of this.#consumers.values()) held += consumer.heldMessages;
    return held;
  }

  /** How many messages it holds of each subscription. */
  heldBySubscription(): ReadonlyMap<string, number> {
    const held = new Map<string, number>();
    for (const { consumer, sources } of this.#consumers.values()) {
      sources.forEach(({ name }, source) => {
        const count = heldOf(consumer, source);
        if (count > 0) held.set(name, (held.get(name) ?? 0) + count);
      });
    }
    return held;
  }

  connected(outbox: Outbox): void {
    this.#outbox = outbox;
  }

  /** It has no connection for now: consumers keep what they hold and get nothing new; listeners end. */
  disconnected(): void {
    this.#outbox = undefined;
    this.#waiting.keep(() => false);
    this.behind();
    this.#endLives();
  }

  /** Its socket does not take more for now. */
  behind(): void {
    for (const { consumer } of this.#consumers.values()) consumer.suspend();
  }

  /** Its socket takes more: what waited goes first, then consumers get new messages again. */
  caughtUp(): void {
    for (let next = this.#waiting.first; next && this.#takesMore; next = this.#waiting.first) {
      this.#waiting.shift();
      this.#write(next.number, next.batch);
    }
    for (const { consumer } of this.#consumers.values()) {
      if (!this.#canSend) return;
      consumer.resume();
    }
    for (const live of this.lives.values()) live.caughtUp();
  }

  /**
   * Goes on at a new connection: sends again what the client has not received, under the same numbers. Consumers that the
   * client does not list are detached; returns the numbers that it lists and that are no consumers.
   */
  resume(positions: readonly peyk.v1.ConsumerPosition[]): number[] {
    const known = new Map(positions.map((each) => [each.consumer, each.lastDelivery]));
    for (const [number, { consumer }] of [...this.#consumers]) {
      const lastDelivery = known.get(number);
      known.delete(number);
      if (lastDelivery === undefined) this.removeConsumer(number)?.detach("clean");
      else consumer.redeliver(Math.min(lastDelivery, consumer.lastDelivery));
    }
    this.caughtUp();
    return [...known.keys()];
  }

  /** Where the deliveries of consumer `number` go. */
  portFor(number: number): ConsumerPort {
    return {
      deliver: (batch) => this.#deliver(number, batch),
      notice: (notice) => this.#notice(number, notice),
    };
  }

  addConsumer(number: number, attached: Attached): void {
    this.#consumers.set(number, attached);
    if (!this.#canSend) attached.consumer.suspend();
  }

  removeConsumer(number: number): Consumer | undefined {
    const attached = this.#consumers.get(number);
    this.#consumers.delete(number);
    if (this.#waiting.length > 0) this.#waiting.keep((each) => each.number !== number);
    return attached?.consumer;
  }

  /** The end of it. clean: the client said so. crash: it did not come back in time. */
  end(how: "clean" | "crash"): void {
    this.disconnected();
    for (const { consumer } of this.#consumers.values()) consumer.detach(how);
    this.#consumers.clear();
  }

  get #takesMore(): boolean {
    return this.#outbox !== undefined && !this.#outbox.isBehind;
  }

  get #canSend(): boolean {
    return this.#takesMore && this.#waiting.length === 0;
  }

  #deliver(number: number, batch: DeliveryBatch): void {
    if (this.#outbox === undefined) return;
    if (this.#canSend) this.#write(number, batch);
    else this.#waiting.push({ number, batch });
  }

  #write(number: number, batch: DeliveryBatch): void {
    const outbox = this.#outbox;
    if (!outbox) return;
    const { run, count, source, firstDelivery } = batch;
    const messages = run.batch.slice(run.from + batch.from, count);
    const { writer } = outbox;
    const header = { consumer: number, firstDelivery, source };
    beginDeliver(writer, header, messages.byteLength + 64);
    if (run.failures > 0 || run.note !== undefined || run.death !== undefined) {
      writeDetails(writer, run, count);
    }
    writeRun(writer, headerOf(run, batch.from), messages);
    endFrame(writer);
    outbox.written();
    this.#consumers.get(number)?.sources[source]?.meter.update();
  }

  #notice(number: number, notice: ConsumerNotice): void {
    const outbox = this.#outbox;
    if (outbox) {
      const body =
        notice.kind === "lost"
          ? { consumer: number, lost: notice.leases }
          : { consumer: number, detached: encodeError(notice.error), source: notice.source };
      writeServerFrame(outbox.writer, 0, "consumerNotice", body);
      outbox.written();
    }
    if (notice.kind === "detached" && notice.isLast) this.removeConsumer(number)?.detach("clean");
  }

  #endLives(): void {
    for (const live of this.lives.values()) live.close();
    this.lives.clear();
  }
}

/** How many messages a consumer holds of its source `source`. */
export function heldOf(consumer: Consumer, source: number): number {
  let count = 0;
  for (const chunk of consumer.held(source)) count += chunk.count;
  return count;
}

/** What a run says of itself on the wire; its messages begin at `from`. */
export const headerOf = (run: Run, from: number): RunHeader => ({
  topic: run.topic.name,
  epoch: run.topic.epoch,
  firstPosition: run.firstPosition + from,
  publishedAtMs: run.publishedAtMs,
});

function writeDetails(writer: PacketWriter, run: Run, count: number): void {
  writeDetail(writer, {
    offset: 0,
    count,
    failedAttempts: run.failures,
    note: run.note ?? "",
    deadLetter: run.death && { ...run.death },
  });
}
