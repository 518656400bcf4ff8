import { checkPattern, checkTopicName, PeykError } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import type { Frame } from "../harness/frames.js";
import { startBroker } from "../harness/start-broker.js";
import { HOSTILE_TEXTS } from "./hostile-texts.js";

/** What moves a cursor, colours a line or turns its direction. */
const FORGING = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Characters of a sentence around what it repeats of the input. */
const SENTENCE_CHARS = 300;

const BAD_NAME = new Set(["invalid_argument", "not_found", "conflict"]);

function checkAnswer(frame: Frame): void {
  if (frame.kind !== "error") return;
  const { code, message } = frame.body;
  expect(BAD_NAME).toContain(code);
  expect(message).not.toMatch(FORGING);
  expect(message.length).toBeLessThan(SENTENCE_CHARS);
}

const isTopic = (name: string): boolean => passes(checkTopicName, name);
const isPattern = (name: string): boolean => passes(checkPattern, name);

const passes = (check: (name: string) => void, name: string): boolean => {
  try {
    check(name);
    return true;
  } catch (error) {
    if (PeykError.is(error)) return false;
    throw error;
  }
};

/** What asks for a topic, a subscription or a pattern, and the field that is at fault where that is none. */
const ASKED = [
  ["createTopic", (name: string) => ({ name }), "topic"],
  ["updateTopic", (name: string) => ({ name, options: {} }), "topic"],
  ["getTopic", (name: string) => ({ name }), "topic"],
  ["peekTopic", (name: string) => ({ name }), "topic"],
  ["purgeTopic", (name: string) => ({ name }), "topic"],
  ["deleteTopic", (name: string) => ({ name }), "topic"],
  ["createSubscription", (name: string) => ({ name: `${name}/g` }), "subscription"],
  ["updateSubscription", (name: string) => ({ name: `${name}/g` }), "subscription"],
  ["getSubscription", (name: string) => ({ name: `${name}/g` }), "subscription"],
  ["peekSubscription", (name: string) => ({ name: `${name}/g` }), "subscription"],
  ["purgeSubscription", (name: string) => ({ name: `${name}/g` }), "subscription"],
  ["deleteSubscription", (name: string) => ({ name: `${name}/g` }), "subscription"],
  ["subscribe", (name: string) => ({ consumer: 1, subscriptions: [`${name}/g`] }), "subscription"],
  ["listDeadLetters", (name: string) => ({ subscription: `${name}/g` }), "subscription"],
  ["redriveDeadLetters", (name: string) => ({ subscription: `${name}/g` }), "subscription"],
  ["purgeDeadLetters", (name: string) => ({ subscription: `${name}/g` }), "subscription"],
  ["listTopics", (pattern: string) => ({ pattern }), "pattern"],
  ["startLive", (pattern: string) => ({ live: 1, pattern }), "pattern"],
] as const;

describe("a name that is no topic's", () => {
  test.each(ASKED)("is refused by %s with the field", async (kind, bodyOf, field) => {
    const { connect, server } = await startBroker();
    const client = await connect();
    // A list without a pattern is one of all topics.
    const illegal = HOSTILE_TEXTS.filter((name) => !isPattern(name) && name !== "");

    for (const name of illegal) {
      const error = await client.refusal(kind, bodyOf(name));
      expect([name, error.code, error.field]).toEqual([name, "invalid_argument", field]);
    }
    const { topicCount, subscriptionCount } = server.context.broker.names;
    expect([topicCount, subscriptionCount]).toEqual([0, 0]);
  });
});

describe("a hostile name", () => {
  test("gets through no operation unless it is legal, and forges no line", async () => {
    const { connect, server, log } = await startBroker();
    const client = await connect();
    for (const name of HOSTILE_TEXTS) {
      const subscription = `${name}/${name}`;
      const asked = [
        client.request("createTopic", { name }),
        client.request("updateTopic", { name, options: {} }),
        client.request("getTopic", { name }),
        client.request("peekTopic", { name }),
        client.request("purgeTopic", { name }),
        client.request("listTopics", { pattern: name, after: name }),
        client.request("createSubscription", { name: subscription }),
        client.request("updateSubscription", { name: subscription, options: { mode: name } }),
        client.request("getSubscription", { name: subscription }),
        client.request("peekSubscription", { name: subscription, state: name }),
        client.request("listDeadLetters", { subscription, after: name }),
        client.request("redriveDeadLetters", { subscription, which: { ids: [name] } }),
        client.request("startLive", { live: 1_000, pattern: name }),
        client.answer(client.sendPublish(name, [{ payload: Buffer.from(name), key: name }])),
      ];
      for (const frame of await Promise.all(asked)) checkAnswer(frame);
      client.send("stopLive", { live: 1_000 }, 0);
    }

    const { names } = server.context.broker;
    const topics = names.topics().map(({ name }) => name);
    expect(topics).toEqual(topics.filter(isTopic));
    expect(topics).toEqual(expect.arrayContaining(HOSTILE_TEXTS.filter(isTopic)));
    expect(topics).toContain("__proto__");
    expect(log.filter(({ event }) => event === "internal error")).toEqual([]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("in attributes, keys and reasons comes back as it was given", async () => {
    const { connect } = await startBroker();
    const client = await connect({ clientName: "\u001b[2J\u202e" });
    await client.subscribe("orders/all");
    const texts = HOSTILE_TEXTS.filter((text) => text !== "" && Buffer.byteLength(text) <= 1_024);
    const entries = texts.map((text): [string, string] => [text, text]);
    const attributes = Object.fromEntries(entries);

    await client.publish("orders", [{ payload: new Uint8Array(1), attributes }]);

    const [delivery] = await client.deliveries(1);
    expect(Object.entries(delivery?.attributes ?? {}).sort()).toEqual(entries.sort());
    for (const reason of texts) {
      await client.settle([{ verb: "extend", extendMs: 1_000, note: reason }]);
    }
    const rejected = await client.settle([{ verb: "reject", reason: "\u001b[31m\r\n{}" }]);
    expect(rejected).toMatchObject([{ outcome: "ok" }]);
  });
});
