import {
  PeykError,
  type MessageRun,
  type Published,
  type PublishedRange,
  type RefusedMessage,
} from "@peyk/client/protocol";
import type { Append, AppendRange, Engine, ProducerId } from "./engine.js";
import type { TopicEntry } from "./names.js";

/** Messages for one topic, already checked one by one. */
export interface PublishRequest {
  readonly topic: string;
  /** All of them, the refused ones included. */
  readonly count: number;
  /** The good ones, in order; their bytes belong to the broker from the call on. */
  readonly runs: readonly MessageRun[];
  readonly refused: readonly RefusedMessage[];
  /** 0: no protection against resends. */
  readonly firstSequence: number;
  readonly producer: ProducerId | undefined;
  readonly requireSubscription: boolean;
}

export type PublishDone = (result: Published | PeykError) => void;

/** Hands the good messages of a request to the engine and puts the answer together once it is durable. */
export function publishTo(
  engine: Engine,
  { topic }: TopicEntry,
  request: PublishRequest,
  done: PublishDone,
): void {
  const { runs, refused } = request;
  const appends = runs.map((run): Append => {
    const { producer: id, firstSequence } = request;
    const hasSequence = id !== undefined && firstSequence > 0;
    return {
      topic: topic.id,
      priority: 0,
      batch: run.batch,
      producer: hasSequence ? { id, firstSequence: firstSequence + run.first } : undefined,
    };
  });
  engine.commit({ atomic: false, appends, settles: [] }, ({ appends: results }) => {
    const [only] = results;
    const ranges =
      only && results.length === 1 && refused.length === 0
        ? only.map(toPublished)
        : inOrder(request, results);
    done({ epoch: topic.epoch, ranges });
  });
}

/** The answer to a request without a good message. */
export const refuseAll = (request: PublishRequest): Published => ({
  epoch: 0,
  ranges: inOrder(request, []),
});

/** The answers for runs and refused messages in the order of the request. */
function inOrder(
  { runs, refused }: PublishRequest,
  results: readonly (readonly AppendRange[])[],
): PublishedRange[] {
  const parts = [
    ...runs.map((run, index) => ({
      first: run.first,
      ranges: (results[index] ?? []).map(toPublished),
    })),
    ...refused.map(({ index, error }) => ({ first: index, ranges: [refusal(1, error)] })),
  ];
  return parts.sort((one, other) => one.first - other.first).flatMap(({ ranges }) => ranges);
}

function toPublished(range: AppendRange): PublishedRange {
  if (range.kind === "refused") return refusal(range.count, range.error);
  if (range.kind === "unknown") {
    const detail =
      "it cannot be told whether it was stored: it was sent too long ago. Send it again with a dedupId";
    return refusal(range.count, new PeykError("outcome_unknown", detail));
  }
  return {
    count: range.count,
    firstPosition: range.firstPosition,
    subscriptions: range.subscriptions,
    duplicate: range.kind === "duplicate",
    error: undefined,
  };
}

const refusal = (count: number, error: PeykError): PublishedRange => ({
  count,
  firstPosition: 0,
  subscriptions: 0,
  duplicate: false,
  error,
});
