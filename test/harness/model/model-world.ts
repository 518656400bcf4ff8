import type { SettleRange } from "@peyk/client/protocol";
import { Server } from "../../../src/server.js";
import { nextTurn } from "../engine-harness.js";
import { deliveriesOf, type Frame } from "../frames.js";
import { SeededRandom } from "../seeded-random.js";
import { SimulatedDisk, type DiskCall } from "../simulated-disk.js";
import { TestClock } from "../test-clock.js";
import { bodyOf, LineSession, rangeOf } from "./line-session.js";
import {
  checkAnswers,
  SubscriptionModel,
  type ModelConsumer,
  type ModelSettings,
  type Side,
} from "./subscription-model.js";

const TOPIC = "jobs";
const NAMES = { live: `${TOPIC}/workers`, dead: `${TOPIC}/workers/dlq` } as const;

/** How long a client may be away, in ms. All other times are tens, so that no lease ends at the very moment of a session. */
const GRACE_MS = 10_007;

/** The broker that does not come to rest in so many turns never will. */
const MAX_TURNS = 20_000;

/** A consumer of the real broker beside its model. */
export interface Pair {
  readonly number: number;
  readonly model: ModelConsumer;
  /** The broker has said so. */
  isAttached: boolean;
  /** What must be sent again since its client came back. */
  again: Set<number>;
}

/** One client: its connection, and its consumers. */
export interface Client {
  readonly session: LineSession;
  readonly pairs: Pair[];
  /** When its session ends, on the clock of the model, while it is away. */
  endsAt: number;
}

export interface WorldOptions {
  readonly settings: ModelSettings;
  /** Decides the order of what the disk does, and of the turns of the event loop. Default: each at once. */
  readonly order?: Order;
}

/** Lets things happen later, and in another order. */
export interface Order {
  schedule(what: string, happen: () => void): void;
  /** Lets one of them happen; false if there is none. */
  next(): Promise<boolean>;
}

/** A test clock whose deferred calls wait for their turn. */
class OrderedClock extends TestClock {
  readonly #order: Order | undefined;

  constructor(order: Order | undefined, wallMs: number | undefined) {
    super(wallMs === undefined ? {} : { wallMs });
    this.#order = order;
  }

  override defer(callback: () => void): void {
    super.defer(callback);
    if (this.deferredCount === 1) this.#order?.schedule("a turn", () => this.flush());
  }
}

/**
 * The real broker and its embedded engine, on a disk and a clock of the test, beside the model of its one subscription.
 * Each action is done to both; what is delivered goes to the model as it happens.
 */
export class ModelWorld {
  readonly model: SubscriptionModel;
  clients: Client[] = [];
  readonly #options: WorldOptions;
  readonly #random = new SeededRandom(1);
  #disk: SimulatedDisk;
  #clock: OrderedClock;
  /** On the clock of the model when this broker started. */
  #startedAt = 0;
  #server: Server | undefined;
  #nextText = 1;
  #nextConsumer = 1;
  #failure: unknown;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.model = new SubscriptionModel(options.settings);
    const { order } = options;
    this.#clock = new OrderedClock(order, undefined);
    const schedule = ({ operation, file }: DiskCall, complete: () => void): void =>
      order?.schedule(`${operation} ${file}`, complete);
    this.#disk = new SimulatedDisk({ seed: 1, ...(order && { schedule }) });
  }

  static async open(options: WorldOptions): Promise<ModelWorld> {
    const world = new ModelWorld(options);
    await world.#start();
    await world.#createSubscription();
    return world;
  }

  get pairs(): readonly { readonly pair: Pair; readonly client: Client }[] {
    return this.clients.flatMap((client) => client.pairs.map((pair) => ({ pair, client })));
  }

  /** Whether things may still be under way when the next command comes. */
  get isInterleaved(): boolean {
    return this.#options.order !== undefined;
  }

  // ---- What clients do -----------------------------------------------------------------------------------------------

  connect(): void {
    const client: Client = {
      session: new LineSession((frame) => this.#noFailure(() => this.#onFrame(client, frame))),
      pairs: [],
      endsAt: Infinity,
    };
    this.clients.push(client);
    client.session.connect(this.#broker.accept);
  }

  publish(client: Client, count: number): void {
    const texts = Array.from({ length: count }, () => String(this.#nextText++));
    this.model.publish(texts);
    this.#expect(client.session.publish(TOPIC, texts), (frame) => {
      const stored = bodyOf(frame, "published").ranges.reduce((sum, each) => sum + each.count, 0);
      if (stored !== count) throw new Error(`stores ${stored} of ${count}`);
    });
  }

  subscribe(client: Client, side: Side, credit: ModelConsumer["credit"]): void {
    const number = this.#nextConsumer++;
    const model = this.model.attach(side, credit);
    const pair: Pair = { number, model, isAttached: false, again: new Set() };
    client.pairs.push(pair);
    const { messages: creditMessages, concurrency } = credit;
    const body = { consumer: number, subscriptions: [NAMES[side]], creditMessages, concurrency };
    this.#expect(client.session.request("subscribe", body), (frame) => {
      bodyOf(frame, "subscribed");
      pair.isAttached = true;
    });
  }

  unsubscribe(client: Client, pair: Pair): void {
    this.model.detach(pair.model, "clean");
    client.pairs.splice(client.pairs.indexOf(pair), 1);
    const asked = client.session.request("unsubscribe", { consumer: pair.number });
    this.#expect(asked, (frame) => bodyOf(frame, "done"));
  }

  credit(client: Client, pair: Pair, credit: ModelConsumer["credit"]): void {
    this.turn(); // what it was given before is not measured by what it may have now
    this.model.setCredit(pair.model, credit);
    client.session.credit({ consumer: pair.number, bytes: 0, ...credit });
  }

  settle(client: Client, pair: Pair, ranges: readonly Parameters<typeof rangeOf>[0][]): void {
    const full: SettleRange[] = ranges.map(rangeOf);
    const expected = this.model.settle(pair.model, full);
    this.#expect(client.session.settle(pair.number, full), (frame) =>
      checkAnswers(expected, bodyOf(frame, "settled")),
    );
  }

  disconnect(client: Client): void {
    if (!client.session.isConnected) return;
    this.turn(); // so that the model knows what it holds
    for (const { model } of client.pairs) model.state = "suspended";
    client.endsAt = this.model.now + GRACE_MS;
    client.session.disconnect();
  }

  /** It says goodbye, and is forgotten. */
  leave(client: Client): void {
    if (!client.session.isConnected) return;
    for (const { model } of client.pairs) this.model.detach(model, "clean");
    client.session.disconnect(true);
    this.clients = this.clients.filter((other) => other !== client);
  }

  /** It comes back, and has not received the last `missed` deliveries of each consumer. */
  resume(client: Client, missed: number): void {
    if (client.session.isConnected) return;
    const consumers = client.pairs.map((pair) => {
      const lastDelivery = Math.max(pair.model.deliveries.length - missed, 0);
      pair.again = new Set(this.model.resume(pair.model, lastDelivery));
      return { consumer: pair.number, lastDelivery };
    });
    client.endsAt = Infinity;
    const { sessionId, sessionSecret: secret } = client.session.welcome ?? {};
    client.session.connect(this.#broker.accept, { sessionId, secret, consumers });
  }

  // ---- What operators do; nothing else may be under way --------------------------------------------------------------

  async updateSettings(maxAttempts: number): Promise<void> {
    this.model.settings = { ...this.model.settings, maxAttempts };
    const { administration } = this.#broker.context;
    await this.until(administration.updateSubscription(NAMES.live, { maxAttempts }));
  }

  async redrive(): Promise<void> {
    const { deadLetters } = this.#broker.context.administration;
    const expected = this.model.redrive();
    const asked = deadLetters.redrive(NAMES.live, undefined, { perSecond: 0, dryRun: false });
    checkCount(expected, await this.until(asked));
  }

  async purge(side: Side): Promise<void> {
    const { administration } = this.#broker.context;
    const expected = this.model.purge(side);
    checkCount(expected, await this.until(administration.purgeSubscription(NAMES[side], false)));
    await this.rest();
    this.model.purging = [];
  }

  async deleteSubscription(): Promise<void> {
    this.model.delete();
    for (const client of this.clients) client.pairs.length = 0;
    await this.until(this.#broker.context.administration.deleteSubscription(NAMES.live, true));
    await this.#createSubscription();
  }

  /** Kills the broker, or its machine, or stops it; and starts the next one. */
  async restart(how: "crash" | "power-cut" | "stop"): Promise<void> {
    const wallMs = this.#clock.now();
    if (how === "stop") await this.until(this.#broker.close({ timeoutMs: 0 }));
    else if (how === "crash") this.#disk = this.#disk.crash();
    else this.#disk = this.#disk.powerCut(this.#random);
    for (const { session } of this.clients) session.forget();
    this.clients = [];
    this.model.restart();
    this.#startedAt = this.model.now;
    this.#clock = new OrderedClock(this.#options.order, wallMs);
    await this.#start();
  }

  /** The event loop comes round: what is to be sent is sent. */
  turn(): void {
    this.#clock.flush();
  }

  // ---- Time ----------------------------------------------------------------------------------------------------------

  /** Lets time go on from timer to timer, and everything happen at its time. */
  async advance(ms: number): Promise<void> {
    const until = this.#clock.monotonic() + ms;
    for (;;) {
      const next = Math.min(this.#clock.nextDueMs ?? Infinity, until - this.#clock.monotonic());
      this.#clock.advance(next);
      this.model.reach(this.#startedAt + this.#clock.monotonic());
      this.#endSessions();
      const isLast = this.#clock.monotonic() >= until;
      // Most timers are the ticks of the lease clock, which do nothing.
      if (isLast || this.#clock.deferredCount > 0) await this.rest();
      if (isLast) return;
    }
  }

  /** Lets everything happen that needs no time. */
  async rest(): Promise<void> {
    for (let quiet = 0, turns = 0; quiet < 2; turns += 1) {
      if (turns > MAX_TURNS) throw new Error("the broker does not come to rest");
      quiet = (await this.step()) ? 0 : quiet + 1;
    }
  }

  /** Lets a little happen; false if nothing did. */
  async step(): Promise<boolean> {
    const { callCount } = this.#disk.trace;
    const wasBusy = this.#clock.deferredCount > 0;
    const isDriven = (await this.#options.order?.next()) ?? false;
    if (!this.#options.order) this.#clock.flush();
    await nextTurn();
    if (this.#failure !== undefined) throw this.#failure as Error;
    return wasBusy || isDriven || this.#disk.trace.callCount !== callCount;
  }

  /** Waits for an answer. */
  async until<Result>(answer: Promise<Result>): Promise<Result> {
    let isAnswered = false;
    const noted = answer.finally(() => (isAnswered = true));
    noted.catch(() => {});
    for (let turns = 0; !isAnswered && turns < MAX_TURNS; turns += 1) await this.step();
    if (!isAnswered) throw new Error("the broker does not answer");
    return noted;
  }

  /** At rest, everything that can be seen of the broker is as the model has it. */
  async check(): Promise<void> {
    await this.rest();
    const unanswered = this.clients.reduce((sum, { session }) => sum + session.pendingCount, 0);
    if (unanswered > 0) throw new Error(`${unanswered} requests are not answered`);
    this.model.checkRest();
    for (const { pair, client } of this.pairs) {
      const { number, again } = pair;
      if (client.session.isConnected && again.size > 0) {
        throw new Error(`does not send ${[...again].join()} of consumer ${number} again`);
      }
    }
    const { administration } = this.#broker.context;
    const info = await this.until(administration.subscription(NAMES.live));
    const { ready = 0, retrying = 0, buffered, running, dead } = info.stats ?? {};
    const { ready: isReady, retrying: isWaiting, ...expected } = this.model.counts();
    // What is due and nobody takes may count as either.
    const said = JSON.stringify({
      buffered,
      running,
      dead,
      rest: Number(ready) + Number(retrying),
    });
    const wanted = JSON.stringify({ ...expected, rest: isReady + isWaiting });
    if (said !== wanted) throw new Error(`says ${said} of itself, not ${wanted}`);
  }

  get #broker(): Server {
    if (!this.#server) throw new Error("there is no broker");
    return this.#server;
  }

  async #start(): Promise<void> {
    const options = {
      dataDir: "(simulated)",
      segmentBytes: 64 * 1024,
      spareBytes: 0,
      resumeGraceMs: GRACE_MS,
      clock: this.#clock,
      random: this.#random,
    };
    this.#server = await this.until(Server.start(options, this.#disk));
  }

  async #createSubscription(): Promise<void> {
    const { maxAttempts, ackDeadlineMs, maxExtensionMs, retry } = this.model.settings;
    const options = { maxAttempts, ackDeadlineMs, maxExtensionMs, retry: { ...retry, jitter: 0 } };
    const { administration } = this.#broker.context;
    await this.until(administration.createSubscription(NAMES.live, options));
  }

  #endSessions(): void {
    for (const client of this.clients) {
      if (client.endsAt > this.model.now) continue;
      for (const { model } of client.pairs) this.model.detach(model, "crash");
      this.clients = this.clients.filter((other) => other !== client);
    }
  }

  #expect(asked: Promise<Frame>, check: (frame: Frame) => unknown): void {
    void asked.then((frame) => this.#noFailure(() => check(frame)));
  }

  #onFrame({ pairs }: Client, frame: Frame): void {
    if (frame.kind === "deliver") {
      const pair = pairs.find(({ number }) => number === frame.body.consumer);
      // What was on its way when its consumer ended.
      if (!pair) return;
      for (const { delivery, text, failedAttempts } of deliveriesOf(frame.body)) {
        // What is sent again may be settled before it arrives.
        if (pair.again.delete(delivery)) continue;
        this.model.delivered(pair.model, { delivery, text, failedAttempts });
      }
    } else if (frame.kind === "consumerNotice") {
      const pair = pairs.find(({ number }) => number === frame.body.consumer);
      for (const { firstDelivery = 0, count = 0 } of pair ? frame.body.lost : []) {
        for (let offset = 0; offset < Number(count); offset += 1) {
          if (pair?.model.untold.delete(Number(firstDelivery) + offset)) continue;
          throw new Error(`tells that delivery ${Number(firstDelivery) + offset} was lost`);
        }
      }
    } else if (frame.kind !== "goAway") {
      throw new Error(`${frame.kind} came, and nobody asked for it`);
    }
  }

  /** What goes wrong within the broker's calls is told at the next step. */
  #noFailure(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failure ??= error;
    }
  }
}

function checkCount(expected: number, { count }: { readonly count?: unknown }): void {
  if (Number(count ?? 0) !== expected) throw new Error(`counts ${String(count)}, not ${expected}`);
}
