import { describe, expect, test } from "vitest";
import type { Subscription, Topic } from "../../../src/broker/engine.js";
import { LiveHub } from "../../../src/broker/live-hub.js";
import { Makings } from "../../../src/broker/makings.js";
import { Names } from "../../../src/broker/names.js";
import { Rate } from "../../../src/broker/rate.js";
import { DEFAULT_SUBSCRIPTION, DEFAULT_TOPIC, sameSettings } from "../../../src/broker/settings.js";
import { TestClock } from "../../harness/test-clock.js";

const topicOf = (id: number, name: string): Topic => ({
  id,
  name,
  epoch: id,
  settings: DEFAULT_TOPIC,
  createdAtMs: 0,
  autoCreated: false,
});

const subscriptionOf = (id: number, source: string, group = "g"): Subscription => ({
  id,
  name: `${source}/${group}`,
  source,
  deadLetters: id + 1,
  settings: DEFAULT_SUBSCRIPTION,
  createdAtMs: 0,
  autoCreated: false,
});

describe("names", () => {
  test("count the subscriptions of a topic, whichever came first", () => {
    const names = new Names();
    names.apply({ kind: "subscription", subscription: subscriptionOf(10, "orders.>") });
    names.apply({ kind: "topic", topic: topicOf(1, "orders.new") });
    names.apply({ kind: "subscription", subscription: subscriptionOf(20, "orders.new") });
    expect(names.topic("orders.new")?.subscriptionCount).toBe(2);

    names.apply({ kind: "subscription-deleted", subscription: 10 });

    expect(names.topic("orders.new")?.subscriptionCount).toBe(1);
    expect(names.subscriptionCount).toBe(1);
  });

  test("know the dead-letter queue of a subscription, and forget it with that", () => {
    const names = new Names();
    names.apply({ kind: "subscription", subscription: subscriptionOf(10, "orders") });
    expect(names.subscription("orders/g/dlq")).toMatchObject({ id: 11, deadLetters: undefined });
    expect(names.subscriptions()).toHaveLength(1);

    names.apply({ kind: "subscription-deleted", subscription: 10 });

    expect(names.subscription("orders/g/dlq")).toBeUndefined();
  });

  test("find another subscription of the same group and messages", () => {
    const names = new Names();
    const wide = subscriptionOf(10, "orders.>");
    const narrow = subscriptionOf(20, "orders.new");
    for (const subscription of [wide, narrow, subscriptionOf(30, "other")]) {
      names.apply({ kind: "subscription", subscription });
    }

    expect(names.overlapOf(narrow)?.id).toBe(10);
    expect(names.overlapOf(wide)?.id).toBe(20);
    names.apply({ kind: "subscription-deleted", subscription: 10 });
    expect(names.overlapOf(narrow)).toBeUndefined();
  });
});

describe("a rate", () => {
  test("is taken over nine whole seconds", () => {
    const rate = new Rate();
    for (let second = 0; second < 20; second += 1) rate.add(second * 1_000, 50);

    expect(rate.perSecond(20_000)).toBe(50);
    expect(rate.perSecond(40_000)).toBe(0);
  });
});

describe("settings", () => {
  test("are the same in whatever order they are", () => {
    const { retry, ...rest } = DEFAULT_SUBSCRIPTION;
    const { minMs, ...others } = retry;

    expect(sameSettings(DEFAULT_SUBSCRIPTION, { retry: { ...others, minMs }, ...rest })).toBe(true);
    expect(sameSettings(DEFAULT_SUBSCRIPTION, { ...rest, retry: { ...others, minMs: 1 } })).toBe(
      false,
    );
  });
});

describe("what is being made", () => {
  test("is made by one at a time, and who waits looks again", async () => {
    const makings = new Makings();
    const calls: string[] = [];
    const make = (who: string, fails: boolean) =>
      makings.make("thing", async () => {
        calls.push(`${who} begins`);
        await Promise.resolve();
        calls.push(`${who} ends`);
        if (fails) throw new Error(who);
      });

    const results = await Promise.allSettled([make("a", true), make("b", false), make("c", false)]);

    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(calls).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });
});

describe("a live listener that is closed twice", () => {
  test("does not end the channel that others have made since", () => {
    const open: string[] = [];
    const engine = {
      tail: (pattern: string) => {
        open.push(pattern);
        return { close: () => void open.pop() };
      },
    };
    const hub = new LiveHub(engine, new TestClock());
    const first = hub.listen("orders", () => {});
    first.close();
    hub.listen("orders", () => {});

    first.close();

    expect(open).toEqual(["orders"]);
  });
});
