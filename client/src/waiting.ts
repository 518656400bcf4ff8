import type { Clock } from "./clock.js";

/** Calls `aborted` once, when the signal is or becomes aborted. Returns what takes that back. */
export function onAbort(
  signal: AbortSignal | undefined,
  aborted: (reason: Error) => void,
): () => void {
  if (!signal) return () => {};
  const listener = (): void => aborted(asError(signal.reason));
  if (signal.aborted) {
    listener();
    return () => {};
  }
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}

/** Resolves when `done` is settled either way, or the time is up: then with false. */
export function within(clock: Clock, timeoutMs: number, done: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(timeoutMs, () => resolve(false));
    const finish = (): void => {
      timer.cancel();
      resolve(true);
    };
    done.then(finish, finish);
  });
}

/** A promise that is rejected already, and that it is safe not to await. */
export function refused(error: Error): Promise<void> {
  const promise = Promise.reject<void>(error);
  promise.catch(() => {});
  return promise;
}

export const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error(String(reason));

/** What an error says, for a log line or a dead letter. */
export const textOf = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error);
