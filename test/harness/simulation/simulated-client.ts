import { connectWith } from "../../../client/src/embedded.js";
import type { SubscriptionName } from "../../../client/src/topic.js";
import type { Delivery, Message, Peyk } from "../../../client/src/types.js";
import { PeykError, Retry } from "../../../client/src/index.js";
import type { Place, Sighting, Verdict } from "../ledger.js";
import type { SeededRandom } from "../seeded-random.js";
import type { LateLedger } from "./late-ledger.js";
import type { SimulatedNetwork } from "./simulated-network.js";
import type { SimulatedProcess } from "./simulated-process.js";

export const TOPICS = ["orders.eu", "orders.us"] as const;
export const SUBSCRIPTIONS: readonly SubscriptionName[] = [
  "orders.eu/billing",
  "orders.us/billing",
  "orders.*/audit",
];

const RETRY = { minMs: 500, maxMs: 60_000 };
const ACK_DEADLINE_MS = 10_000;

/** A subscription gives up a message after so many attempts. */
export const MAX_ATTEMPTS = 4;

/** Every promise of the client is settled within this time, in ms: its deadline, what a stall may add, and some more. */
const REQUEST_TIMEOUT_MS = 30_000;
const ANSWERED_WITHIN_MS = REQUEST_TIMEOUT_MS + 45_000;

/** What a call may be told without anybody having done wrong: nothing is known then. */
const OPEN_ENDS = ["outcome_unknown", "timeout", "closed", "unavailable"] as const;

/** Goes on as long as the simulation: a client that comes back early is as good as one that comes back late. */
const URL_COUNT = 10_000;

/** What all clients share. */
export interface LoadContext {
  readonly ledger: LateLedger;
  readonly network: SimulatedNetwork;
  /** Messages are published while it says so. */
  readonly isBusy: () => boolean;
  /** From then on every verdict is an ack, and nothing takes long. */
  readonly isDraining: () => boolean;
  /** Mean time between two bursts of a publisher, in ms. */
  readonly burstEveryMs: number;
}

/** A call that was made and is not answered. */
interface Call {
  readonly what: string;
  readonly madeAtMs: number;
}

/** One process with the real client: publishes, consumes and settles at random, and tells the ledger all of it. */
export class SimulatedClient {
  readonly process: SimulatedProcess;
  readonly #context: LoadContext;
  readonly #random: SeededRandom;
  readonly #calls = new Set<Call>();
  #peyk: Peyk | undefined;

  constructor(process: SimulatedProcess, context: LoadContext, random: SeededRandom) {
    this.process = process;
    this.#context = context;
    this.#random = random;
  }

  /** Undefined until it was let in. */
  get peyk(): Peyk | undefined {
    return this.#peyk;
  }

  get openCalls(): number {
    return this.#calls.size;
  }

  /** Connects, subscribes and works until its process dies. */
  async live(deadLetterQueue: number | undefined): Promise<void> {
    const peyk = await this.#connect();
    for (const name of SUBSCRIPTIONS) {
      await this.#untilDone(() =>
        peyk.subscriptions.create(name, {
          retry: RETRY,
          ackDeadlineMs: ACK_DEADLINE_MS,
          maxAttempts: MAX_ATTEMPTS,
        }),
      );
    }
    this.#peyk = peyk;
    for (const name of SUBSCRIPTIONS) await this.#consume(peyk, name, false);
    const name = SUBSCRIPTIONS[deadLetterQueue ?? -1];
    if (name) await this.#consume(peyk, name, true);
    await this.#publishAll(peyk);
  }

  /** Throws if something was never answered. */
  check(): void {
    const now = this.process.monotonic();
    for (const { what, madeAtMs } of this.#calls) {
      const ms = Math.round(now - madeAtMs);
      if (ms > ANSWERED_WITHIN_MS) throw new Error(`${what} is not answered after ${ms} ms`);
    }
  }

  async #connect(): Promise<Peyk> {
    const parts = {
      urls: Array.from({ length: URL_COUNT }, () => "simulated"),
      openSocket: this.#context.network.socketsOf(this.process),
      clock: this.process,
      random: this.#random.fork(),
      defaultName: this.process.name,
      software: "peyk-client simulated",
    };
    const options = { log: false, requestTimeoutMs: REQUEST_TIMEOUT_MS } as const;
    return this.#untilDone(() => connectWith(options, parts));
  }

  /** Does it again and again, as a supervisor would. */
  async #untilDone<Result>(act: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (!PeykError.is(error) || !isOpenEnd(error)) throw error;
        await this.process.sleep(1_000);
      }
    }
  }

  // ---- Publishing ----------------------------------------------------------------------------------------------------

  async #publishAll(peyk: Peyk): Promise<void> {
    const random = this.#random;
    for (;;) {
      await this.process.sleep(-Math.log(1 - random.fraction()) * this.#context.burstEveryMs);
      if (!this.#context.isBusy()) continue;
      for (let left = 1 + random.int(random.chance(0.1) ? 60 : 8); left > 0; left -= 1) {
        void this.#publish(peyk);
      }
    }
  }

  async #publish(peyk: Peyk): Promise<void> {
    const { ledger } = this.#context;
    const random = this.#random;
    const topic = random.pick(TOPICS);
    const number = ledger.publish(topic);
    const length = random.chance(0.02) ? 16_000 + random.int(20_000) : random.int(600);
    const attributes = { number: String(number) };
    try {
      const publishing = peyk.publish(topic, payloadOf(number, length), { attributes });
      ledger.confirmed(number, await this.#answered(`publish ${number}`, publishing));
    } catch (error) {
      if (PeykError.is(error, "resource_exhausted")) ledger.refused(number);
      else this.#checkOpenEnd(`the publish of message ${number}`, error);
    }
  }

  // ---- Consuming -----------------------------------------------------------------------------------------------------

  async #consume(peyk: Peyk, subscription: SubscriptionName, isDead: boolean): Promise<void> {
    const place = { subscription, isDead };
    const name = isDead ? (`${subscription}/dlq` as SubscriptionName) : subscription;
    const concurrency = 1 + this.#random.int(8);
    const handler = (delivery: Delivery): Promise<void> => this.#handle(place, delivery);
    await this.#untilDone(() => peyk.subscribe(name, handler, { concurrency }));
  }

  async #handle(place: Place, delivery: Delivery): Promise<void> {
    const { ledger } = this.#context;
    const random = this.#random;
    const { attempt } = delivery;
    const { number, id } = sightingOf(delivery);
    const seen = ledger.delivered(place, { number, id, attempt }, delivery.deadLetter);
    if (!isWhole(number, delivery.bytes)) ledger.complain(`the payload of ${number} is wrong`);
    const workMs = this.#drawWork();
    if (workMs > 0) await this.process.sleep(workMs);
    const verdict = this.#drawVerdict(place);
    ledger.ask(seen, verdict);
    // In one of eight cases nobody waits for the answer: by returning, or by throwing.
    if (verdict === "ack" && random.chance(0.12)) return;
    if (verdict === "nack" && random.chance(0.12)) {
      throw new Retry({ delayMs: random.int(5_000) });
    }
    try {
      await this.#answered(`${verdict} of ${number}`, this.#say(delivery, verdict));
      ledger.settled(seen, verdict);
    } catch (error) {
      if (PeykError.is(error, "lease_lost")) return;
      this.#checkOpenEnd(`the ${verdict} of message ${number} (${id})`, error);
    }
  }

  /** Most handlers are fast; some take longer than the ack deadline, and the client extends their leases. */
  #drawWork(): number {
    const random = this.#random;
    if (this.#context.isDraining() || random.chance(0.4)) return 0;
    return random.chance(0.02) ? 5_000 + random.int(40_000) : random.int(200);
  }

  #drawVerdict({ isDead }: Place): Verdict {
    if (this.#context.isDraining()) return "ack";
    const drawn = this.#random.int(100);
    if (isDead) return drawn < 50 ? "ack" : drawn < 85 ? "nack" : "release";
    if (drawn < 78) return "ack";
    if (drawn < 92) return "nack";
    return drawn < 96 ? "reject" : "release";
  }

  #say(delivery: Delivery, verdict: Verdict): Promise<void> {
    switch (verdict) {
      case "ack":
        return delivery.ack();
      case "nack": {
        const random = this.#random;
        const delayMs = random.pick([0, 1, 100, 3_000, 120_000]);
        return delivery.nack(random.chance(0.5) ? {} : { delayMs });
      }
      case "reject":
        return delivery.reject("drawn");
      case "release":
        return delivery.release();
    }
  }

  async #answered<Result>(what: string, promise: Promise<Result>): Promise<Result> {
    const call: Call = { what, madeAtMs: this.process.monotonic() };
    this.#calls.add(call);
    try {
      return await promise;
    } finally {
      this.#calls.delete(call);
    }
  }

  #checkOpenEnd(what: string, error: unknown): void {
    if (PeykError.is(error) && isOpenEnd(error)) return;
    this.#context.ledger.complain(`${what} failed: ${String(error)}`);
  }
}

const isOpenEnd = ({ code }: PeykError): boolean => OPEN_ENDS.some((open) => open === code);

export const sightingOf = ({ id, attributes }: Message): Sighting => ({
  id,
  number: Number(attributes["number"]),
});

/** What a message holds follows from its number. */
const payloadOf = (number: number, length: number): Uint8Array =>
  new Uint8Array(length).fill(number & 0xff);

const isWhole = (number: number, bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte === (number & 0xff));
