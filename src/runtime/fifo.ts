/** First in, first out, in amortised constant time, whatever the length. What has gone out is not kept alive. */
export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  shift(): Item | undefined {
    const item = this.#items[this.#head];
    if (this.#head >= this.#items.length) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes back the item that was pushed last. */
  pop(): Item | undefined {
    return this.length > 0 ? this.#items.pop() : undefined;
  }

  /** Puts `item` in the place of the first one. */
  replaceFirst(item: Item): void {
    if (this.length > 0) this.#items[this.#head] = item;
  }

  /** Takes all of them out. */
  drain(): Item[] {
    const items = this.#items.slice(this.#head) as Item[];
    this.#items = [];
    this.#head = 0;
    return items;
  }

  /** Puts `items` before all that are there, in their order. */
  unshift(items: readonly Item[]): void {
    this.#items = [...items, ...this.drain()];
  }

  /** Keeps only the items for which `test` holds. */
  keep(test: (item: Item) => boolean): void {
    this.#items = this.drain().filter(test);
  }
}
