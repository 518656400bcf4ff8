import type { LogListener } from "./options.js";
import type { Clock } from "./runtime/clock.js";

/** Lines of one kind in a second; more are counted. */
const MAX_LINES = 10;

const WINDOW_MS = 1_000;

/** What was logged of one kind since its window began. */
interface Kind {
  endsAt: number;
  lines: number;
  leftOut: number;
}

/**
 * The same log with at most ten lines of a kind in a second: what a peer can bring about again and again must not fill a
 * disk. How many were left out follows in a line of its own.
 */
export function limitLog(
  log: LogListener,
  clock: Pick<Clock, "monotonic" | "setTimer">,
): LogListener {
  /** By event: fixed phrases, so there are few. */
  const kinds = new Map<string, Kind>();
  const tellLater = (event: string, kind: Kind, now: number): void => {
    clock.setTimer(kind.endsAt - now, () => {
      log("warn", "log lines left out", { of: event, count: kind.leftOut });
      kind.leftOut = 0;
    });
  };
  return (level, event, fields) => {
    const now = clock.monotonic();
    let kind = kinds.get(event);
    if (!kind) {
      kind = { endsAt: 0, lines: 0, leftOut: 0 };
      kinds.set(event, kind);
    }
    if (kind.leftOut === 0 && now >= kind.endsAt) {
      kind.endsAt = now + WINDOW_MS;
      kind.lines = 0;
    }
    kind.lines += 1;
    if (kind.lines <= MAX_LINES) return log(level, event, fields);
    kind.leftOut += 1;
    if (kind.leftOut === 1) tellLater(event, kind, now);
  };
}
