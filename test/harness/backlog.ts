import { connect, PeykError, type Consumer, type Delivery, type Peyk } from "@peyk/client";
import { serve, type Broker, type PeykProcess, type RunOptions } from "../e2e/peyk-process.js";

const TOPIC = "big.messages";
const NAME = `${TOPIC}/worker`;

/** A broker, and what was confirmed to be in its only subscription. */
export class Backlog {
  readonly #args: readonly string[];
  readonly #payloadBytes: number;
  readonly #owed = new Set<string>();
  #broker: Broker | undefined;
  #client: Peyk | undefined;
  #consumer: Consumer | undefined;
  /** What comes before the consumer is paused has to come again. */
  #handle: (delivery: Delivery) => Promise<void> = (delivery) => delivery.release();

  /** @param args - Of `peyk serve`. */
  constructor(args: readonly string[], payloadBytes: number) {
    this.#args = args;
    this.#payloadBytes = payloadBytes;
  }

  get process(): PeykProcess {
    if (!this.#broker) throw new Error("no broker was started");
    return this.#broker.process;
  }

  get url(): string {
    return this.#broker?.url ?? "";
  }

  /** Rejects with what the broker says where it ends before it serves. */
  async start(options: RunOptions = {}): Promise<void> {
    this.#broker = await serve(this.#args, options);
    const ended = this.process.finished().then(({ stderr }): never => {
      throw new Error(`the broker ended: ${stderr}`);
    });
    const opened = this.#open().catch((error: unknown) => {
      if (PeykError.is(error, "unavailable")) return ended;
      throw error;
    });
    for (const each of [ended, opened]) each.catch(() => {});
    await Promise.race([ended, opened]);
  }

  async #open(): Promise<void> {
    this.#client = await connect(this.url, { log: false });
    await this.#client.subscriptions.create(NAME, { retry: { minMs: 0, maxMs: 10 } });
    this.#consumer = await this.#client.subscribe(NAME, (delivery) => this.#handle(delivery), {
      concurrency: 4,
    });
    this.#consumer.pause();
  }

  /** Kills it. */
  async stop(): Promise<void> {
    await this.#client?.close({ timeoutMs: 0 });
    this.#client = undefined;
    this.signal("SIGKILL");
    await this.#broker?.process.finished();
    this.#broker = undefined;
  }

  /** To the broker itself, which may be the child of a child. */
  signal(signal: NodeJS.Signals): void {
    const { child, stdout } = this.#broker?.process ?? {};
    const [, pid] = /"pid":(\d+)/.exec(stdout ?? "") ?? [];
    const hasEnded = child?.exitCode !== null || child.signalCode !== null;
    if (pid === undefined || hasEnded) return;
    try {
      process.kill(Number(pid), signal);
    } catch (error) {
      // It has ended, and whoever traced it not yet.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  /** Publishes until the broker refuses; returns how many messages there are now. */
  async fill(): Promise<number> {
    while (await this.publish());
    return this.#owed.size;
  }

  /** Publishes until so many more are confirmed, or the broker ends: then whoever waits is told so. */
  async goOn(count: number): Promise<"served" | "ended"> {
    const ended = this.process.finished().then(() => "ended" as const);
    const publishAll = async (): Promise<"served" | "ended"> => {
      try {
        for (let left = count; left > 0; left -= 1) await this.publish();
        return "served";
      } catch (error) {
        if (!PeykError.is(error, "unavailable")) throw error;
        return ended;
      }
    };
    const published = publishAll();
    // Where the broker ends without a word it waits for another one.
    published.catch(() => {});
    return Promise.race([ended, published]);
  }

  /** What it says to a message for which there is no room. */
  async refusal(): Promise<string> {
    const error: unknown = await this.#peyk.publish(TOPIC, "x").catch((reason: unknown) => reason);
    return PeykError.is(error, "resource_exhausted")
      ? error.message
      : `not refused: ${String(error)}`;
  }

  async purge(): Promise<void> {
    const { count } = await this.#peyk.subscriptions.purge(NAME);
    if (count !== this.#owed.size) throw new Error(`${count} of ${this.#owed.size} were purged`);
    this.#owed.clear();
  }

  /** Gives three messages back, and acks all; returns what came and was not confirmed, or was acked before. */
  async workOff(): Promise<string[]> {
    if (this.#owed.size === 0) return [];
    const failed = new Set<string>();
    const stranger: string[] = [];
    await new Promise<void>((resolve, reject) => {
      this.#handle = async (delivery) => {
        if (!this.#owed.has(delivery.id)) stranger.push(delivery.id);
        if (failed.size < 3 && !failed.has(delivery.id)) {
          failed.add(delivery.id);
          return delivery.nack({ delayMs: 0 }).catch(reject);
        }
        await delivery.ack().catch(reject);
        this.#owed.delete(delivery.id);
        if (this.#owed.size === 0) resolve();
      };
      this.#consumer?.resume();
    });
    this.#consumer?.pause();
    return stranger;
  }

  /** Once there is room, which the broker sees by itself. */
  async goesOn(): Promise<void> {
    while (!(await this.publish()));
  }

  get #peyk(): Peyk {
    if (!this.#client) throw new Error("nobody is connected");
    return this.#client;
  }

  /** False: it was refused for want of room. */
  async publish(): Promise<boolean> {
    try {
      const { id } = await this.#peyk.publish(TOPIC, new Uint8Array(this.#payloadBytes));
      this.#owed.add(id);
      return true;
    } catch (error) {
      if (PeykError.is(error, "resource_exhausted")) return false;
      throw error;
    }
  }
}
