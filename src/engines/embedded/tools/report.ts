/** What the tools say of a data directory; the same words in JSON and for people. */

export type FileKindName = "segment" | "cold" | "snapshot" | "spare" | "temporary" | "foreign";

/** One file of a data directory. */
export interface FileReport {
  readonly name: string;
  readonly kind: FileKindName;
  readonly bytes: number;
  readonly isDamaged: boolean;
  /** Its end is not written yet, or a crash left it so: the next start cuts this many bytes. */
  readonly tornBytes: number;
  /** Of segments, cold files and snapshots; ms since 1970. */
  readonly createdAtMs?: number;
  /** Of segments and cold files: whether a footer says what is in it. The segment that is written to has none. */
  readonly isSealed?: boolean;
  /** Commits that can be read; of a snapshot: those it covers, from the first one on. */
  readonly commits?: { readonly first: number; readonly last: number };
  /** Of these commits, ms since 1970. */
  readonly times?: { readonly first: number; readonly last: number };
  /** Of segments and cold files. */
  readonly logs?: readonly LogReport[];
}

/** What a file has of one log. */
export interface LogReport {
  readonly log: number;
  readonly kind: "messages" | "references" | "notes";
  /** The topic, or the subscription whose own log it is; `undefined` where it was deleted or nobody knows. */
  readonly owner: string | undefined;
  readonly priority: number;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
}

/** Positions of a topic or of a subscription's own log that cannot be read any more. */
export interface Loss {
  readonly kind: "messages" | "references" | "notes";
  readonly log: number;
  readonly owner: string | undefined;
  readonly first: number;
  readonly last: number;
  /** How many of them a subscription has not settled, or retention wants. */
  readonly needed: number;
  /** False: follows from what stands around it; some of these positions may never have been used. */
  readonly isCertain: boolean;
}

/** Bytes that no crash leaves behind. */
export interface Damage {
  readonly file: string;
  readonly offset: number;
  /** How many bytes; 0 where something is missing. */
  readonly bytes: number;
  readonly detail: string;
  readonly lost: readonly Loss[];
  /** What it means beside lost positions, in sentences. */
  readonly effects: readonly string[];
}

/** One that is still being looked into. */
export interface FoundDamage extends Damage {
  readonly lost: Loss[];
  readonly effects: string[];
}

/** Something worth knowing that is no damage. */
export interface Remark {
  readonly file: string;
  readonly detail: string;
}

export interface TopicReport {
  readonly name: string;
  /** The next position to be given out. */
  readonly nextPosition: number;
  /** In the files; those that nobody needs are there until their file goes. */
  readonly storedMessages: number;
  readonly firstStored: number;
  readonly lastStored: number;
}

export interface SubscriptionReport {
  readonly name: string;
  readonly unsettled: number;
  readonly dead: number;
}

/** A data directory as it is. */
export interface JournalReport {
  readonly location: string;
  readonly journalId: string | undefined;
  readonly bytes: number;
  readonly files: readonly FileReport[];
  readonly topics: readonly TopicReport[];
  readonly subscriptions: readonly SubscriptionReport[];
  readonly damages: readonly Damage[];
  readonly remarks: readonly Remark[];
  /** Messages that are lost and needed, over all damages. */
  readonly neededLost: number;
}
