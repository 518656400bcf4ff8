/** Messages and pages in the shapes of admin.proto. */
import { checkPattern, limits, matches, PeykError, type peyk } from "@peyk/client/protocol";
import type { Run } from "./engine.js";

/** Which part of a list: names that match, after this one, so many. */
export interface Page {
  /** Empty: all. */
  readonly pattern: string;
  readonly after: string;
  /** 0: as many as one answer may have. */
  readonly limit: number;
}

/** Messages `from` to `from + count - 1` of a run. */
export interface RunPart {
  readonly run: Run;
  readonly from: number;
  readonly count: number;
}

/** "<epoch>-<position>": the same in every subscription, attempt, dead letter and redrive. */
export const messageId = (run: Run, index = 0): string =>
  `${run.topic.epoch.toString(16)}-${run.firstPosition + index}`;

/** As many of the first messages as fit into a packet, one at least. */
export function peekedMessages(
  parts: Iterable<RunPart>,
  state: string,
  limit: number,
): peyk.v1.IPeekedMessages {
  const messages: peyk.v1.IPeekedMessage[] = [];
  let bytes = 0;
  for (const { run, from, count } of parts) {
    for (let index = from; index < from + count && messages.length < limit; index += 1) {
      const message = run.batch.message(run.from + index);
      bytes += message.byteLength;
      if (messages.length > 0 && bytes > limits.MAX_PACKET_BYTES) return { messages };
      messages.push({
        topic: run.topic.name,
        epoch: run.topic.epoch,
        position: run.firstPosition + index,
        publishedAtMs: run.publishedAtMs,
        failedAttempts: run.failures,
        state,
        message,
      });
    }
  }
  return { messages };
}

/** Whole runs as parts. */
export const wholeRuns = (runs: readonly Run[]): RunPart[] =>
  runs.map((run) => ({ run, from: 0, count: run.count }));

/** How many messages a peek shows; throws `invalid_argument` for too many. */
export function peekCount(count: number): number {
  if (count <= limits.MAX_PEEK_MESSAGES) return count || 1;
  const limit = limits.MAX_PEEK_MESSAGES;
  const detail = `${count} messages were asked for; at most ${limit} are allowed`;
  throw new PeykError("invalid_argument", detail, { field: "count", limit });
}

export function pageOf<Item extends { readonly name: string }>(
  items: readonly Item[],
  { pattern, after, limit }: Page,
  matched: (item: Item) => string,
): { readonly items: Item[]; readonly next: string } {
  if (pattern !== "") checkPattern(pattern);
  const count = Math.min(limit || limits.MAX_PAGE_ENTRIES, limits.MAX_PAGE_ENTRIES);
  const found = items.filter(
    (item) => item.name > after && (pattern === "" || matches(pattern, matched(item))),
  );
  const page = found.slice(0, count);
  return { items: page, next: found.length > count ? (page.at(-1)?.name ?? "") : "" };
}
