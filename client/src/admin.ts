import { ReceivedMessage } from "./message.js";
import {
  MessageBatch,
  PacketWriter,
  PeykError,
  MESSAGES_TAG,
  type peyk,
} from "./protocol/index.js";
import type { Requests } from "./requests.js";
import type { SubscriptionName } from "./topic.js";
import type {
  Admin,
  DeadLetter,
  DeadLetterReason,
  DeadLetters,
  Message,
  SubscriptionInfo,
  SubscriptionOptions,
  TopicInfo,
  TopicOptions,
  Which,
} from "./types.js";
import {
  decodeSubscription,
  decodeTopic,
  encodeSubscriptionOptions,
  encodeTopicOptions,
} from "./wire-options.js";

/** Entries that are asked for at a time. */
const PAGE = 250;

export function createTopicAdmin(requests: Requests): Admin<string, TopicOptions, TopicInfo> {
  return {
    async create(name, options = {}) {
      const body = { name, options: encodeTopicOptions(options) };
      return decodeTopic(await requests.make("createTopic", body, "topic"));
    },
    async update(name, options) {
      const body = { name, options: encodeTopicOptions(options) };
      return decodeTopic(await requests.make("updateTopic", body, "topic"));
    },
    get: (name) =>
      orUndefined(async () => decodeTopic(await requests.make("getTopic", { name }, "topic"))),
    list: (pattern = "") =>
      pages(async (after) => {
        const page = await requests.make("listTopics", { pattern, after, limit: PAGE }, "topics");
        return { items: page.topics.map(decodeTopic), next: page.next };
      }),
    async peek(name, { count = 1 } = {}) {
      const { messages } = await requests.make("peekTopic", { name, count }, "peekedMessages");
      return messages.map(decodePeeked);
    },
    purge: async (name, { dryRun = false } = {}) =>
      countOf(await requests.make("purgeTopic", { name, dryRun }, "count")),
    async delete(name, { force = false } = {}) {
      await requests.make("deleteTopic", { name, force }, "done");
    },
  };
}

export function createSubscriptionAdmin(
  requests: Requests,
): Admin<SubscriptionName, SubscriptionOptions, SubscriptionInfo> {
  return {
    async create(name, options = {}) {
      const body = { name, options: encodeSubscriptionOptions(options) };
      return decodeSubscription(await requests.make("createSubscription", body, "subscription"));
    },
    async update(name, options) {
      const body = { name, options: encodeSubscriptionOptions(options) };
      return decodeSubscription(await requests.make("updateSubscription", body, "subscription"));
    },
    get: (name) =>
      orUndefined(async () =>
        decodeSubscription(await requests.make("getSubscription", { name }, "subscription")),
      ),
    list: (pattern = "") =>
      pages(async (after) => {
        const body = { pattern, after, limit: PAGE };
        const page = await requests.make("listSubscriptions", body, "subscriptions");
        return { items: page.subscriptions.map(decodeSubscription), next: page.next };
      }),
    async peek(name, { state = "ready", count = 1 } = {}) {
      const body = { name, state, count };
      const { messages } = await requests.make("peekSubscription", body, "peekedMessages");
      return messages.map(decodePeeked);
    },
    purge: async (name, { dryRun = false } = {}) =>
      countOf(await requests.make("purgeSubscription", { name, dryRun }, "count")),
    async delete(name, { force = false } = {}) {
      await requests.make("deleteSubscription", { name, force }, "done");
    },
  };
}

export function createDeadLetters(requests: Requests): DeadLetters {
  return {
    list: (of, which = {}) => {
      const letters = pages(async (after) => {
        const body = { subscription: of, which: encodeWhich(which), after, limit: PAGE };
        const page = await requests.make("listDeadLetters", body, "deadLetters");
        return { items: page.deadLetters.map(decodeDeadLetter), next: page.next };
      });
      return which.count === undefined ? letters : firstOf(letters, which.count);
    },
    redrive: async (of, { perSecond = 0, dryRun = false, ...which }) => {
      const body = { subscription: of, which: encodeWhich(which), perSecond, dryRun };
      const options = { takesLong: perSecond > 0 };
      return countOf(await requests.make("redriveDeadLetters", body, "count", options));
    },
    purge: async (of, { dryRun = false, ...which }) => {
      const body = { subscription: of, which: encodeWhich(which), dryRun };
      return countOf(await requests.make("purgeDeadLetters", body, "count"));
    },
  };
}

const countOf = ({ count }: peyk.v1.Count): { readonly count: number } => ({ count });

const encodeWhich = ({ ids = [], count = 0 }: Which): peyk.v1.IWhich => ({ ids, count });

/** What does not exist is no error of a question. */
async function orUndefined<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (PeykError.is(error, "not_found")) return undefined;
    throw error;
  }
}

async function* pages<Item>(
  ask: (after: string) => Promise<{ readonly items: readonly Item[]; readonly next: string }>,
): AsyncGenerator<Item, void, undefined> {
  let after = "";
  do {
    const { items, next } = await ask(after);
    yield* items;
    after = next;
  } while (after !== "");
}

/** A page may hold more than are wanted in all. */
async function* firstOf<Item>(
  items: AsyncIterable<Item>,
  count: number,
): AsyncGenerator<Item, void, undefined> {
  let left = count;
  if (left <= 0) return;
  for await (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}

function decodePeeked(peeked: peyk.v1.PeekedMessage): Message {
  const { topic, epoch, position: firstPosition, publishedAtMs, message } = peeked;
  return new ReceivedMessage(runOf({ topic, epoch, firstPosition, publishedAtMs }, message), 0);
}

function decodeDeadLetter(letter: peyk.v1.DeadLetter): DeadLetter {
  const { id, topic, publishedAtMs, message, reason } = letter;
  const [epoch = "0", position = "0"] = id.split("-");
  const place = { epoch: Number.parseInt(epoch, 16), firstPosition: Number(position) };
  return new ListedDeadLetter(runOf({ topic, publishedAtMs, ...place }, message), reason);
}

class ListedDeadLetter extends ReceivedMessage implements DeadLetter {
  readonly #reason: peyk.v1.DeadLetterReason | undefined;

  constructor(
    run: ConstructorParameters<typeof ReceivedMessage>[0],
    reason: peyk.v1.DeadLetterReason | undefined,
  ) {
    super(run, 0);
    this.#reason = reason;
  }

  get reason(): string {
    return this.#reason?.reason ?? "";
  }

  get error(): string {
    return this.#reason?.error ?? "";
  }

  get attempts(): number {
    return this.#reason?.attempts ?? 0;
  }

  get firstFailedAt(): Date {
    return new Date(this.#reason?.firstFailedAtMs ?? 0);
  }

  get deadAt(): Date {
    return new Date(this.#reason?.deadAtMs ?? 0);
  }

  get lastConsumer(): DeadLetterReason["lastConsumer"] {
    return this.#reason?.lastConsumer ?? "";
  }

  get redrives(): number {
    return this.#reason?.redrives ?? 0;
  }
}

/** One message as a run of its own. */
function runOf(
  header: {
    readonly topic: string;
    readonly epoch: number;
    readonly firstPosition: number;
    readonly publishedAtMs: number;
  },
  message: Uint8Array,
) {
  const writer = new PacketWriter(message.byteLength + 8);
  writer.bytes(MESSAGES_TAG, message);
  return { ...header, batch: new MessageBatch(writer.take(), 1) };
}
