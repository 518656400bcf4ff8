import { PeykError } from "../../../client/src/index.js";
import type { SubscriptionName } from "../../../client/src/topic.js";
import type { MessageState, Peyk } from "../../../client/src/types.js";
import type { SeededRandom } from "../seeded-random.js";
import { TAKES_LONG_MS, type Calls } from "./calls.js";
import type { LateLedger } from "./late-ledger.js";
import { sightingOf } from "./simulated-handler.js";
import type { SimulatedProcess } from "./simulated-process.js";
import { SERVED } from "./simulated-topics.js";
import { LOOKED_AT, Stocktaking } from "./stocktaking.js";

/** As many as the broker shows at once, and a good part of the bytes that it puts into one answer. */
const MAX_SHOWN = 250;
const MAX_SHOWN_BYTES = 700_000;

/** A broker that serves for so long has looked for what is too old, in ms. */
const HAS_LOOKED_MS = 240_000;

export interface OperatorContext {
  readonly process: SimulatedProcess;
  readonly calls: Calls;
  readonly ledger: LateLedger;
  /** Publishes a message; resolves with whether that was confirmed. */
  readonly publish: () => Promise<boolean>;
  /** How long the broker serves, in ms. */
  readonly servingMs: () => number;
}

/** Purges, redrives and looks at subscriptions as somebody with the command line does; the ledger judges it. */
export class SimulatedOperator {
  readonly #context: OperatorContext;
  readonly #random: SeededRandom;

  constructor(context: OperatorContext, random: SeededRandom) {
    this.#context = context;
    this.#random = random;
  }

  /** One of the things that can be done to a subscription. */
  async act(peyk: Peyk, name: SubscriptionName): Promise<void> {
    const drawn = this.#random.int(10);
    if (drawn < 3) await this.#purge(peyk, name);
    else if (drawn < 6) await this.#redrive(peyk, name);
    else await this.#redriveSome(peyk, name);
  }

  redriveAll(peyk: Peyk, name: SubscriptionName): Promise<void> {
    return this.#redrive(peyk, name);
  }

  /** Looks at all that a subscription has which nobody consumes. */
  async look(peyk: Peyk, name: SubscriptionName): Promise<void> {
    const { ledger, servingMs, publish } = this.#context;
    const isOlder = servingMs() > HAS_LOOKED_MS;
    const stocktaking = new Stocktaking(ledger, name);
    const found = new Map<MessageState, readonly number[]>();
    for (const state of LOOKED_AT) {
      const messages = await this.#ask(`look at ${name}`, () =>
        peyk.subscriptions.peek(name, { state, count: MAX_SHOWN }),
      );
      const bytes = messages?.reduce((sum, message) => sum + message.bytes.byteLength, 0) ?? 0;
      if (!messages || messages.length >= MAX_SHOWN || bytes > MAX_SHOWN_BYTES) return;
      found.set(
        state,
        messages.map((message) => sightingOf(message).number),
      );
    }
    const { isGoneForGood } = stocktaking.compare(found, isOlder);
    if (await publish()) isGoneForGood();
  }

  async #purge(peyk: Peyk, name: SubscriptionName): Promise<void> {
    const [served] = SERVED;
    // Consumers within the process may be held to have tried what they only waited for.
    const isExact = name !== served && name !== "orders.*/audit";
    const done = this.#context.ledger.beginPurge(name, isExact);
    const answer = await this.#ask(`purge of ${name}`, () => peyk.subscriptions.purge(name));
    done(answer?.count);
  }

  async #redrive(peyk: Peyk, name: SubscriptionName): Promise<void> {
    const done = this.#context.ledger.beginRedrive(name, Infinity);
    const isSlow = this.#random.chance(0.2);
    const which = isSlow ? { perSecond: 50 } : {};
    const answer = await this.#ask(
      `redrive of ${name}`,
      () => peyk.dlq.redrive(name, which),
      isSlow ? TAKES_LONG_MS : undefined,
    );
    done(answer?.count);
  }

  /** Some of those that a list shows, or so many of them. */
  async #redriveSome(peyk: Peyk, name: SubscriptionName): Promise<void> {
    const random = this.#random;
    const letters = await this.#ask(`list of dead letters of ${name}`, async () => {
      const all = [];
      for await (const letter of peyk.dlq.list(name)) all.push(letter.id);
      return all;
    });
    if (!letters || letters.length === 0) return;
    const ids = letters.filter(() => random.chance(0.5));
    const which = random.chance(0.5) ? { ids } : { count: ids.length };
    if (ids.length === 0) return;
    const done = this.#context.ledger.beginRedrive(name, ids.length);
    const answer = await this.#ask(`redrive from ${name}`, () => peyk.dlq.redrive(name, which));
    done(answer?.count);
  }

  /** Undefined where nobody knows; also where the disk is full, or somebody else redrives it slowly. */
  #ask<Answer>(
    what: string,
    act: () => Promise<Answer>,
    withinMs?: number,
  ): Promise<Answer | undefined> {
    const { calls, process } = this.#context;
    process.note(what);
    const orRefused = async (): Promise<Answer | undefined> => {
      try {
        return await act();
      } catch (error) {
        if (PeykError.is(error, "resource_exhausted") || PeykError.is(error, "conflict")) {
          return undefined;
        }
        throw error;
      }
    };
    return calls.tried(what, orRefused, withinMs);
  }
}
