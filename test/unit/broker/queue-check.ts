import { expect } from "vitest";
import type { StoredMessage } from "../../harness/fake-engine.js";
import type { Queue } from "../../../src/broker/queue.js";
import type {
  ModelConsumer,
  ModelDelivery,
  ModelMessage,
  ModelSubscription,
} from "../../harness/queue-model.js";
import type { QueueWorld } from "./queue-world.js";

/** Compares everything that can be seen of the queues with their model. */
export function checkWorld(world: QueueWorld): void {
  for (const { model, session } of world.pairs) {
    const { heldMessages, heldBytes, runningMessages, lastDelivery } = session.consumer;
    checkSame(`what consumer ${model.name} holds`, [
      [heldMessages, world.model.unsettled(model).length],
      [heldBytes, world.model.bytes(model)],
      [runningMessages, world.model.running(model).length],
      [lastDelivery, model.deliveries.length],
      [model.state === "suspended" ? 0 : model.untold.length, 0],
    ]);
  }
  world.model.subscriptions.forEach((subscription, index) => {
    const queue = world.queues[index] as Queue;
    checkCounters(world, subscription, queue, world.failedBefore[index] ?? 0);
    checkHeld(world, subscription, queue);
    for (const message of subscription.messages) checkMessage(message, world.model.now);
  });
}

/**
 * After a turn: no more is asked of the feed than its consumers may still hold, less what is in hand. A consumer that is
 * busy with a poison message, or about to be, counts in full.
 */
export function checkDemand(world: QueueWorld): void {
  const hasPoison = world.model.subscriptions.some(({ messages }) =>
    messages.some(({ crashes }) => crashes >= 2),
  );
  world.model.subscriptions.forEach(({ id, settings, attached }, index) => {
    const served = settings.mode === "shared" ? attached : attached.slice(0, 1);
    const free = served.reduce(
      (sum, consumer) => sum + (hasPoison ? consumer.credit.messages : freeCredit(world, consumer)),
      0,
    );
    const inHand = hasPoison ? 0 : (world.queues[index]?.stats().ready ?? 0);
    const { messages } = world.harness.engine.demand(id);
    expect(messages).toBeLessThanOrEqual(Math.max(free - inHand, 0));
  });
}

/**
 * When everything came to rest: nobody who holds nothing waits while there is something for him. Of poison messages only
 * that somebody has one, as not all consumers take them at a time.
 */
export function checkNobodyWaits(world: QueueWorld): void {
  for (const subscription of world.model.subscriptions) {
    const { settings, attached } = subscription;
    const served = settings.mode === "shared" ? attached : attached.slice(0, 1);
    const active = served.filter(
      ({ state, credit }) => state === "connected" && credit.messages > 0,
    );
    const idle = active.filter((consumer) => world.model.unsettled(consumer).length === 0);
    const waiting = subscription.messages.filter(
      ({ state, stored }) => state === "ready" || (state === "waiting" && stored.state === "out"),
    );
    const names = idle.map(({ name }) => name);
    if (waiting.some(({ crashes }) => crashes < 2)) expect(names).toEqual([]);
    else if (waiting.length > 0) expect(idle.length).toBeLessThan(Math.max(active.length, 1));
  }
}

function freeCredit(world: QueueWorld, consumer: ModelConsumer): number {
  if (consumer.state !== "connected") return 0;
  return Math.max(consumer.credit.messages - world.model.unsettled(consumer).length, 0);
}

function checkCounters(
  world: QueueWorld,
  subscription: ModelSubscription,
  queue: Queue,
  failedBefore: number,
): void {
  const stored = world.harness.engine.messages(subscription.id);
  const durable = stored.filter(({ isDurable }) => isDurable);
  const failures = stored.reduce((sum, message) => sum + message.failures, 0);
  const unsaved = stored.filter(
    ({ state, isDurable }) => !isDurable && state !== "done" && state !== "dead",
  ).length;
  const { delivered, acked, retried, deadLettered, released, expired } = queue.counters;
  checkSame("counters: delivered, acked, retried, dead, released, expired", [
    [delivered, subscription.delivered],
    [acked, durable.filter(({ state }) => state === "done").length],
    [retried, failures - failedBefore - unsaved],
    [deadLettered, durable.filter(({ state }) => state === "dead").length],
    [released, subscription.released],
    [expired, subscription.expired],
  ]);
}

/** Far cheaper than `expect`, and called a million times. */
function checkSame(what: string, pairs: readonly (readonly [unknown, unknown])[]): void {
  if (pairs.every(([actual, expected]) => actual === expected)) return;
  const actual = pairs.map(([each]) => each);
  const expected = pairs.map(([, each]) => each);
  throw new Error(`${what}: ${actual.join(", ")} instead of ${expected.join(", ")}`);
}

function checkHeld(world: QueueWorld, subscription: ModelSubscription, queue: Queue): void {
  const positions = (deliveries: readonly ModelDelivery[]): number[] =>
    deliveries.map(({ message }) => message.stored.position).sort((one, other) => one - other);
  const held = world.model.consumers
    .flatMap((consumer) => world.model.unsettled(consumer))
    .filter((delivery) => delivery.subscription === subscription);
  for (const state of ["buffered", "running"] as const) {
    const listed = queue
      .held(state, 10_000)
      .flatMap(({ run, from, count }) =>
        Array.from({ length: count }, (_, i) => run.first + from + i),
      )
      .sort((one, other) => one - other);
    const expected = positions(held.filter((delivery) => delivery.state === state));
    checkSame(`${state} deliveries`, [
      [listed.join(), expected.join()],
      [queue.stats()[state], expected.length],
    ]);
  }
}

const STORED_AS: Readonly<Record<ModelMessage["state"], readonly StoredMessage["state"][]>> = {
  ready: ["ready", "out"],
  leased: ["out"],
  waiting: ["waiting", "out", "ready"],
  done: ["done"],
  dead: ["dead"],
  lost: ["lost"],
};

/** The store agrees on what became of a message, how often it failed, and when it comes back. */
function checkMessage(message: ModelMessage, now: number): void {
  const { stored, state, failedAt, delayMs } = message;
  const isRight =
    STORED_AS[state].includes(stored.state) &&
    stored.failures === message.failures &&
    (state === "dead" || stored.crashes === message.crashes);
  if (!isRight) throw new Error(`is stored as ${describe(stored)}, not ${describe(message)}`);
  if (state === "waiting") {
    const waitMs = stored.dueAt - failedAt;
    const isOnTime = stored.state === "waiting" || stored.dueAt <= now;
    if (waitMs < delayMs.min || waitMs > delayMs.max || !isOnTime) {
      throw new Error(`waits ${waitMs} ms, not ${delayMs.min} to ${delayMs.max}`);
    }
  }
  if (state === "dead") expect(stored.death).toMatchObject(message.death ?? {});
}

function describe({ state, failures, crashes }: ModelMessage | StoredMessage): string {
  return `${state} with ${failures} failures, ${crashes} crashes`;
}
