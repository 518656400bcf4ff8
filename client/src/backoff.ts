/** First and longest wait before a new connection is tried, in ms (Google Pub/Sub: 100 ms to 60 s). */
const FIRST_MS = 100;
const LONGEST_MS = 30_000;

/** Full jitter: anything from 0 to the exponential step, so that clients that were cut off together do not come back so. */
export function backoffMs(attempt: number, fraction: number): number {
  const step = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 20));
  return Math.round(step * fraction);
}
