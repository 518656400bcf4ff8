import type { ConsumerCredit, SettledRange, SettleRange } from "@peyk/client/protocol";
import type { LossReason, SubscriptionSettings } from "../../../src/broker/engine.js";
import type { Queue } from "../../../src/broker/queue.js";
import { QueueModel } from "../../harness/queue-model.js";
import type { Expected, ModelConsumer, ModelSubscription } from "../../harness/queue-model.js";
import { QueueHarness } from "./queue-harness.js";
import type { FakeSession } from "./queue-harness.js";

/** A consumer of the real queue beside its model. */
export interface Pair {
  readonly model: ModelConsumer;
  readonly session: FakeSession;
  /** Commits that must be durable before its next settle is answered. */
  lastCommit: number;
}

/** A settle that must be answered once, and not before a commit is durable. */
interface Question {
  afterCommit: number;
  isAnswered: boolean;
}

const fail = (text: string): never => {
  throw new Error(text);
};

/**
 * Real queues beside their model: each action is done to both, what is delivered goes to the model as it happens, and
 * `check` compares all that can be seen.
 */
export class QueueWorld {
  readonly harness = new QueueHarness();
  readonly model = new QueueModel();
  readonly queues: Queue[] = [];
  readonly pairs: Pair[] = [];
  /** Attempts that had failed before a message was published here, by subscription. */
  readonly failedBefore: number[] = [];
  readonly #questions: Question[] = [];
  /** Commits that are durable. */
  #completed = 0;

  constructor(settings: readonly Partial<SubscriptionSettings>[]) {
    for (const each of settings) {
      const queue = this.harness.queue(each);
      const { id, settings: all } = queue.subscription;
      const counts = { delivered: 0, released: 0, expired: 0 };
      this.queues.push(queue);
      this.model.subscriptions.push({ id, settings: all, messages: [], attached: [], ...counts });
    }
  }

  get unanswered(): number {
    return this.#questions.filter(({ isAnswered }) => !isAnswered).length;
  }

  get alive(): Pair[] {
    return this.pairs.filter(({ model }) => model.state !== "detached");
  }

  publish(index: number, sizes: readonly number[], crashes: number): void {
    const subscription = this.#subscription(index);
    const known = { failures: crashes, crashes };
    this.failedBefore[index] = (this.failedBefore[index] ?? 0) + crashes * sizes.length;
    this.model.publish(subscription, this.harness.engine.publish(subscription.id, sizes, known));
  }

  attach(sources: readonly number[], credit: ConsumerCredit, ackOnDelivery: boolean): void {
    const subscriptions = sources.map((index) => this.#subscription(index));
    const name = `c${this.pairs.length}`;
    const state = "connected";
    const model: ModelConsumer = {
      ...{ name, sources: subscriptions, credit, ackOnDelivery, state },
      ...{ deliveries: [], untold: [] },
    };
    const isRefused = subscriptions.some(
      ({ settings, attached }) => settings.mode === "exclusive" && attached.length > 0,
    );
    try {
      const session = this.harness.attachWithoutTurn(
        sources.map((index) => this.queues[index] ?? fail("no such queue")),
        { ...credit, name, ackOnDelivery },
      );
      if (isRefused) fail("attaches to what is held exclusively");
      session.onDeliver = (batch) => this.model.delivered(model, batch);
      session.onLost = (delivery) => tellLost(model, delivery);
      this.pairs.push({ model, session, lastCommit: 0 });
      this.model.attach(model);
    } catch (error) {
      if (!isRefused) throw error;
    }
  }

  settle(pair: Pair, ranges: readonly SettleRange[]): void {
    const { engine } = this.harness;
    const unitsBefore = engine.units.length;
    const expected = this.model.settle(pair.model, ranges);
    const question: Question = { afterCommit: 0, isAnswered: false };
    this.#questions.push(question);
    pair.session.consumer.settle(ranges, (answers) => {
      if (question.isAnswered) fail("answers twice");
      if (this.#completed < question.afterCommit) fail("answers before it is durable");
      question.isAnswered = true;
      compareAnswers(expected, answers);
    });
    if (engine.units.length > unitsBefore) pair.lastCommit = engine.units.length;
    question.afterCommit = pair.lastCommit;
    if (question.isAnswered && this.#completed < pair.lastCommit) fail("answers at once");
  }

  complete(count: number): void {
    for (let left = count; left > 0 && this.harness.engine.pendingCommits > 0; left -= 1) {
      this.#completed += 1;
      this.harness.engine.complete(1);
    }
  }

  turn(): void {
    this.harness.clock.flush();
  }

  pump(): void {
    this.harness.engine.pump();
  }

  advance(ms: number): void {
    this.model.advance(ms);
    this.harness.clock.advance(ms);
  }

  setCredit({ model, session }: Pair, credit: ConsumerCredit): void {
    this.model.setCredit(model, credit);
    session.consumer.setCredit(credit);
  }

  suspend({ model, session }: Pair): void {
    if (model.state === "detached") return;
    model.state = "suspended";
    session.consumer.suspend();
  }

  /** The client comes back and has received all but the last `missed` deliveries. */
  resume({ model, session }: Pair, missed: number): void {
    if (model.state !== "suspended") return;
    const after = Math.max(model.deliveries.length - missed, 0);
    const again = this.model.redeliver(model, after).map(({ number }) => number);
    const before = session.seen.length;
    session.consumer.redeliver(after);
    const seen = session.seen.slice(before).map(({ delivery }) => delivery);
    if (seen.join() !== again.join()) fail(`sends ${seen.join()} again, not ${again.join()}`);
    model.state = "connected";
    session.consumer.resume();
  }

  detach({ model, session }: Pair, how: "clean" | "crash"): void {
    if (model.state === "detached") return;
    this.model.detach(model, how);
    model.untold.length = 0;
    session.consumer.detach(how);
  }

  lose(index: number, first: number, count: number, reason: LossReason): void {
    const { id, messages } = this.#subscription(index);
    for (const message of messages.slice(first, first + count)) {
      const { log, position } = message.stored;
      this.model.lose(message);
      this.harness.engine.lose(id, [{ log, first: position, count: 1 }], reason);
    }
  }

  update(index: number, settings: Partial<SubscriptionSettings>): void {
    const subscription = this.#subscription(index);
    const queue = this.queues[index] ?? fail("no such queue");
    subscription.settings = { ...subscription.settings, ...settings };
    queue.update({ ...queue.subscription, settings: subscription.settings });
  }

  #subscription(index: number): ModelSubscription {
    return this.model.subscriptions[index] ?? fail("no such subscription");
  }
}

function tellLost(model: ModelConsumer, delivery: number): void {
  const index = model.untold.indexOf(delivery);
  if (index === -1) fail(`tells that delivery ${delivery} was lost`);
  model.untold.splice(index, 1);
}

function compareAnswers(expected: readonly Expected[], answers: readonly SettledRange[]): void {
  const each = answers.flatMap(({ firstDelivery, count, outcome, extendedMs }) =>
    Array.from({ length: count }, (_, index) => ({
      delivery: firstDelivery + index,
      outcome,
      extendedMs,
    })),
  );
  if (each.length !== expected.length) fail("answers another number of deliveries");
  expected.forEach(({ delivery, outcomes, extendedMs }, index) => {
    const answer = each[index];
    const text = `delivery ${delivery} is answered ${JSON.stringify(answer)}`;
    if (answer?.delivery !== delivery) fail(text);
    else if (!outcomes.includes(answer.outcome)) fail(`${text}, not ${outcomes.join(" or ")}`);
    else if (answer.extendedMs !== extendedMs) fail(`${text}, not with ${extendedMs} ms`);
  });
}
