import type { Cursor } from "../cursor.js";
import type { Positions } from "../positions.js";
import { State, type Log, type SubscriptionState } from "../state.js";

/** What is known of a log that exists or existed. */
export interface KnownLog {
  readonly kind: Log["kind"];
  readonly owner: string;
  readonly priority: number;
}

/** A state that also remembers what was deleted: the files may still have messages of it. */
export class KnownState extends State {
  readonly knownLogs = new Map<number, KnownLog>();
  /** The logs below were made before the snapshot: those that it does not name are deleted. */
  firstNewLog = 1;

  override addLog(created: Parameters<State["addLog"]>[0]): Log | undefined {
    const { id, kind, owner, priority } = created;
    const name =
      kind === "messages"
        ? this.topics.get(owner)?.topic.name
        : this.subscriptions.get(owner)?.subscription.name;
    // Whose owner nobody knows was made by a commit that is lost.
    if (name !== undefined) this.knownLogs.set(id, { kind, owner: name, priority });
    return super.addLog(created);
  }

  /** Where cursors began: what lies below was never theirs, or settled when the snapshot was taken. */
  readonly #begins = new Map<Positions, Map<number, number>>();

  override addCursor(owner: SubscriptionState, positions: Positions, floor: number): Cursor {
    const begins = this.#begins.get(positions) ?? new Map<number, number>();
    const { id } = owner.subscription;
    begins.set(id, begins.get(id) ?? floor);
    this.#begins.set(positions, begins);
    return super.addCursor(owner, positions, floor);
  }

  beginOf({ subscription, positions, floor }: Cursor): number {
    return this.#begins.get(positions)?.get(subscription) ?? floor;
  }

  /** Whether nobody said what a log is, though somebody must have: that was lost. */
  isOrphan(log: number): boolean {
    return log >= this.firstNewLog && !this.knownLogs.has(log);
  }
}
