import { PeykError } from "./protocol/index.js";
import type { Publisher } from "./publisher.js";
import type { To } from "./topic.js";
import type { Abortable, Entries, PublishedMany, PublishOptions } from "./types.js";
import { asError, onAbort } from "./waiting.js";
import type { Clock } from "./clock.js";

/** Errors of single messages that are kept. */
const MAX_FAILED = 100;

/** Publishes all entries, no faster than they are confirmed. Rejects if any was not stored, once all are answered. */
export async function publishMany<In>(
  { publisher, clock }: { readonly publisher: Publisher; readonly clock: Clock },
  to: To<In>,
  entries: Entries<In>,
  options: Abortable,
): Promise<PublishedMany> {
  options.signal?.throwIfAborted();
  const tally = new Tally();
  const end = new Promise<never>((_, reject) => tally.endWith(clock, options, reject));
  end.catch(() => {});
  try {
    await Promise.race([end, publishAll(publisher, to, entries, tally)]);
    await Promise.race([end, tally.answered()]);
  } finally {
    tally.end();
  }
  return tally.result();
}

async function publishAll<In>(
  publisher: Publisher,
  to: To<In>,
  entries: Entries<In>,
  tally: Tally,
): Promise<void> {
  const add = ({ value, ...options }: PublishOptions & { readonly value: In }): void =>
    tally.add(publisher.publish(to, value, isEmpty(options) ? undefined : options));
  if (Symbol.asyncIterator in entries) {
    for await (const entry of entries) {
      if (!publisher.hasRoom) await publisher.room();
      if (tally.isEnded) return;
      add(entry);
    }
    return;
  }
  for (const entry of entries) {
    if (!publisher.hasRoom) await publisher.room();
    if (tally.isEnded) return;
    add(entry);
  }
}

/** What became of the entries so far. */
class Tally {
  isEnded = false;
  #count = 0;
  #answered = 0;
  #stored = 0;
  #duplicates = 0;
  #failures = 0;
  readonly #failed: { readonly index: number; readonly error: PeykError }[] = [];
  #onAnswered: (() => void) | undefined;
  readonly #forget: (() => void)[] = [];

  endWith(clock: Clock, { signal, timeoutMs }: Abortable, reject: (error: Error) => void): void {
    this.#forget.push(onAbort(signal, reject));
    if (timeoutMs === undefined || timeoutMs === Infinity) return;
    const timer = clock.setTimer(timeoutMs, () => {
      const open = this.#count - this.#answered;
      const detail = `publishMany was not done within ${timeoutMs} ms; ${open} messages are not confirmed`;
      reject(new PeykError("timeout", detail));
    });
    this.#forget.push(() => timer.cancel());
  }

  end(): void {
    this.isEnded = true;
    for (const forget of this.#forget.splice(0)) forget();
  }

  add(published: Promise<{ readonly duplicate: boolean }>): void {
    const index = this.#count++;
    published.then(
      ({ duplicate }) => {
        if (duplicate) this.#duplicates += 1;
        else this.#stored += 1;
        this.#onOne();
      },
      (reason: unknown) => {
        this.#failures += 1;
        if (this.#failed.length < MAX_FAILED) {
          this.#failed.push({ index, error: asPeykError(reason) });
        }
        this.#onOne();
      },
    );
  }

  answered(): Promise<void> {
    if (this.#answered === this.#count) return Promise.resolve();
    return new Promise((resolve) => (this.#onAnswered = resolve));
  }

  result(): PublishedMany {
    if (this.#failures === 0) return { stored: this.#stored, duplicates: this.#duplicates };
    const failed = this.#failed.sort((a, b) => a.index - b.index);
    const first = failed[0]?.error;
    const detail = `${this.#failures} of ${this.#count} messages were not stored; the first: ${first?.message ?? ""}`;
    throw new PeykError(first?.code ?? "internal", detail, { failed, cause: first });
  }

  #onOne(): void {
    this.#answered += 1;
    if (this.#answered === this.#count) this.#onAnswered?.();
  }
}

const asPeykError = (reason: unknown): PeykError =>
  PeykError.is(reason)
    ? reason
    : new PeykError("internal", asError(reason).message, { cause: reason });

const isEmpty = (options: object): boolean => Object.keys(options).length === 0;
