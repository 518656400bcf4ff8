/** First and longest wait before something is tried again, in ms. */
const FIRST_MS = 100;
const LONGEST_MS = 30_000;

/**
 * Full jitter: anything from 0 to the exponential step, so that clients that were cut off together do not come back so.
 * `attempt` counts from 0, `fraction` is random from 0 to 1.
 */
export function backoffMs(attempt: number, fraction: number): number {
  const step = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 20));
  return Math.round(step * fraction);
}
