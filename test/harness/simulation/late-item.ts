/** Of what happened to a message the last is kept for the report. */
const TRAIL = 14;

/** A message that somebody published, or tried to. */
export interface SentMessage {
  readonly number: number;
  readonly topic: string;
  readonly sentAtMs: number;
  /** How far clocks on the wall had jumped by then, either way, in ms. */
  readonly jumpedMs: number;
  /** What stands before it in its topic for certain, in bytes. */
  readonly bytesBefore: number;
  /** Known from its confirmation, or from whoever saw it first. */
  id: string | undefined;
  state: "sent" | "confirmed" | "refused";
}

/** What is certain of one message for one subscription and its dead-letter queue. */
export interface Item {
  readonly message: SentMessage;
  /** The sighting whose ack is confirmed. */
  ackedBy: number | undefined;
  /** So often a handler got it, and so often somebody asked for these. */
  sightings: number;
  acksAsked: number;
  rejectsAsked: number;
  redrivesAsked: number;
  isRejectConfirmed: boolean;
  /** Failed attempts, at least, since it was redriven last. */
  leastFailures: number;
  /** A purge was asked for that may have taken it. */
  isPurgeAsked: boolean;
  /** Known to be gone for ever though nobody acked it: from its subscription, or from the dead-letter queue, too. */
  gone: "no" | "live" | "all";
  /** Looks at the subscription that did not find it, one after the other. */
  missing: number;
  /** There was a reason for that the first time. */
  isExcused: boolean;
  readonly trail: string[];
}

export const createItem = (message: SentMessage): Item => ({
  message,
  ackedBy: undefined,
  sightings: 0,
  acksAsked: 0,
  rejectsAsked: 0,
  redrivesAsked: 0,
  isRejectConfirmed: false,
  leastFailures: 0,
  isPurgeAsked: false,
  gone: "no",
  missing: 0,
  isExcused: false,
  trail: [],
});

export function note(item: Item, what: string): void {
  item.trail.push(what);
  if (item.trail.length > TRAIL) item.trail.shift();
}

export const isStored = ({ state, id }: SentMessage): boolean =>
  state === "confirmed" || id !== undefined;
