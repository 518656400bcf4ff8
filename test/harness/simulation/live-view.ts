import type { Events } from "../../../client/src/types.js";
import { matches } from "../../../client/src/protocol/index.js";
import type { SentMessage } from "./late-item.js";
import type { LateLedger } from "./late-ledger.js";

interface LiveSighting {
  readonly position: number;
  readonly atMs: number;
}

/** What a live listener saw: of what was published while it listened nothing may be missing that it was not told of. */
export class LiveView {
  /** Nothing comes any more: its process is dead. */
  isOver = false;
  readonly #ledger: LateLedger;
  readonly #pattern: string;
  readonly #name: string;
  readonly #startedAtMs: number;
  /** By topic, in order. */
  readonly #seen = new Map<string, LiveSighting[]>();
  readonly #gaps: { readonly atMs: number; readonly missed: number }[] = [];

  /** It listens from now on for certain. */
  constructor(ledger: LateLedger, pattern: string, name: string) {
    this.#ledger = ledger;
    this.#pattern = pattern;
    this.#name = name;
    this.#startedAtMs = ledger.nowMs;
  }

  get seenCount(): number {
    return [...this.#seen.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Positions of one topic rise: each message comes once, and in order. */
  seen(topic: string, id: string): void {
    const position = positionOf(id);
    const seen = this.#seen.get(topic) ?? [];
    this.#seen.set(topic, seen);
    const last = seen.at(-1)?.position ?? 0;
    if (position <= last) this.#complain(`${topic} ${position} came after ${last}`);
    seen.push({ position, atMs: this.#ledger.nowMs });
  }

  gap({ missed }: Events["gap"]): void {
    this.#gaps.push({
      atMs: this.#ledger.nowMs,
      missed: missed === "unknown" ? Infinity : missed,
    });
  }

  /** Compares with what was published. While it is not over, nothing is on its way to it. */
  check(): void {
    const byTopic = new Map<string, number[]>();
    for (const message of this.#ledger.messages) {
      if (!this.#isFor(message)) continue;
      const positions = byTopic.get(message.topic) ?? [];
      byTopic.set(message.topic, positions);
      positions.push(positionOf(message.id));
    }
    for (const [topic, positions] of byTopic) this.#checkTopic(topic, new Set(positions));
  }

  #isFor(message: SentMessage): message is SentMessage & { readonly id: string } {
    const isKnown = message.state === "confirmed" && message.id !== undefined;
    return (
      isKnown && message.sentAtMs >= this.#startedAtMs && matches(this.#pattern, message.topic)
    );
  }

  /** Between two that came, no more may be missing than it was told of in that time. */
  #checkTopic(topic: string, stored: Set<number>): void {
    const seen = this.#seen.get(topic) ?? [];
    for (const { position } of seen) stored.delete(position);
    let last: LiveSighting = { position: 0, atMs: this.#startedAtMs };
    const end = { position: Infinity, atMs: Infinity };
    const ends = this.isOver ? seen : [...seen, end];
    const missing = [...stored].sort((a, b) => a - b);
    let at = 0;
    for (const next of ends) {
      let count = 0;
      for (; (missing[at] ?? Infinity) < next.position; at += 1) count += 1;
      if (count > this.#toldOf(last.atMs, next.atMs)) {
        const where = `between ${last.position} and ${next.position}`;
        this.#complain(`${count} messages of ${topic} ${where} never came`);
      }
      last = next;
    }
  }

  #toldOf(fromMs: number, toMs: number): number {
    const told = this.#gaps.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    return told.reduce((sum, { missed }) => sum + missed, 0);
  }

  #complain(what: string): void {
    this.#ledger.complain(`live ${this.#pattern} of ${this.#name}: ${what}`);
  }
}

const positionOf = (id: string): number => Number(id.split("-")[1]);
