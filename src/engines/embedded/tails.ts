import { matches, type MessageBatch } from "@peyk/client/protocol";
import type { Closable, Run, Topic } from "../../broker/engine.js";
import type { Commit } from "./commit.js";

interface Tail {
  readonly pattern: string;
  readonly listener: (run: Run) => void;
}

/** Those who listen live: each hears of messages once they are durable, stored or not. */
export class Tails {
  readonly #tails = new Set<Tail>();
  /** By topic: who listens to it; made when first needed, forgotten when a tail comes or goes. */
  readonly #byTopic = new Map<number, readonly Tail[]>();

  open(pattern: string, listener: (run: Run) => void): Closable {
    const tail = { pattern, listener };
    this.#tails.add(tail);
    this.#byTopic.clear();
    return {
      close: () => {
        this.#tails.delete(tail);
        this.#byTopic.clear();
      },
    };
  }

  published(topic: Topic, log: number, first: number, batch: MessageBatch, commit: Commit): void {
    if (this.#tails.size === 0) return;
    let tails = this.#byTopic.get(topic.id);
    if (!tails) {
      tails = [...this.#tails].filter((tail) => matches(tail.pattern, topic.name));
      this.#byTopic.set(topic.id, tails);
    }
    if (tails.length === 0) return;
    const listeners = tails;
    const run: Run = {
      log,
      first,
      count: batch.count,
      batch,
      from: 0,
      topic,
      firstPosition: first,
      publishedAtMs: commit.timeMs,
      failures: 0,
      crashes: 0,
      interrupted: false,
      note: undefined,
      death: undefined,
    };
    commit.whenDurable(() => {
      for (const tail of listeners) if (this.#tails.has(tail)) tail.listener(run);
    });
  }
}
