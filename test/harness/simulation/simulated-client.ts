import { connectWith } from "../../../client/src/embedded.js";
import { PeykError } from "../../../client/src/index.js";
import type { SubscriptionName } from "../../../client/src/topic.js";
import type { ConnectOptions, Delivery, Peyk } from "../../../client/src/types.js";
import type { SeededRandom } from "../seeded-random.js";
import { Calls, REQUEST_TIMEOUT_MS } from "./calls.js";
import type { LateLedger, Seen } from "./late-ledger.js";
import { LiveView } from "./live-view.js";
import { payloadOf, SimulatedHandler, sightingOf } from "./simulated-handler.js";
import type { SimulatedNetwork } from "./simulated-network.js";
import { SimulatedOperator } from "./simulated-operator.js";
import type { SimulatedProcess } from "./simulated-process.js";
import {
  DEAD_LETTER_RETAIN_MS,
  MAX_ATTEMPTS,
  SERVED,
  SUBSCRIPTIONS,
  TOPICS,
  VISITED,
} from "./simulated-topics.js";

const RETRY = { minMs: 500, maxMs: 60_000 };
const ACK_DEADLINE_MS = 10_000;

/** Goes on as long as the simulation: a client that comes back early is as good as one that comes back late. */
const URL_COUNT = 10_000;

/** How often a client looks whether it is time for something else, in ms. */
const LOOK_MS = 5_000;

/** Mean time between two acts of an operator, and between two visits to a subscription, in ms. */
const ACT_EVERY_MS = 400_000;
const VISIT_EVERY_MS = 400_000;

/** What all clients share. */
export interface LoadContext {
  readonly ledger: LateLedger;
  /** What all live listeners saw. */
  readonly views: LiveView[];
  /** busy: messages are published. quiet: not any more. draining: all is to be settled, and nothing takes long. */
  readonly phase: () => "busy" | "quiet" | "draining";
  /** How long the broker serves, in ms. */
  readonly servingMs: () => number;
  /** Mean time between two bursts of a publisher, in ms. */
  readonly burstEveryMs: number;
}

/** What one client does, beside publishing. */
export interface Part {
  readonly connect: (options: ConnectOptions) => Promise<Peyk>;
  /** Consumed all the time. */
  readonly served: readonly SubscriptionName[];
  /** Its dead letters are consumed, too. */
  readonly deadLetters: SubscriptionName | undefined;
  /** Consumed now and then. */
  readonly visited: SubscriptionName | undefined;
  readonly live: string;
  /** Share of the messages that take long. */
  readonly slowShare: number;
}

const LIVE = ["orders.eu", "orders.*", "ticks"] as const;

/** What the client of this number does. */
export const partOf = (index: number, connect: Part["connect"]): Part => ({
  connect,
  served: SERVED,
  deadLetters: SERVED[index],
  visited: VISITED[index],
  live: LIVE[index] ?? "orders.us",
  slowShare: 0.02,
});

/** Connects over a simulated network. */
export const overNetwork =
  (network: SimulatedNetwork, process: SimulatedProcess, random: SeededRandom): Part["connect"] =>
  (options) =>
    connectWith(options, {
      urls: Array.from({ length: URL_COUNT }, () => "simulated"),
      openSocket: network.socketsOf(process),
      clock: process,
      random: random.fork(),
      defaultName: process.name,
      software: "peyk-client simulated",
    });

/** One process with the real client: publishes, consumes and settles at random, and tells the ledger all of it. */
export class SimulatedClient {
  readonly process: SimulatedProcess;
  readonly calls: Calls;
  readonly #context: LoadContext;
  readonly #part: Part;
  readonly #random: SeededRandom;
  readonly #handler: SimulatedHandler;
  readonly #operator: SimulatedOperator;
  #peyk: Peyk | undefined;
  #view: LiveView | undefined;

  constructor(
    process: SimulatedProcess,
    context: LoadContext,
    { part, random }: { readonly part: Part; readonly random: SeededRandom },
  ) {
    const { ledger } = context;
    const calls = new Calls(process, (what) => ledger.complain(what));
    this.process = process;
    this.calls = calls;
    this.#context = context;
    this.#part = part;
    this.#random = random;
    const parts = { process, calls, ledger };
    const isDraining = (): boolean => context.phase() === "draining";
    this.#handler = new SimulatedHandler(
      { ...parts, isDraining, slowShare: part.slowShare },
      random.fork(),
    );
    const publish = (): Promise<boolean> => this.#publish();
    const { servingMs } = context;
    this.#operator = new SimulatedOperator({ ...parts, publish, servingMs }, random.fork());
  }

  /** Undefined until it was let in. */
  get peyk(): Peyk | undefined {
    return this.#peyk;
  }

  /** Handlers have these, and have not said what is to become of them. */
  get held(): readonly Seen[] {
    return this.#handler.held;
  }

  get view(): LiveView | undefined {
    return this.#view;
  }

  /** Connects, subscribes and works until its process dies. */
  async live(): Promise<void> {
    const { name } = this.process;
    const options = { name, log: false, requestTimeoutMs: REQUEST_TIMEOUT_MS } as const;
    const peyk = await this.calls.untilDone(() => this.#part.connect(options));
    await this.#declare(peyk);
    this.#peyk = peyk;
    await this.#listen(peyk);
    const { served, deadLetters, visited } = this.#part;
    for (const name of served) await this.#consume(peyk, name, false);
    if (deadLetters) await this.#consume(peyk, deadLetters, true);
    await Promise.all([
      this.#publishAll(),
      this.#operate(peyk),
      ...(visited ? [this.#visit(peyk, visited)] : []),
    ]);
  }

  async #declare(peyk: Peyk): Promise<void> {
    for (const [name, options] of Object.entries(TOPICS)) {
      await this.calls.untilDone(() => peyk.topics.create(name, options));
    }
    for (const name of SUBSCRIPTIONS) {
      await this.calls.untilDone(() =>
        peyk.subscriptions.create(name, {
          retry: RETRY,
          ackDeadlineMs: ACK_DEADLINE_MS,
          maxAttempts: MAX_ATTEMPTS,
          ...(VISITED.includes(name) && { deadLetterRetainMs: DEAD_LETTER_RETAIN_MS }),
        }),
      );
    }
  }

  // ---- Publishing ----------------------------------------------------------------------------------------------------

  async #publishAll(): Promise<void> {
    const random = this.#random;
    for (;;) {
      await this.#sleepAbout(this.#context.burstEveryMs);
      if (this.#context.phase() !== "busy") continue;
      for (let left = 1 + random.int(random.chance(0.1) ? 60 : 8); left > 0; left -= 1) {
        void this.#publish();
      }
    }
  }

  /** Resolves with whether it is stored for certain. */
  async #publish(): Promise<boolean> {
    const { ledger, phase } = this.#context;
    const random = this.#random;
    const peyk = this.#peyk;
    if (!peyk || phase() !== "busy") return false;
    const topic = random.pick(Object.keys(TOPICS));
    const length = random.chance(0.02) ? 16_000 + random.int(16_000) : random.int(600);
    const number = ledger.publish(topic, length);
    const attributes = { number: String(number) };
    const what = `publish of ${number}`;
    try {
      const publishing = peyk.publish(topic, payloadOf(number, length), { attributes });
      ledger.confirmed(number, await this.calls.answered(what, publishing));
      return true;
    } catch (error) {
      if (PeykError.is(error, "resource_exhausted")) ledger.refused(number);
      else this.calls.checkOpenEnd(what, error);
      return false;
    }
  }

  // ---- Consuming -----------------------------------------------------------------------------------------------------

  async #consume(peyk: Peyk, subscription: SubscriptionName, isDead: boolean) {
    const place = { subscription, isDead };
    const name = isDead ? (`${subscription}/dlq` as SubscriptionName) : subscription;
    const concurrency = 1 + this.#random.int(8);
    const handler = (delivery: Delivery): Promise<void> => this.#handler.handle(place, delivery);
    return this.calls.untilDone(() => peyk.subscribe(name, handler, { concurrency }));
  }

  /** Consumes now and then, and looks meanwhile at what waits; in the end it consumes all of it. */
  async #visit(peyk: Peyk, name: SubscriptionName): Promise<void> {
    const { phase } = this.#context;
    for (;;) {
      await this.#sleepAbout(VISIT_EVERY_MS, () => phase() === "draining");
      if (phase() === "draining") break;
      await this.#operator.look(peyk, name);
      if (phase() !== "busy") continue;
      const consumer = await this.#consume(peyk, name, false);
      await this.process.sleep(this.#random.int(60_000));
      await this.calls.tried(`close of ${name}`, () => consumer.close({ timeoutMs: 20_000 }));
      await this.process.sleep(this.#random.int(60_000));
      await this.#operator.look(peyk, name);
    }
    await this.#consume(peyk, name, false);
    for (;;) {
      await this.#operator.redriveAll(peyk, name);
      await this.process.sleep(4 * LOOK_MS);
    }
  }

  /** Purges and redrives now and then. What one client visits is its own. */
  async #operate(peyk: Peyk): Promise<void> {
    const { visited } = this.#part;
    const names = visited ? [visited, ...SERVED] : SERVED;
    for (;;) {
      await this.#sleepAbout(ACT_EVERY_MS);
      if (this.#context.phase() === "busy") {
        await this.#operator.act(peyk, this.#random.pick(names));
      }
    }
  }

  // ---- Live ----------------------------------------------------------------------------------------------------------

  async #listen(peyk: Peyk): Promise<void> {
    const { live } = this.#part;
    let view: LiveView | undefined;
    const onGap = (gap: Parameters<LiveView["gap"]>[0]): void => view?.gap(gap);
    await this.calls.untilDone(() =>
      peyk.live(
        live,
        (message) => {
          view ??= this.#open(live);
          view.seen(message.topic, sightingOf(message).id);
        },
        { onGap },
      ),
    );
    view ??= this.#open(live);
  }

  #open(pattern: string): LiveView {
    const { ledger, views } = this.#context;
    const view = new LiveView(ledger, pattern, this.process.name);
    views.push(view);
    this.#view = view;
    return view;
  }

  /** Drawn, so that the mean is this; it is looked from time to time whether it `isTime` before. */
  async #sleepAbout(meanMs: number, isTime?: () => boolean): Promise<void> {
    let leftMs = -Math.log(1 - this.#random.fraction()) * meanMs;
    if (!isTime) return this.process.sleep(leftMs);
    for (; leftMs > 0 && !isTime(); leftMs -= LOOK_MS) {
      await this.process.sleep(Math.min(leftMs, LOOK_MS));
    }
  }
}
