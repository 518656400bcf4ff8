/**
 * The two sides of an attachment: what a consumer sees of a queue (`Source`), and a queue of a consumer (`Taker`). A
 * consumer may be attached to several queues, which share its credit; it knows them by their index.
 */
import type { PeykError } from "@peyk/client/protocol";
import type { Chunk } from "./delivery-ring.js";
import type { LossReason, Ref, Run, Subscription } from "./engine.js";
import type { QueueCounters } from "./queue-events.js";
import type { RefSet } from "./ref-set.js";

export interface Source {
  /** With the settings in force. */
  readonly subscription: Subscription;
  readonly counters: QueueCounters;
  /** Something about the taker changed: look for what it can be given, later in this turn. */
  wake(): void;
  /** Hands messages back unsettled and uncounted. */
  giveBack(refs: readonly Ref[]): void;
  /** The taker is gone; what it held has been settled or given back before. */
  leave(taker: Taker): void;
}

export interface Taker {
  /** The client's name. */
  readonly name: string;
  /** How many messages it may be given now; 0 while it is suspended, paused, full, or has a poison message. */
  readonly freeMessages: number;
  /** Not more than this in bytes, but for one message if it holds nothing. */
  readonly freeBytes: number;
  /** How many messages it may hold at once; 0 while it is suspended. */
  readonly creditMessages: number;
  /** The same in bytes. */
  readonly creditBytes: number;
  readonly heldMessages: number;
  /** How many messages of `run`, from `from` on and at most `count`, fit its free credit. */
  fit(run: Run, from: number, count: number): number;
  /** Gives it what fits. */
  take(source: number, run: Run, from: number, count: number): void;

  /** Whether it may be given messages together with others: not suspended, paused, or busy with a poison message. */
  readonly isSharing: boolean;
  /** Which queue has it kept free for a poison message; undefined: nobody. */
  readonly reservedFor: Source | undefined;
  /** Gives it nothing new, so that it runs empty for a poison message of `queue`; undefined ends that. */
  reserve(queue: Source | undefined): void;
  /** Gives it one message, and nothing else until that one is settled. It must hold nothing. */
  takeAlone(source: number, run: Run, from: number): void;

  /** Ends its leases on what is gone, and tells it. */
  lose(source: number, refs: RefSet, reason: LossReason): void;
  /** Ends all its leases of a queue that is no more, and tells it. */
  drop(source: number, error: PeykError): void;
  /** Ends all its leases uncounted, and leaves its queues; it is not told. */
  detach(how: "clean"): void;
  /** What it holds of a queue, oldest first. */
  held(source: number): Iterable<Chunk>;
}

/** One of a queue's consumers: `source` is what the consumer knows the queue by. */
export interface Attachment {
  readonly taker: Taker;
  readonly source: number;
}
