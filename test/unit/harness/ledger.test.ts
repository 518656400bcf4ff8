import { beforeEach, describe, expect, test } from "vitest";
import { applyEvent, type LedgerEvent } from "../../harness/ledger-events.js";
import { Ledger, type Verdict } from "../../harness/ledger.js";

const SUBSCRIPTION = "orders/billing";
const LIVE = { subscription: SUBSCRIPTION, isDead: false };
const DEAD = { subscription: SUBSCRIPTION, isDead: true };
const MESSAGE = { number: 1, id: "a-1" };

describe("the ledger", () => {
  let ledger: Ledger;

  const tell = (...events: readonly LedgerEvent[]): void => {
    for (const event of events) applyEvent(ledger, event);
  };
  const delivered = (attempt = 1, by = "x"): LedgerEvent => ({
    kind: "delivered",
    place: LIVE,
    delivered: { ...MESSAGE, attempt, by },
  });
  const ask = (verdict: Verdict, attempt = 1): LedgerEvent => ({
    kind: "ask",
    ask: 7,
    asking: { place: LIVE, number: 1, verdict, attempt },
  });
  const settled: LedgerEvent = { kind: "settled", ask: 7 };
  const audit = (what: "live" | "dead" | "nowhere"): LedgerEvent => ({
    kind: "audit",
    subscription: SUBSCRIPTION,
    live: what === "live" ? [MESSAGE] : [],
    dead: what === "dead" ? [MESSAGE] : [],
  });

  beforeEach(() => {
    const topics = { orders: [SUBSCRIPTION] };
    ledger = new Ledger({ topics, maxAttempts: 3, mayLoseLeases: false });
    tell(
      { kind: "publish", number: 1, topic: "orders" },
      { kind: "confirmed", ...MESSAGE, subscriptions: 1 },
    );
  });

  test.each<[string, readonly LedgerEvent[], RegExp]>([
    ["what was confirmed is lost", [audit("nowhere")], /is lost/],
    ["what was settled comes back", [delivered(), ask("ack"), settled, delivered()], /is live/],
    [
      "what was gone for certain is there again",
      [delivered(), ask("ack"), settled, audit("nowhere"), audit("live")],
      /gone for certain/,
    ],
    [
      "something comes that nobody published",
      [
        {
          kind: "delivered",
          place: LIVE,
          delivered: { number: 2, id: "a-2", attempt: 1, by: "x" },
        },
      ],
      /never published/,
    ],
    [
      "a message is stored twice",
      [{ kind: "audit", subscription: SUBSCRIPTION, live: [{ number: 1, id: "a-9" }], dead: [] }],
      /stored twice/,
    ],
    ["two consumers have it", [delivered(1, "x"), delivered(1, "y")], /two consumers at once/],
    [
      "a failed attempt is forgotten",
      [delivered(), ask("nack"), settled, delivered(1)],
      /failed 0/,
    ],
    ["an attempt is made up", [delivered(2)], /failed 1 times/],
    ["it is handed out after its last attempt", [delivered(4)], /4\. time/],
    [
      "it is in the dead-letter queue and not",
      [{ kind: "audit", subscription: SUBSCRIPTION, live: [MESSAGE], dead: [MESSAGE] }],
      /is there twice/,
    ],
    ["what was rejected is ready", [delivered(), ask("reject"), settled, audit("live")], /is live/],
    [
      "what was purged is still there",
      [
        { kind: "drop", sweep: 1, place: LIVE, outcome: "purged" },
        { kind: "dropped", sweep: 1, count: 1 },
        audit("live"),
      ],
      /is live/,
    ],
    [
      "a purge misses some",
      [
        { kind: "drop", sweep: 1, place: LIVE, outcome: "purged" },
        { kind: "dropped", sweep: 1, count: 0 },
      ],
      /0 messages dropped, and there were 1 to 1/,
    ],
    [
      "a dead letter is delivered that was redriven before the last look",
      [
        delivered(),
        ask("reject"),
        settled,
        { kind: "redrive", sweep: 1, subscription: SUBSCRIPTION },
        { kind: "redriven", sweep: 1 },
        audit("live"),
        { kind: "delivered", place: DEAD, delivered: { ...MESSAGE, attempt: 1, by: "x" } },
      ],
      /is dead/,
    ],
    [
      "an ack of a dead letter is confirmed that was redriven before its consumer read it",
      [
        delivered(),
        ask("reject"),
        settled,
        { kind: "redrive", sweep: 1, subscription: SUBSCRIPTION },
        { kind: "redriven", sweep: 1 },
        delivered(1, "y"),
        { kind: "delivered", place: DEAD, delivered: { ...MESSAGE, attempt: 1, by: "x" } },
        { kind: "ask", ask: 8, asking: { place: DEAD, number: 1, verdict: "ack", attempt: 1 } },
        { kind: "settled", ask: 8 },
      ],
      /its ack as dead letter is confirmed/,
    ],
    ["a lease is lost", [delivered(), ask("ack"), { kind: "leaseLost", ask: 7 }], /lost its lease/],
  ])("complains where %s", (_what, events, complaint) => {
    tell(...events);
    expect(ledger.broken.join("\n")).toMatch(complaint);
  });

  test.each<[string, readonly LedgerEvent[]]>([
    ["an ack that was not answered took effect", [delivered(), ask("ack"), audit("nowhere")]],
    ["an ack that was not answered did not", [delivered(), ask("ack"), audit("live")]],
    ["the last nack made a dead letter", [ask("nack", 3), settled, audit("dead")]],
    [
      "a purge that was not answered took effect",
      [{ kind: "drop", sweep: 1, place: LIVE, outcome: "purged" }, audit("nowhere")],
    ],
    [
      "what is expired is gone",
      [
        { kind: "drop", sweep: 1, place: LIVE, outcome: "expired" },
        { kind: "dropped", sweep: 1, count: 1 },
        audit("nowhere"),
      ],
    ],
    [
      "a redriven dead letter begins anew",
      [
        delivered(),
        ask("reject"),
        settled,
        { kind: "redrive", sweep: 1, subscription: SUBSCRIPTION },
        { kind: "redriven", sweep: 1 },
        delivered(1),
      ],
    ],
    [
      "a redriven message was acked, and the ack of its dead letter came too late",
      [
        delivered(),
        ask("reject"),
        settled,
        { kind: "redrive", sweep: 1, subscription: SUBSCRIPTION },
        { kind: "delivered", place: DEAD, delivered: { ...MESSAGE, attempt: 1, by: "x" } },
        { kind: "ask", ask: 8, asking: { place: DEAD, number: 1, verdict: "ack", attempt: 1 } },
        delivered(1, "y"),
        ask("ack"),
        { kind: "leaseLost", ask: 8 },
        { kind: "died" },
        audit("nowhere"),
      ],
    ],
    [
      "a redriven message is delivered before the consumer of its dead letter has read that",
      [
        delivered(),
        ask("reject"),
        settled,
        { kind: "redrive", sweep: 1, subscription: SUBSCRIPTION },
        { kind: "redriven", sweep: 1 },
        delivered(1, "y"),
        { kind: "delivered", place: DEAD, delivered: { ...MESSAGE, attempt: 1, by: "x" } },
        { kind: "ask", ask: 8, asking: { place: DEAD, number: 1, verdict: "ack", attempt: 1 } },
        { kind: "leaseLost", ask: 8 },
        { kind: "died" },
        audit("live"),
      ],
    ],
    [
      "another consumer gets what a killed one had",
      [delivered(1, "x"), { kind: "doom", consumer: "x" }, delivered(2, "y")],
    ],
    ["the broker died, and another one hands it out", [delivered(), { kind: "died" }, delivered()]],
  ])("says nothing where %s", (_what, events) => {
    tell(...events);
    expect(ledger.broken).toEqual([]);
  });

  test("counts one outcome for every message that is gone", () => {
    tell(delivered(), ask("ack"), settled, audit("nowhere"));
    expect([...ledger.outcomes]).toEqual([[`${SUBSCRIPTION} settled`, 1]]);
    expect(ledger.count(LIVE) + ledger.count(DEAD)).toBe(0);
  });
});
