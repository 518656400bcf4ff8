import { Liveness, type Range } from "../liveness.js";
import { PositionSet } from "../position-set.js";
import { RESERVED_AHEAD, type Positions } from "../positions.js";
import { RECORD_HEADER_BYTES, type StoredRecord } from "../format.js";
import type { KnownState } from "./known-state.js";
import type { FoundDamage, Loss } from "./report.js";
import type { BrokenPlace } from "./salvage.js";
import { contentKindOf, type SurveyedFile, type UnreadableRecord } from "./surveyed-file.js";

/** A message takes at least so many bytes in a record: tag and length. */
const MIN_MESSAGE_BYTES = 2;

/** Positions that are lost. */
export interface LostRange {
  readonly log: number;
  readonly kind: Loss["kind"];
  readonly first: number;
  readonly count: number;
}

/** Says which positions are lost by which damage, from what is left: footers, headers of records, and what stands around. */
export class LossFinder {
  readonly #state: KnownState;
  /** The last place that was broken, and the topics of which something was seen since. */
  #broken: { readonly damage: FoundDamage; readonly seen: Set<Positions> } | undefined;
  /** By the log that names the positions: all that is lost. */
  readonly #lost = new Map<number, PositionSet>();
  /** Logs by the positions that they share; when everything was read. */
  #logs: ReadonlyMap<Positions, ReadonlySet<number>> = new Map();
  /** Unsettled positions that are in no file, by the log that names them. */
  readonly missing = new Map<number, PositionSet>();

  constructor(state: KnownState) {
    this.#state = state;
  }

  /** Of commits after the snapshot, before they take effect: positions that are left out are lost, if something is. */
  look(records: readonly StoredRecord[]): void {
    const { damage, seen } = this.#broken ?? {};
    if (!damage || !seen) return;
    const next = new Map<Positions, StoredRecord>();
    for (const record of records) {
      const positions = this.#state.logs.get(record.log)?.positions;
      const known = positions && next.get(positions);
      if (!positions || seen.has(positions)) continue;
      if (!known || record.firstPosition < known.firstPosition) next.set(positions, record);
    }
    for (const [positions, { log, kind, firstPosition }] of next) {
      seen.add(positions);
      const count = firstPosition - positions.next;
      const name = contentKindOf(kind);
      // After a start positions go on behind those that were reserved.
      if (count <= 0 || firstPosition === positions.reservedUntil || !name) continue;
      const range = { log, kind: name, first: positions.next, count };
      if (!this.#isKnown(damage, range)) this.#lose(damage, range, false);
    }
  }

  /**
   * A place is broken: a footer says what stood there, or else the headers of its records do. Returns what did. `isNew`: no
   * snapshot contains its commits.
   */
  broken(
    place: BrokenPlace,
    damage: FoundDamage,
    indexed: readonly UnreadableRecord[],
    isNew: boolean,
  ): LostRange[] {
    this.#broken = { damage, seen: new Set() };
    const lost = indexed.length > 0 ? this.#indexed(indexed) : this.#claimed(place, isNew);
    for (const range of lost) this.#lose(damage, range, true);
    return lost;
  }

  #indexed(indexed: readonly UnreadableRecord[]): LostRange[] {
    return indexed.map(({ log, first, count }) => {
      const kind = this.#state.knownLogs.get(log)?.kind ?? "messages";
      return { log, kind, first, count };
    });
  }

  #claimed({ holes }: BrokenPlace, isNew: boolean): LostRange[] {
    return holes.flatMap(({ claim }) => {
      const kind = claim && contentKindOf(claim.kind);
      if (!kind) return [];
      const { log, firstPosition: first, count, bodyBytes } = claim;
      const positions = this.#state.logs.get(log)?.positions;
      const isPossible = count > 0 && count * MIN_MESSAGE_BYTES <= bodyBytes;
      return positions && isPossible && isNear(positions, { first, count }, isNew)
        ? [{ log, kind, first, count }]
        : [];
    });
  }

  /** Everything was read. `used`: the files whose messages count. May add damages. */
  finish(used: readonly SurveyedFile[], damages: FoundDamage[]): void {
    this.#logs = logsByPositions(this.#state);
    for (const file of used) this.#addUnreadable(file, damages);
    this.#addMissing(used, damages);
    for (const { lost } of damages) {
      lost.forEach((loss, index) => {
        const { log, first, last } = loss;
        lost[index] = { ...loss, needed: this.#needed(log, first, last - first + 1) };
      });
    }
  }

  /** Lost messages that a subscription waits for or retention wants. */
  get neededLost(): number {
    let needed = 0;
    for (const [log, positions] of this.#lost) {
      for (const { first, count } of positions.ranges()) needed += this.#needed(log, first, count);
    }
    return needed;
  }

  /** A footer names them: what they were is certain. */
  #addUnreadable(file: SurveyedFile, damages: FoundDamage[]): void {
    const ordered = [...file.unreadable].sort((a, b) => a.offset - b.offset);
    let last: FoundDamage | undefined;
    for (const record of ordered) {
      const known = damages.find((damage) => contains(damage, file, record));
      if (known) last = known;
      else if (last?.file !== file.name || last.offset + last.bytes !== record.offset) {
        last = recordDamage(file, record);
        damages.push(last);
      } else {
        last = extend(damages, last, record);
      }
      const kind = this.#state.knownLogs.get(record.log)?.kind ?? "messages";
      const { log, first, count } = record;
      if (!this.#isKnown(last, { log, kind, first, count })) {
        this.#lose(last, { log, kind, first, count }, true);
      }
    }
  }

  #addMissing(used: readonly SurveyedFile[], damages: FoundDamage[]): void {
    for (const { subscription, positions } of this.#cursors()) {
      const stored = this.#storedOf(used, positions.log);
      const cursor = this.#state.cursor(subscription, positions.log);
      if (!cursor) continue;
      for (let at = cursor.nextUnsettled(cursor.floor); at < positions.next;) {
        const end = Math.min(cursor.unsettledEnd(at, positions.next), positions.nextGap(at));
        if (positions.afterGap(at) > at) at = cursor.nextUnsettled(positions.afterGap(at));
        else {
          this.#addAbsent(positions.log, stored, at, end);
          at = cursor.nextUnsettled(end);
        }
      }
    }
    for (const [log, positions] of this.missing) {
      const kind = this.#state.knownLogs.get(log)?.kind ?? "messages";
      for (const { first, count } of positions.ranges()) {
        const range = { log, kind, first, count };
        if (damages.some((damage) => this.#isKnown(damage, range))) continue;
        this.#lose(cause(used, damages, this.#logsWith(log), range), range, true);
      }
    }
  }

  #addAbsent(log: number, stored: readonly PositionSet[], first: number, end: number): void {
    for (let at = first; at < end;) {
      const present = Math.max(at, ...stored.map((set) => set.nextAbsent(at)));
      if (present > at) {
        at = present;
        continue;
      }
      const until = Math.min(end, ...stored.map((set) => set.nextPresent(at, end)));
      setOf(this.missing, log).add(at, until - at);
      at = until;
    }
  }

  #cursors() {
    return [...this.#state.subscriptions.values()].flatMap(({ subscription, cursors }) =>
      [...cursors.values()].map(({ positions }) => ({ subscription: subscription.id, positions })),
    );
  }

  /** Where files have messages of these positions, those included that cannot be read. */
  #storedOf(used: readonly SurveyedFile[], log: number): PositionSet[] {
    const logs = this.#logsWith(log);
    const unreadable = new PositionSet();
    const sets: PositionSet[] = [unreadable];
    for (const file of used) {
      for (const each of logs) {
        const contents = file.logs.get(each);
        if (contents) sets.push(contents.positions);
      }
      for (const { log: of, first, count } of file.unreadable) {
        if (logs.has(of)) unreadable.add(first, count);
      }
    }
    return sets;
  }

  /** All logs that share the positions of this one. */
  #logsWith(log: number): ReadonlySet<number> {
    const positions = this.#state.logs.get(log)?.positions;
    return (positions && this.#logs.get(positions)) ?? new Set([log]);
  }

  #isKnown(damage: FoundDamage, { log, first, count }: LostRange): boolean {
    const { positions } = this.#state.logs.get(log) ?? {};
    return damage.lost.some((loss) => {
      const isSame = loss.log === log || this.#state.logs.get(loss.log)?.positions === positions;
      return isSame && loss.first <= first && loss.last >= first + count - 1;
    });
  }

  #lose(damage: FoundDamage, { log, kind, first, count }: LostRange, isCertain: boolean): void {
    const known = this.#state.logs.get(log);
    const owner = this.#state.knownLogs.get(log)?.owner;
    if (kind !== "notes") setOf(this.#lost, known?.positions.log ?? log).add(first, count);
    const before = damage.lost.at(-1);
    if (before?.log === log && before.last + 1 === first && before.isCertain === isCertain) {
      damage.lost[damage.lost.length - 1] = { ...before, last: first + count - 1 };
      return;
    }
    damage.lost.push({ kind, log, owner, first, last: first + count - 1, needed: 0, isCertain });
  }

  /** Positions of lost commits look like gaps, but somebody waits for them. */
  #needed(logId: number, first: number, count: number): number {
    const log = this.#state.logs.get(logId);
    if (!log) return this.#state.isOrphan(logId) ? count : 0;
    const { positions } = log;
    let needed = new Liveness(this.#state).of(logId).count({ first, count });
    if (log.kind === "notes" || (positions.cursors.size === 0 && !positions.isRetained)) {
      return needed;
    }
    const end = first + count;
    for (let at = first; at < end;) {
      const gapEnd = Math.min(positions.afterGap(at), end);
      needed += gapEnd - at;
      at = gapEnd > at ? gapEnd : Math.min(positions.nextGap(at), end);
    }
    return needed;
  }
}

/** Whether positions may have been given out: new ones follow those before, or a start went on behind what was reserved. */
function isNear(positions: Positions, { first, count }: Range, isNew: boolean): boolean {
  if (!isNew) return first + count <= positions.next;
  return first >= positions.next && first <= positions.next + 2 * RESERVED_AHEAD;
}

/** A topic has a log for each priority, which share its positions. */
export function logsByPositions(state: KnownState): Map<Positions, Set<number>> {
  const logs = new Map<Positions, Set<number>>();
  for (const { id, positions } of state.logs.values()) {
    const known = logs.get(positions);
    if (known) known.add(id);
    else logs.set(positions, new Set([id]));
  }
  return logs;
}

function setOf(sets: Map<number, PositionSet>, log: number): PositionSet {
  const set = sets.get(log) ?? new PositionSet();
  sets.set(log, set);
  return set;
}

const contains = (damage: FoundDamage, file: SurveyedFile, record: UnreadableRecord): boolean =>
  damage.file === file.name &&
  damage.offset <= record.offset &&
  record.offset < damage.offset + damage.bytes;

const recordDamage = (file: SurveyedFile, record: UnreadableRecord): FoundDamage => ({
  file: file.name,
  offset: record.offset,
  bytes: RECORD_HEADER_BYTES + record.bodyBytes,
  detail: "messages there are not readable",
  lost: [],
  effects: [],
});

function extend(damages: FoundDamage[], last: FoundDamage, record: UnreadableRecord): FoundDamage {
  const longer = { ...last, bytes: last.bytes + RECORD_HEADER_BYTES + record.bodyBytes };
  damages[damages.indexOf(last)] = longer;
  return longer;
}

/** The damage that most likely took these positions: one in a file between those with the messages around them. */
function cause(
  used: readonly SurveyedFile[],
  damages: FoundDamage[],
  logs: ReadonlySet<number>,
  { first }: LostRange,
): FoundDamage {
  const lossy = damages.filter(({ effects }) => !effects.some((text) => /^nothing/.test(text)));
  const after = used.find((file) => {
    return [...logs].some((log) => (file.logs.get(log)?.last ?? 0) > first);
  });
  const found = lossy.find(({ file }) => file === after?.name) ?? lossy.at(-1);
  if (found) return found;
  const nowhere = {
    file: used.at(-1)?.name ?? "",
    offset: 0,
    bytes: 0,
    detail: "messages that subscriptions wait for are in no file",
    lost: [],
    effects: [],
  };
  damages.push(nowhere);
  return nowhere;
}
