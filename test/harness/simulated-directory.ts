import type { SeededRandom } from "./seeded-random.js";
import type { SimulatedFile } from "./simulated-file.js";

export type DirectoryChange =
  | { readonly kind: "create"; readonly name: string; readonly file: SimulatedFile }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "remove"; readonly name: string };

/** What a power cut keeps: the first few changes, as with a metadata journal (`ordered`), or `any` of them. */
export type DirectoryOrder = "ordered" | "any";

type Entries = Map<string, SimulatedFile>;

/**
 * The names of a simulated disk: as programs see them, as they are certain to be after a power cut, and the changes
 * between the two, oldest first.
 */
export class SimulatedDirectory {
  readonly seen: Entries;
  readonly #durable: Entries;
  readonly #changes: DirectoryChange[] = [];
  #firstChange = 0;
  #isJournalLost = false;

  constructor(entries: Entries = new Map(), durable: Entries = new Map(entries)) {
    this.seen = entries;
    this.#durable = durable;
  }

  get nextChange(): number {
    return this.#firstChange + this.#changes.length;
  }

  apply(change: DirectoryChange): void {
    applyTo(this.seen, change);
    this.#changes.push(change);
  }

  /** Makes all changes before number `end` durable, unless a sync failed before. */
  makeDurable(end: number): void {
    if (this.#isJournalLost) return;
    const changes = this.#changes.splice(0, Math.max(end - this.#firstChange, 0));
    this.#firstChange += changes.length;
    for (const change of changes) applyTo(this.#durable, change);
  }

  /** What a failed sync does, as when a file system's journal aborts: nothing becomes durable any more. */
  loseJournal(): void {
    this.#isJournalLost = true;
  }

  /** The same state, with the files that `copyOf` gives. */
  copy(copyOf: (file: SimulatedFile) => SimulatedFile): SimulatedDirectory {
    const copy = new SimulatedDirectory(
      copyEntries(this.seen, copyOf),
      copyEntries(this.#durable, copyOf),
    );
    for (const change of this.#changes) copy.#changes.push(copyDirectoryChange(change, copyOf));
    copy.#firstChange = this.#firstChange;
    copy.#isJournalLost = this.#isJournalLost;
    return copy;
  }

  /** The directory as a power cut may leave it; `keep` is the probability that a change or a write got to the disk. */
  afterPowerCut(random: SeededRandom, order: DirectoryOrder, keep: number): SimulatedDirectory {
    const entries = new Map(this.#durable);
    const changes =
      order === "any"
        ? this.#changes.filter(() => random.chance(keep))
        : this.#changes.slice(0, random.int(this.#changes.length + 1));
    for (const change of changes) applyTo(entries, change);
    return new SimulatedDirectory(copyEntries(entries, (file) => file.afterPowerCut(random, keep)));
  }
}

export function copyDirectoryChange(
  change: DirectoryChange,
  copyOf: (file: SimulatedFile) => SimulatedFile,
): DirectoryChange {
  return change.kind === "create" ? { ...change, file: copyOf(change.file) } : change;
}

function copyEntries(entries: Entries, copyOf: (file: SimulatedFile) => SimulatedFile): Entries {
  return new Map([...entries].map(([name, file]) => [name, copyOf(file)]));
}

/** A change whose source is not there does nothing: the one that made it was not kept. */
function applyTo(entries: Entries, change: DirectoryChange): void {
  if (change.kind === "create") {
    entries.set(change.name, change.file);
  } else if (change.kind === "remove") {
    entries.delete(change.name);
  } else {
    const file = entries.get(change.from);
    if (file === undefined) return;
    entries.delete(change.from);
    entries.set(change.to, file);
  }
}
