/** What is being made, by name: who wants the same thing meanwhile waits, and looks again. */
export class Makings {
  readonly #pending = new Map<string, Promise<unknown>>();

  /** Calls `make` when nobody else is making `name`; it must look whether it is there by then. */
  async make<Thing>(name: string, make: () => Promise<Thing>): Promise<Thing> {
    for (let other = this.#pending.get(name); other; other = this.#pending.get(name)) {
      await other.catch(() => {}); // whoever made it hears of it
    }
    const making = make();
    this.#pending.set(name, making);
    try {
      return await making;
    } finally {
      this.#pending.delete(name);
    }
  }
}
