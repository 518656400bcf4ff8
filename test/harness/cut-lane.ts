import { connect, PeykError, type Delivery, type Peyk, type SubscriptionName } from "@peyk/client";
import { manyTimes } from "./many-urls.js";
import { Proxy, type Direction, type Faults } from "./proxy.js";
import { deferred } from "./sdk-world.js";

export const ACTS = ["publish", "ack", "nack", "reject", "release"] as const;
export type Act = (typeof ACTS)[number];

/** What is cut, and where: bytes count from the first of the act. */
export interface Cut {
  readonly act: Act;
  readonly faults: Faults;
  /** Of the connection with which the client comes back. */
  readonly nextFaults?: Faults;
}

/** What became of an act: the ids of what was published, and whether the broker confirmed. */
interface Outcome {
  readonly isConfirmed: boolean;
  readonly ids: readonly string[];
}

export interface StartedAct {
  readonly cut: Cut;
  /** Resolves when the connection is cut, or everything was answered before that. */
  readonly cutOrDone: Promise<unknown>;
  readonly outcome: Promise<Outcome>;
}

/** Messages of one publish. */
const BATCH = 3;

const PEEK = 250;

/** A client behind a proxy of its own that publishes to one topic and settles what comes from another. */
export class CutLane {
  readonly #proxy: Proxy;
  readonly #client: Peyk;
  /** One that is never cut. */
  readonly #direct: Peyk;
  readonly #sent: string;
  readonly #handled: string;
  /** Values and ids of what was published, as the client was told; what it published must be there in this order. */
  #published: { readonly value: number; readonly id: string }[] = [];
  #nextValue = 1;
  /** The handler keeps this value's first delivery, and acks whatever else comes. */
  #wanted: { readonly value: number; readonly take: (delivery: Delivery) => void } | undefined;
  #refusesAfterCut = false;
  #letGo: () => void = () => {};
  /** The attempts in which it came again. */
  #seenAgain: number[] = [];

  private constructor(proxy: Proxy, client: Peyk, direct: Peyk, name: string) {
    this.#proxy = proxy;
    this.#client = client;
    this.#direct = direct;
    this.#sent = `${name}-sent`;
    this.#handled = `${name}-handled`;
  }

  static async open(url: string, direct: Peyk, name: string): Promise<CutLane> {
    const proxy = await Proxy.start(url);
    const client = await connect(manyTimes(proxy.url), { log: false, name });
    const lane = new CutLane(proxy, client, direct, name);
    await direct.subscriptions.create(lane.#sentTo);
    const create = { retry: { minMs: 0, maxMs: 0 } };
    await client.subscribe(lane.#handledBy, (delivery) => lane.#handle(delivery), { create });
    return lane;
  }

  /** How many bytes go each way for an act that nothing disturbs. */
  async sizeOf(act: Act): Promise<Readonly<Record<Direction, number>>> {
    const { passed } = this.#proxy;
    const doIt = await this.#prepare(act);
    const before = { ...passed };
    await doIt();
    const size = {
      toBroker: passed.toBroker - before.toBroker,
      toClient: passed.toClient - before.toClient,
    };
    await this.#direct.subscriptions.purge(this.#sentTo);
    this.#published = [];
    await this.#empty();
    await this.#direct.dlq.purge(this.#handledBy, {});
    return size;
  }

  /** Does it on a connection that breaks. `isRefused`: nobody gets through any more, until `admit`. */
  async start(cut: Cut, isRefused: boolean): Promise<StartedAct> {
    const proxy = this.#proxy;
    this.#refusesAfterCut = isRefused;
    while (this.#client.health().state !== "open") await turn();
    const doIt = await this.#prepare(cut.act);
    const happened = proxy.nextCut().then(() => {
      if (this.#refusesAfterCut) proxy.refuse();
    });
    proxy.setFaultsNow(cut.faults);
    if (cut.nextFaults) proxy.faults = cut.nextFaults;
    const outcome = doIt();
    return { cut, outcome, cutOrDone: Promise.race([happened, outcome]) };
  }

  /** Lets the client come back. */
  admit(): void {
    this.#refusesAfterCut = false;
    this.#proxy.admit();
  }

  /** Throws unless what is there now is what the client was told. `isNewBroker`: another one than it was said to. */
  async check(started: StartedAct, isNewBroker: boolean): Promise<void> {
    const { act } = started.cut;
    const outcome = await started.outcome;
    this.#proxy.setFaultsNow({});
    this.#proxy.faults = {};
    if (act === "publish") return this.#checkPublished(outcome);
    const { dead } = await this.#empty();
    // An ack that a broker took with it into death is no ack.
    const again = isNewBroker ? [...new Set(this.#seenAgain)] : this.#seenAgain;
    const seen = { again, dead };
    const allowed = allowedAfter(act, outcome.isConfirmed);
    if (!allowed.some((each) => JSON.stringify(each) === JSON.stringify(seen))) {
      const told = outcome.isConfirmed ? "confirmed" : "answered with lease_lost";
      throw new Error(`a ${act} was ${told}, and then there was ${JSON.stringify(seen)}`);
    }
    if (!outcome.isConfirmed && !isNewBroker) {
      throw new Error(`a ${act} of a session that was resumed was answered with lease_lost`);
    }
    if (dead > 0) await this.#direct.dlq.purge(this.#handledBy, {});
  }

  async close(): Promise<void> {
    await this.#client.close({ timeoutMs: 0 });
    await this.#proxy.close();
  }

  get #sentTo(): SubscriptionName {
    return `${this.#sent}/all`;
  }

  get #handledBy(): SubscriptionName {
    return `${this.#handled}/all`;
  }

  /** Everything before the bytes that are to be cut. */
  #prepare(act: Act): Promise<() => Promise<Outcome>> {
    return act === "publish" ? Promise.resolve(() => this.#publish()) : this.#hold(act);
  }

  async #publish(): Promise<Outcome> {
    const values = Array.from({ length: BATCH }, () => this.#nextValue++);
    const publish = (value: number) => this.#client.publish(this.#sent, value);
    const published = await Promise.all(values.map(publish));
    const ids = published.map(({ id }) => id);
    values.forEach((value, index) => this.#published.push({ value, id: ids[index] ?? "" }));
    return { isConfirmed: true, ids };
  }

  /** The client gets a message, and does not say what becomes of it yet. */
  async #hold(act: Exclude<Act, "publish">): Promise<() => Promise<Outcome>> {
    const value = this.#nextValue++;
    this.#seenAgain = [];
    const { promise, resolve } = deferred<Delivery>();
    this.#wanted = { value, take: resolve };
    await this.#direct.publish(this.#handled, value);
    const delivery = await promise;
    return () => settle(delivery, act);
  }

  #handle(delivery: Delivery): Promise<void> | void {
    const wanted = this.#wanted;
    if (!wanted || wanted.value !== delivery.value) {
      this.#seenAgain.push(delivery.attempt);
      return;
    }
    this.#wanted = undefined;
    wanted.take(delivery);
    return new Promise((resolve) => (this.#letGo = resolve));
  }

  /** Resolves when everything was settled, with what is dead. */
  async #empty(): Promise<{ readonly dead: number }> {
    this.#letGo();
    for (;;) {
      const info = await this.#direct.subscriptions.get(this.#handledBy);
      const { ready = 0, buffered = 0, running = 0, retrying = 0, dead = 0 } = info ?? {};
      if (ready + buffered + running + retrying === 0) return { dead };
    }
  }

  /** What is stored is what was confirmed, at the positions that were told, and nothing else. */
  async #checkPublished({ ids }: Outcome): Promise<void> {
    const { subscriptions } = this.#direct;
    const stored = await subscriptions.peek(this.#sentTo, { count: PEEK });
    const found = stored.map(({ id, value }) => ({ value, id }));
    if (JSON.stringify(found) !== JSON.stringify(this.#published)) {
      const told = JSON.stringify(this.#published.slice(-5));
      throw new Error(`${ids.join()}: told ${told}, stored ${JSON.stringify(found.slice(-8))}`);
    }
    if (found.length + BATCH <= PEEK) return;
    await subscriptions.purge(this.#sentTo);
    this.#published = [];
  }
}

/** What may be seen afterwards: the attempts in which the message came again, and how often it is dead. */
function allowedAfter(act: Exclude<Act, "publish">, isConfirmed: boolean) {
  const taken = {
    ack: { again: [] as number[], dead: 0 },
    nack: { again: [2], dead: 0 },
    reject: { again: [] as number[], dead: 1 },
    release: { again: [1], dead: 0 },
  }[act];
  // A broker that died is no attempt; it may have stored what it could not confirm any more.
  return isConfirmed ? [taken] : [taken, { again: [1], dead: 0 }];
}

async function settle(delivery: Delivery, act: Exclude<Act, "publish">): Promise<Outcome> {
  try {
    if (act === "nack") await delivery.nack({ delayMs: 0 });
    else if (act === "reject") await delivery.reject("cut");
    else await delivery[act]();
    return { isConfirmed: true, ids: [delivery.id] };
  } catch (error) {
    if (!PeykError.is(error, "lease_lost")) throw error;
    return { isConfirmed: false, ids: [delivery.id] };
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
