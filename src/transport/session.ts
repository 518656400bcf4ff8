import {
  beginDeliver,
  endFrame,
  writeDetail,
  writeRun,
  writeServerFrame,
  type PacketWriter,
} from "@peyk/client/protocol";
import type { Broker } from "../broker/broker.js";
import type { ConsumerNotice, ConsumerPort, DeliveryBatch } from "../broker/consumer-port.js";
import type { Consumer } from "../broker/consumer.js";
import type { Closable, ProducerId, Run } from "../broker/engine.js";
import { encodeError } from "./error-body.js";
import type { Outbox } from "./outbox.js";

/** A client as the broker knows it: outlives its connection by the resume grace. */
export class Session {
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
  readonly clientName: string;
  readonly producer: ProducerId | undefined;
  readonly #broker: Broker;
  readonly #consumers = new Map<number, Consumer>();
  /** Numbers of consumers that are being attached. */
  readonly attaching = new Set<number>();
  readonly lives = new Map<number, Closable>();
  #outbox: Outbox | undefined;

  constructor(
    broker: Broker,
    identity: {
      readonly id: Uint8Array;
      readonly secret: Uint8Array;
      readonly clientName: string;
      readonly producer: ProducerId | undefined;
    },
  ) {
    this.#broker = broker;
    this.id = identity.id;
    this.secret = identity.secret;
    this.clientName = identity.clientName;
    this.producer = identity.producer;
  }

  get outbox(): Outbox | undefined {
    return this.#outbox;
  }

  get isConnected(): boolean {
    return this.#outbox !== undefined;
  }

  get consumers(): ReadonlyMap<number, Consumer> {
    return this.#consumers;
  }

  get heldMessages(): number {
    return sum(this.#consumers.values(), (consumer) => consumer.heldMessages);
  }

  get runningMessages(): number {
    return sum(this.#consumers.values(), (consumer) => consumer.runningMessages);
  }

  connected(outbox: Outbox): void {
    this.#outbox = outbox;
  }

  /** It has no connection for now: consumers keep what they hold and get nothing new. */
  disconnected(): void {
    this.#outbox = undefined;
    for (const consumer of this.#consumers.values()) consumer.suspend();
    for (const live of this.lives.values()) live.close();
    this.lives.clear();
  }

  /** Its socket does not take more for now. */
  behind(): void {
    for (const consumer of this.#consumers.values()) consumer.suspend();
  }

  caughtUp(): void {
    for (const consumer of this.#consumers.values()) consumer.resume();
  }

  /** Where the deliveries of consumer `number` go. */
  portFor(number: number): ConsumerPort {
    return {
      deliver: (batch) => this.#deliver(number, batch),
      notice: (notice) => this.#notice(number, notice),
    };
  }

  addConsumer(number: number, consumer: Consumer): void {
    this.#consumers.set(number, consumer);
  }

  removeConsumer(number: number): Consumer | undefined {
    const consumer = this.#consumers.get(number);
    this.#consumers.delete(number);
    return consumer;
  }

  /** The end of it. clean: the client said so. crash: it did not come back in time. */
  end(how: "clean" | "crash"): void {
    this.#outbox = undefined;
    for (const consumer of this.#consumers.values()) consumer.detach(how);
    this.#consumers.clear();
    for (const live of this.lives.values()) live.close();
    this.lives.clear();
    if (this.producer !== undefined) this.#broker.engine.detachProducer(this.producer);
  }

  #deliver(number: number, batch: DeliveryBatch): void {
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
  }

  #notice(number: number, notice: ConsumerNotice): void {
    const outbox = this.#outbox;
    if (!outbox) return;
    const body =
      notice.kind === "lost"
        ? { consumer: number, lost: notice.leases }
        : { consumer: number, detached: encodeError(notice.error) };
    writeServerFrame(outbox.writer, 0, "consumerNotice", body);
    outbox.written();
    if (notice.kind === "detached") this.removeConsumer(number)?.detach("clean");
  }
}

/** What a run says of itself on the wire; its messages begin at `from`. */
export const headerOf = (run: Run, from: number) => ({
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

function sum<Item>(items: Iterable<Item>, valueOf: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += valueOf(item);
  return total;
}
