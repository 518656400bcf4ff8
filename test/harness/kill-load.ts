import { connect, PeykError, Retry, type Consumer, type Delivery, type Peyk } from "@peyk/client";
import { matches } from "@peyk/client/protocol";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message, SubscriptionName } from "@peyk/client";
import type { CheckerLink } from "./checker-link.js";
import { Checker } from "./checker.js";
import type { Place, Sighting, Verdict } from "./ledger.js";
import { manyTimes } from "./many-urls.js";
import type { SeededRandom } from "./seeded-random.js";

const TOPICS = ["orders.eu", "orders.us"] as const;
const SUBSCRIPTIONS: readonly SubscriptionName[] = [
  "orders.eu/billing",
  "orders.us/billing",
  "orders.*/audit",
];

/** A subscription gives up a message after so many attempts. */
const MAX_ATTEMPTS = 4;

const CLIENTS = 3;

/** Nobody loses a lease because a machine is slow. */
const ACK_DEADLINE_MS = 600_000;

/** Publishers wait while a subscription has more than this: an audit can look at 250 at a time. */
const MAX_BACKLOG = 110;

/** Rejects become acks beyond this many dead letters. */
const MAX_DEAD_LETTERS = 80;

/** Publishes that a client leaves unconfirmed. */
const MAX_IN_FLIGHT = 60;

/** As many as one peek shows. */
const PEEK = 250;

/** A delay that does not end within a run: such messages hold files alive, in ms. */
const LONG_MS = 3_600_000;
const MAX_PARKED = 25;

/** Between two publishes of a client that has slowed down. */
const SLOW_MS = 20;

export interface LoadOptions {
  /** Share of the messages that are larger than what a commit copies. */
  readonly largeShare: number;
  /** Sessions may end while clients are away; then nothing is given up after some attempts. */
  readonly mayLoseLeases?: boolean;
  /** Dead letters are redriven now and then. */
  readonly redrives?: boolean;
  /** The disk may fail while the broker runs: whoever is told so knows nothing. */
  readonly diskMayFail?: boolean;
}

interface Member {
  readonly name: string;
  readonly client: Peyk;
  readonly random: SeededRandom;
  /** How often it was connected again, and how often it had been when the last broker was gone. */
  reconnections: number;
  reconnectionsBefore: number;
}

/** Clients that publish, consume and settle at random while they may, and tell the checker all of it. */
export class KillLoad {
  readonly ledger: CheckerLink;
  readonly #checker: Checker;
  readonly #directory: string;
  readonly #options: LoadOptions;
  readonly #members: Member[] = [];
  readonly #consumers: Consumer[] = [];
  /** Handlers, publishes and loops that are under way. */
  readonly #pending = new Set<Promise<unknown>>();
  #isOn = false;
  /** Of the broker: what one handed out means nothing to the next. */
  #life = 0;
  #isDeaf = false;
  #parkedCount = 0;
  #brisklyUntil = Infinity;
  readonly #onChange: (() => void)[] = [];

  private constructor(
    options: LoadOptions,
    parts: { readonly checker: Checker; readonly ledger: CheckerLink; readonly directory: string },
  ) {
    this.#options = options;
    this.#checker = parts.checker;
    this.#directory = parts.directory;
    this.ledger = parts.ledger;
    this.ledger.onConfirmed = () => this.#changed();
  }

  /** Connects to a new broker and subscribes; nothing moves before `begin`. */
  static async open(url: string, random: SeededRandom, options: LoadOptions): Promise<KillLoad> {
    const directory = mkdtempSync(join(tmpdir(), "peyk-load-"));
    const { mayLoseLeases = false } = options;
    const maxAttempts = maxAttemptsOf(options);
    const checker = await Checker.start(directory, { topics: TAKERS, maxAttempts, mayLoseLeases });
    const load = new KillLoad(options, { checker, ledger: await checker.connect(), directory });
    const urls = manyTimes(url);
    for (let count = 0; count < CLIENTS; count += 1) {
      const client = await connect(urls, { log: false });
      const counts = { reconnections: 0, reconnectionsBefore: -1 };
      const member: Member = { name: `${count}`, client, random: random.fork(), ...counts };
      client.on("state", () => load.#changed());
      client.on("resumed", () => {
        member.reconnections += 1;
        load.#changed();
      });
      load.#members.push(member);
    }
    const retry = { minMs: 20, maxMs: 200 };
    for (const name of SUBSCRIPTIONS) {
      await load.#first.subscriptions.create(name, {
        maxAttempts,
        retry,
        ackDeadlineMs: ACK_DEADLINE_MS,
      });
    }
    for (const [index, member] of load.#members.entries()) {
      for (const name of SUBSCRIPTIONS) await load.#consume(member, name, false);
      // One consumer of each dead-letter queue.
      const name = SUBSCRIPTIONS[index];
      if (name) await load.#consume(member, name, true);
    }
    return load;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** @param briskly - publishers slow down after so many confirmations; default: they do not */
  begin({ briskly = Infinity }: { readonly briskly?: number } = {}): void {
    this.#isOn = true;
    this.#isDeaf = false;
    this.#brisklyUntil = this.ledger.confirmedCount + briskly;
    for (const consumer of this.#consumers) consumer.resume();
    for (const member of this.#members) void this.#track(this.#publishAll(member));
    if (this.#options.redrives === true) void this.#track(this.#redrive());
  }

  /** The broker is dead: nobody holds anything any more, and nothing new is begun. */
  halt(): void {
    this.#isOn = false;
    this.#life += 1;
    for (const consumer of this.#consumers) consumer.pause();
    this.ledger.died();
    this.#changed();
  }

  /**
   * The same, and nothing that clients hear from now on until the next `begin` is believed: a sync that is overtaken by the
   * shutdown of its file system may be reported as done.
   */
  haltUnheard(): void {
    this.#isDeaf = true;
    this.halt();
  }

  /** Nothing new is begun; resolves when everything is answered, and consumers have given back what they did not look at. */
  async rest(): Promise<void> {
    this.#isOn = false;
    for (const consumer of this.#consumers) consumer.pause();
    this.#changed();
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
    for (const name of SUBSCRIPTIONS) {
      for (let out = 1; out > 0;) {
        const { buffered = 0, running = 0 } = (await this.#first.subscriptions.get(name)) ?? {};
        out = buffered + running;
      }
    }
  }

  /** The broker is gone: resolves when every client has noticed. */
  async cutOff(): Promise<void> {
    while (this.#members.some(({ client }) => client.health().state === "open")) {
      await this.#change();
    }
    for (const member of this.#members) member.reconnectionsBefore = member.reconnections;
  }

  /** Another one is there: resolves when every client is connected, and knows what became of all that it sent. */
  async quiet(): Promise<void> {
    while (this.#members.some((each) => each.reconnections <= each.reconnectionsBefore)) {
      await this.#change();
    }
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  /** Calls `then` once, in the very moment in which so many more publishes and verdicts are confirmed. */
  afterConfirmations(count: number, then: () => void): void {
    const until = this.ledger.confirmedCount + count;
    this.ledger.onConfirmed = () => {
      this.#changed();
      if (this.ledger.confirmedCount === until) then();
    };
  }

  /** Compares what every subscription has with what it must have. */
  async audit(): Promise<void> {
    for (const name of SUBSCRIPTIONS) {
      const live = await this.#look(name);
      const dead = await this.#look(`${name}/dlq` as SubscriptionName);
      this.ledger.audit(name, live, dead);
      const said = await this.#first.subscriptions.get(name);
      const counted = { live: live.length, dead: dead.length, out: 0 };
      const { ready = 0, retrying = 0, buffered = 0, running = 0, dead: saidDead = 0 } = said ?? {};
      const told = { live: ready + retrying, dead: saidDead, out: buffered + running };
      if (JSON.stringify(told) === JSON.stringify(counted)) continue;
      this.ledger.complain(
        `${name} says ${JSON.stringify(told)}, and has ${JSON.stringify(counted)}`,
      );
    }
  }

  async close(): Promise<void> {
    this.halt();
    await Promise.all(this.#members.map(({ client }) => client.close({ timeoutMs: 0 })));
    await this.#checker.close();
    rmSync(this.#directory, { recursive: true });
  }

  // ---- Publishing ----------------------------------------------------------------------------------------------------

  async #publishAll(member: Member): Promise<void> {
    const { random } = member;
    const inFlight = new Set<Promise<void>>();
    while (this.#isOn) {
      const isFull =
        inFlight.size > MAX_IN_FLIGHT ||
        SUBSCRIPTIONS.some((name) => this.ledger.backlog(name) > MAX_BACKLOG);
      if (isFull) {
        await this.#change();
        continue;
      }
      for (let count = 1 + random.int(10); count > 0; count -= 1) {
        const publishing = this.#track(this.#publish(member));
        inFlight.add(publishing);
        void publishing.then(() => inFlight.delete(publishing));
      }
      if (this.ledger.confirmedCount > this.#brisklyUntil) await pause(SLOW_MS);
      else if (random.chance(0.5)) await Promise.race(inFlight);
      else await turn();
    }
  }

  async #publish({ client, random }: Member): Promise<void> {
    const topic = random.pick(TOPICS);
    const number = await this.ledger.publish(topic);
    const isLarge = random.chance(this.#options.largeShare);
    const payload = payloadOf(number, isLarge ? 16_000 + random.int(16_000) : random.int(900));
    try {
      const attributes = { number: String(number) };
      const result = await client.publish(topic, payload, { attributes });
      if (!this.#isDeaf) this.ledger.confirmed(number, result);
    } catch (error) {
      if (this.#isDeaf) return;
      if (PeykError.is(error, "resource_exhausted")) this.ledger.refused(number);
      else if (!this.#isDiskFailure(error))
        this.ledger.complain(`the publish of message ${number} failed: ${String(error)}`);
    }
  }

  // ---- Consuming -----------------------------------------------------------------------------------------------------

  async #consume(member: Member, subscription: SubscriptionName, isDead: boolean): Promise<void> {
    const place = { subscription, isDead };
    const name = isDead ? (`${subscription}/dlq` as SubscriptionName) : subscription;
    const handler = (delivery: Delivery): Promise<void> =>
      this.#track(this.#handle(member, place, delivery));
    const consumer = await member.client.subscribe(name, handler, {
      concurrency: 1 + member.random.int(8),
    });
    consumer.pause();
    this.#consumers.push(consumer);
  }

  async #handle(member: Member, place: Place, delivery: Delivery): Promise<void> {
    const { random, name: by } = member;
    const life = this.#life;
    const { number, id } = sightingOf(delivery);
    const { attempt } = delivery;
    if (this.#isDeaf) return;
    this.ledger.delivered(place, { number, id, attempt, by });
    if (!isWhole(number, delivery.bytes)) this.ledger.complain(`the payload of ${number} is wrong`);
    if (random.chance(0.3)) for (let left = random.int(20); left > 0; left -= 1) await turn();
    // Whatever is said of it now, the broker that handed it out will not hear it.
    if (life !== this.#life) return;
    const verdict = this.#drawVerdict(random, place);
    const asked = await this.ledger.ask({ place, number, verdict, attempt });
    if (life !== this.#life) return;
    // In one of eight cases nobody waits for the answer: by returning, or by throwing.
    if (verdict === "ack" && random.chance(0.12)) return;
    if (verdict === "nack" && random.chance(0.12)) throw new Retry({ delayMs: random.int(30) });
    try {
      await this.#say(random, delivery, verdict);
      if (!this.#isDeaf) this.ledger.settled(asked);
    } catch (error) {
      if (life !== this.#life) return;
      if (this.#isDiskFailure(error)) return;
      if (PeykError.is(error, "lease_lost")) return this.ledger.leaseLost(asked);
      this.ledger.complain(`the ${verdict} of message ${number} (${id}) failed: ${String(error)}`);
    }
  }

  #isDiskFailure(error: unknown): boolean {
    return this.#options.diskMayFail === true && PeykError.is(error, "unavailable");
  }

  #drawVerdict(random: SeededRandom, { subscription, isDead }: Place): Verdict {
    const drawn = random.int(100);
    const hasRoom = this.ledger.deadLetters(subscription) < MAX_DEAD_LETTERS;
    if (isDead) return !hasRoom || drawn < 40 ? "ack" : drawn < 80 ? "nack" : "release";
    if (drawn < 68) return "ack";
    if (drawn < 86) return "nack";
    if (drawn < 94) return hasRoom ? "reject" : "ack";
    return "release";
  }

  #say(random: SeededRandom, delivery: Delivery, verdict: Verdict): Promise<void> {
    switch (verdict) {
      case "ack":
        return delivery.ack();
      case "nack":
        return delivery.nack(this.#drawDelay(random));
      case "reject":
        return delivery.reject("drawn");
      case "release":
        return delivery.release();
    }
  }

  #drawDelay(random: SeededRandom): { readonly delayMs?: number } {
    if (this.#parkedCount < MAX_PARKED && random.chance(0.05)) {
      this.#parkedCount += 1;
      return { delayMs: LONG_MS };
    }
    return random.chance(0.3) ? {} : { delayMs: random.pick([0, 1, 10, 50]) };
  }

  /** Dead letters of one subscription go back to it, while others of its dead letters are handled. */
  async #redrive(): Promise<void> {
    const [member] = this.#members;
    if (!member) return;
    const subscription = member.random.pick(SUBSCRIPTIONS);
    const sweep = await this.ledger.redrive(subscription);
    try {
      await member.client.dlq.redrive(subscription, {});
    } catch (error) {
      if (!PeykError.is(error, "outcome_unknown") && !this.#isDiskFailure(error))
        this.ledger.complain(`redrive: ${String(error)}`);
    }
    this.ledger.redriven(sweep);
  }

  /** While nothing is under way: forgets all that a subscription or its dead-letter queue has. */
  async purge(random: SeededRandom): Promise<void> {
    const subscription = random.pick(SUBSCRIPTIONS);
    const place = { subscription, isDead: random.chance(0.5) };
    const { subscriptions, dlq } = this.#first;
    const sweep = await this.ledger.drop(place, "purged");
    try {
      const purging = place.isDead
        ? dlq.purge(subscription, {})
        : subscriptions.purge(subscription);
      this.ledger.dropped(sweep, (await this.#track(purging)).count);
    } catch (error) {
      if (!PeykError.is(error, "outcome_unknown")) this.ledger.complain(`purge: ${String(error)}`);
      this.ledger.dropped(sweep);
    }
  }

  // ---- Looking -------------------------------------------------------------------------------------------------------

  get #first(): Peyk {
    const [member] = this.#members;
    if (!member) throw new Error("nobody is connected");
    return member.client;
  }

  /** All that a subscription has. What becomes ready meanwhile is there in both states. */
  async #look(name: SubscriptionName): Promise<Sighting[]> {
    const { subscriptions } = this.#first;
    const retrying = await subscriptions.peek(name, { state: "retrying", count: PEEK });
    const ready = await subscriptions.peek(name, { state: "ready", count: PEEK });
    if (Math.max(retrying.length, ready.length) === PEEK) {
      throw new Error(`${name} has more messages than an audit can see`);
    }
    const both = new Set(retrying.map(({ id }) => id));
    return [...retrying, ...ready.filter(({ id }) => !both.has(id))].map(sightingOf);
  }

  #track<Result>(work: Promise<Result>): Promise<Result> {
    const tracked = work.catch(() => {});
    this.#pending.add(tracked);
    void tracked.then(() => this.#pending.delete(tracked));
    return work;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#onChange.push(resolve));
  }

  #changed(): void {
    for (const resolve of this.#onChange.splice(0)) resolve();
  }
}

/** Subscriptions by topic. */
const TAKERS = Object.fromEntries(
  TOPICS.map((topic) => [
    topic,
    SUBSCRIPTIONS.filter((name) => matches(name.replace(/\/.*/, ""), topic)),
  ]),
);

const maxAttemptsOf = ({ mayLoseLeases = false }: LoadOptions): number =>
  mayLoseLeases ? 0 : MAX_ATTEMPTS;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const sightingOf = ({ id, attributes }: Message): Sighting => ({
  id,
  number: Number(attributes["number"]),
});

/** What a message holds follows from its number. */
const payloadOf = (number: number, length: number): Uint8Array =>
  new Uint8Array(length).fill(number & 0xff);

const isWhole = (number: number, bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte === (number & 0xff));
