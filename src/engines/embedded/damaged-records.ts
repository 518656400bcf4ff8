/** Places remembered, so that each is told once. A disk with more of them has been told of often enough. */
const MAX_PLACES = 1_000;

/** Told of a record whose checksum does not fit. */
export type DamageListener = (damage: { readonly file: string; readonly offset: number }) => void;

/** Tells each damaged record once, however often it is read. */
export class DamagedRecords {
  readonly #places = new Set<string>();
  readonly #listeners: DamageListener[] = [];

  /** Whoever listens late is told of nothing that was found before. */
  listen(listener: DamageListener): void {
    this.#listeners.push(listener);
  }

  found(file: string, offset: number): void {
    const place = `${file} ${offset}`;
    if (this.#places.has(place) || this.#places.size === MAX_PLACES) return;
    this.#places.add(place);
    for (const listener of this.#listeners) listener({ file, offset });
  }
}
