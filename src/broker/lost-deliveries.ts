/** More ranges than this are not remembered; the oldest go first. */
export const MAX_LOST_RANGES = 1_024;

/**
 * Which delivery numbers of a consumer ended without being settled, as ranges. What is below the oldest range that had to
 * be forgotten counts as lost: a message that may come back must not be reported as settled for good.
 */
export class LostDeliveries {
  /** Rising, apart from each other by at least one number. */
  readonly #ranges: { first: number; last: number }[] = [];
  #forgottenBelow = 0;

  add(delivery: number): void {
    if (this.has(delivery)) return;
    const index = this.#indexAfter(delivery);
    const before = this.#ranges[index - 1];
    const after = this.#ranges[index];
    const joinsBefore = before?.last === delivery - 1;
    const joinsAfter = after?.first === delivery + 1;
    if (before && after && joinsBefore && joinsAfter) {
      before.last = after.last;
      this.#ranges.splice(index, 1);
    } else if (before && joinsBefore) {
      before.last = delivery;
    } else if (after && joinsAfter) {
      after.first = delivery;
    } else {
      this.#ranges.splice(index, 0, { first: delivery, last: delivery });
      this.#forgetOldest();
    }
  }

  has(delivery: number): boolean {
    if (delivery < this.#forgottenBelow) return true;
    const before = this.#ranges[this.#indexAfter(delivery) - 1];
    return before !== undefined && delivery <= before.last;
  }

  #forgetOldest(): void {
    if (this.#ranges.length <= MAX_LOST_RANGES) return;
    const oldest = this.#ranges.shift();
    if (oldest) this.#forgottenBelow = oldest.last + 1;
  }

  /** Index of the first range that begins after `delivery`. */
  #indexAfter(delivery: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle]?.first ?? Infinity) <= delivery) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
