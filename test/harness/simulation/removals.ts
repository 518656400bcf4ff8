import type { TopicOptions } from "../../../client/src/types.js";
import type { Item, SentMessage } from "./late-item.js";

/** A message may take so much more than its payload, at least, in bytes. */
const OVERHEAD_BYTES = 32;

/** So long a message may be under way, and be overtaken by others, in ms. */
const UNDER_WAY_MS = 90_000;

/** What was sent to a topic; what was sent just now may come in any order. */
interface TopicBytes {
  total: number;
  certain: number;
  readonly recent: { readonly atMs: number; readonly bytes: number }[];
}

/** What the ledger knows of the world: topics, subscriptions, limits and the time. */
export interface Topics {
  readonly maxAttempts: number;
  readonly clock: WorldClock;
  subscriptionsOf(topic: string): readonly string[];
  optionsOf(topic: string): TopicOptions;
  /** After which time messages, and dead letters of a subscription, go by themselves; Infinity: not in a simulation. */
  rulesOf(
    topic: string,
    subscription: string,
  ): { readonly expireMs: number; readonly deadLetterRetainMs: number };
}

export interface WorldClock {
  /** ms since the world began. */
  readonly nowMs: number;
  /** How far the broker's clock on the wall has jumped since then, either way, in ms. */
  readonly jumpedMs: number;
}

/** How a message may end without an ack. */
export type Removal = "purged" | "expired" | "overflow";

/** What may go by itself, and why: judged by what was sent when, and nothing that the broker says. */
export class Removals {
  readonly #topics: Topics;
  readonly #sent = new Map<string, TopicBytes>();

  constructor(topics: Topics) {
    this.#topics = topics;
  }

  /** A message is about to be published; returns what stands before it in its topic for certain, in bytes. */
  sent(topic: string, byteLength: number): number {
    const { nowMs } = this.#topics.clock;
    const sent = this.#sent.get(topic) ?? { total: 0, certain: 0, recent: [] };
    this.#sent.set(topic, sent);
    while (sent.recent[0] && sent.recent[0].atMs < nowMs - UNDER_WAY_MS) {
      sent.certain += sent.recent.shift()?.bytes ?? 0;
    }
    const bytes = byteLength + OVERHEAD_BYTES;
    sent.recent.push({ atMs: nowMs, bytes });
    sent.total += bytes;
    return sent.certain;
  }

  /** Why it may be gone; undefined: it must be there. */
  reasonOf(item: Item, subscription: string): Removal | undefined {
    const { message, sightings, isPurgeAsked } = item;
    const { expireMs, deadLetterRetainMs } = this.#topics.rulesOf(message.topic, subscription);
    const ageMs = this.#ageMs(message);
    if (isPurgeAsked) return "purged";
    if (ageMs >= expireMs) return "expired";
    const mayBeDead = sightings > 0 || this.mayOverflow(message, "dead-letter");
    if (mayBeDead && ageMs >= deadLetterRetainMs) return "expired";
    return this.mayOverflow(message, "drop-oldest") ? "overflow" : undefined;
  }

  /** The oldest go, and only as long as all others are too much: with some room for how the broker measures. */
  mayOverflow({ topic, bytesBefore }: SentMessage, how: "drop-oldest" | "dead-letter"): boolean {
    const { maxBacklogBytes, overflow } = this.#topics.optionsOf(topic);
    if (!maxBacklogBytes || overflow !== how) return false;
    return (this.#sent.get(topic)?.total ?? 0) - bytesBefore >= maxBacklogBytes / 2;
  }

  /** It should have been gone for so long, in ms; negative: it should not. */
  overdueMs({ message, redrivesAsked }: Item, subscription: string): number {
    const { expireMs } = this.#topics.rulesOf(message.topic, subscription);
    if (redrivesAsked > 0) return -Infinity;
    const { nowMs, jumpedMs } = this.#topics.clock;
    return nowMs - message.sentAtMs - (jumpedMs - message.jumpedMs) - expireMs;
  }

  /** At most, by a clock on the wall. */
  #ageMs({ sentAtMs, jumpedMs }: SentMessage): number {
    const { clock } = this.#topics;
    return clock.nowMs - sentAtMs + (clock.jumpedMs - jumpedMs);
  }
}
