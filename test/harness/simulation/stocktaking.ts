import type { MessageState } from "../../../client/src/types.js";
import { note, type Item } from "./late-item.js";
import type { LateLedger } from "./late-ledger.js";

/** In this order a message that nobody takes does not slip past somebody who looks at one state after the other. */
export const LOOKED_AT: readonly MessageState[] = [
  "running",
  "buffered",
  "retrying",
  "ready",
  "dead",
];

/** A message that is too old may stay so much longer, in ms: until the broker looks, which may be slow, and just have started. */
const OVERDUE_MS = 240_000;

/** One who looks sees what is not on the disk yet; who misses a message so often in a row is right. */
const LOOKS = 2;

/** Compares what a subscription has, while nobody consumes it, with what it must have. */
export class Stocktaking {
  readonly #ledger: LateLedger;
  readonly #name: string;
  readonly #wanted: readonly Item[];
  readonly #unwanted: ReadonlySet<Item>;
  /** Redrives that were asked for; undefined: one may be under way. */
  readonly #redrives: number | undefined;

  /** Begins now: what is certain by now must hold of all that is looked at. */
  constructor(ledger: LateLedger, name: string) {
    this.#ledger = ledger;
    this.#name = name;
    const queue = ledger.queue(name);
    const items = [...queue.items.values()];
    this.#redrives = ledger.nowMs < queue.redrivenUntilMs ? undefined : queue.redrives;
    this.#wanted = items.filter(
      ({ message, acksAsked }) => message.state === "confirmed" && acksAsked === 0,
    );
    this.#unwanted = new Set(
      items.filter(({ ackedBy, gone }) => ackedBy !== undefined || gone === "all"),
    );
  }

  /**
   * These messages were found, by state. `isOlder`: the broker serves for longer than it takes to see what is too old.
   * What is gone is so for good once anything is durable that is asked for from now on: whoever knows that says so.
   */
  compare(
    found: ReadonlyMap<MessageState, readonly number[]>,
    isOlder: boolean,
  ): { readonly isGoneForGood: () => void } {
    const all = new Set([...found.values()].flat());
    for (const numbers of found.values()) this.#checkOnce(numbers);
    const { items, redrives } = this.#ledger.queue(this.#name);
    for (const number of all) {
      const item = items.get(number);
      if (item) this.#checkPresent(item, isOlder && found.get("ready")?.includes(number) === true);
      else this.#ledger.complain(`${this.#name} has message ${number}, never published to it`);
    }
    // What is redriven goes the other way, and may slip past.
    if (redrives !== this.#redrives) return { isGoneForGood: () => {} };
    const gone = this.#wanted.filter(({ message }) => !all.has(message.number));
    for (const item of this.#wanted) if (all.has(item.message.number)) item.missing = 0;
    for (const item of gone) this.#checkAbsent(item);
    return {
      isGoneForGood: () => {
        for (const item of gone) if (item.missing >= LOOKS) item.gone = "all";
      },
    };
  }

  #checkOnce(numbers: readonly number[]): void {
    const seen = new Set<number>();
    for (const number of numbers) {
      if (seen.has(number)) this.#complain(number, "is there twice");
      seen.add(number);
    }
  }

  #checkPresent(item: Item, isReady: boolean): void {
    const { message } = item;
    if (message.state === "refused") this.#complain(message.number, "was refused, and is there");
    if (this.#unwanted.has(item)) this.#complain(message.number, "is there, and was gone");
    const overdueMs = this.#ledger.removals.overdueMs(item, this.#name);
    if (!isReady || overdueMs < OVERDUE_MS) return;
    this.#complain(message.number, `should have expired ${Math.round(overdueMs)} ms ago`);
  }

  #checkAbsent(item: Item): void {
    const reason = this.#ledger.removals.reasonOf(item, this.#name);
    if (item.missing === 0) item.isExcused = reason !== undefined;
    item.missing += 1;
    note(item, `not found (${reason ?? "why?"})`);
    if (item.missing < LOOKS || item.acksAsked > 0 || item.isExcused) return;
    this.#complain(item.message.number, "is gone, and nobody settled it");
  }

  #complain(number: number, what: string): void {
    this.#ledger.complainOf({ subscription: this.#name, isDead: false }, number, what);
  }
}
