/**
 * A set of positions, 4,096 to a page of bits: half a kilobyte for each page in which anything is set, whatever the gaps.
 * Ranges are filled a word at a time.
 */
export class PositionSet {
  /** Made when something is set first: most sets stay empty. */
  #pages: Map<number, Page> = NO_PAGES;
  #size = 0;

  /** How many positions are in the set. */
  get size(): number {
    return this.#size;
  }

  has(position: number): boolean {
    const page = this.#pages.get(Math.floor(position / PAGE_POSITIONS));
    if (!page) return false;
    const bit = position % PAGE_POSITIONS;
    return ((page.words[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  /** Adds a range and returns how many of it were new. */
  add(first: number, count: number): number {
    return this.#eachPage(first, count, (number, from, to) => {
      let page = this.#pages.get(number);
      if (!page) this.#setPage(number, (page = { words: new Uint32Array(PAGE_WORDS), size: 0 }));
      const added = change(page.words, from, to, setBits);
      page.size += added;
      this.#size += added;
      return added;
    });
  }

  /** Removes a range and returns how many of it were there. */
  remove(first: number, count: number): number {
    if (this.#size === 0) return 0;
    return this.#eachPage(first, count, (number, from, to) => {
      const page = this.#pages.get(number);
      if (!page) return 0;
      const removed = change(page.words, from, to, clearBits);
      page.size -= removed;
      this.#size -= removed;
      if (page.size === 0) this.#pages.delete(number);
      return removed;
    });
  }

  /** How many of a range are in the set. */
  countIn(first: number, count: number): number {
    return this.#eachPage(first, count, (number, from, to) => {
      const page = this.#pages.get(number);
      return page ? countBits(page.words, from, to) : 0;
    });
  }

  /** The first position at or after `position` that is not in the set. */
  nextAbsent(position: number): number {
    if (this.#size === 0) return position;
    let at = position;
    for (;;) {
      const page = this.#pages.get(Math.floor(at / PAGE_POSITIONS));
      if (!page) return at;
      const bit = nextBit(page.words, at % PAGE_POSITIONS, ALL_BITS);
      at = at - (at % PAGE_POSITIONS) + bit;
      if (bit < PAGE_POSITIONS) return at;
    }
  }

  /** The first position at or after `position` that is in the set, below `end`; `end` if there is none. */
  nextPresent(position: number, end: number): number {
    if (this.#size === 0) return end;
    let at = position;
    while (at < end) {
      const page = this.#pages.get(Math.floor(at / PAGE_POSITIONS));
      const bit = page ? nextBit(page.words, at % PAGE_POSITIONS, 0) : PAGE_POSITIONS;
      at = at - (at % PAGE_POSITIONS) + bit;
      if (bit < PAGE_POSITIONS) return Math.min(at, end);
    }
    return end;
  }

  /** All that is in the set, as ranges in order. */
  ranges(): { first: number; count: number }[] {
    const ranges: { first: number; count: number }[] = [];
    let end = 0;
    for (const number of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const pageEnd = (number + 1) * PAGE_POSITIONS;
      let first = this.nextPresent(Math.max(end, number * PAGE_POSITIONS), pageEnd);
      while (first < pageEnd) {
        end = this.nextAbsent(first);
        ranges.push({ first, count: end - first });
        first = end < pageEnd ? this.nextPresent(end, pageEnd) : pageEnd;
      }
    }
    return ranges;
  }

  /** The 32 bits of positions `32 * index` to `32 * index + 31`. */
  word(index: number): number {
    return this.#pages.get(Math.floor(index / PAGE_WORDS))?.words[index % PAGE_WORDS] ?? 0;
  }

  /** For snapshots: page numbers and copies of their 512 bytes. */
  pages(): { number: number; bits: Uint8Array }[] {
    return [...this.#pages].map(([number, page]) => ({
      number,
      bits: new Uint8Array(page.words.slice().buffer),
    }));
  }

  /** What `pages` gave, put back. */
  addPage(number: number, bits: Uint8Array): void {
    const words = new Uint32Array(PAGE_WORDS);
    new Uint8Array(words.buffer).set(bits.subarray(0, PAGE_WORDS * 4));
    const size = words.reduce((sum, word) => sum + bitCount(word), 0);
    if (size === 0) return;
    this.#size += size - (this.#pages.get(number)?.size ?? 0);
    this.#setPage(number, { words, size });
  }

  #setPage(number: number, page: Page): void {
    if (this.#pages === NO_PAGES) this.#pages = new Map();
    this.#pages.set(number, page);
  }

  #eachPage(
    first: number,
    count: number,
    visit: (page: number, fromBit: number, toBit: number) => number,
  ): number {
    let total = 0;
    let at = first;
    const end = first + count;
    while (at < end) {
      const bit = at % PAGE_POSITIONS;
      const taken = Math.min(PAGE_POSITIONS - bit, end - at);
      total += visit(Math.floor(at / PAGE_POSITIONS), bit, bit + taken);
      at += taken;
    }
    return total;
  }
}

interface Page {
  readonly words: Uint32Array;
  size: number;
}

/** Shared by all empty sets; never written to. */
const NO_PAGES = new Map<number, Page>();

const PAGE_POSITIONS = 4096;
const PAGE_WORDS = PAGE_POSITIONS / 32;
const ALL_BITS = 0xffff_ffff;

const setBits = (word: number, mask: number): number => word | mask;
const clearBits = (word: number, mask: number): number => word & ~mask;

/** Applies `edit` to the bits `from` to `to - 1` and returns how many changed. */
function change(
  words: Uint32Array,
  from: number,
  to: number,
  edit: (word: number, mask: number) => number,
): number {
  let counted = 0;
  let bit = from;
  while (bit < to) {
    const taken = Math.min(32 - (bit & 31), to - bit);
    const word = words[bit >>> 5] ?? 0;
    const next = edit(word, maskOf(bit & 31, taken)) >>> 0;
    counted += bitCount(next ^ word);
    words[bit >>> 5] = next;
    bit += taken;
  }
  return counted;
}

function countBits(words: Uint32Array, from: number, to: number): number {
  let counted = 0;
  let bit = from;
  while (bit < to) {
    const taken = Math.min(32 - (bit & 31), to - bit);
    counted += bitCount((words[bit >>> 5] ?? 0) & maskOf(bit & 31, taken));
    bit += taken;
  }
  return counted;
}

const maskOf = (from: number, count: number): number =>
  (count === 32 ? ALL_BITS : ((1 << count) - 1) << from) >>> 0;

/** The first bit at or after `from` in a word that, XORed with `flip`, has it set; PAGE_POSITIONS if there is none. */
function nextBit(words: Uint32Array, from: number, flip: number): number {
  for (let index = from >>> 5; index < PAGE_WORDS; index += 1) {
    let word = ((words[index] ?? 0) ^ flip) >>> 0;
    if (index === from >>> 5) word = (word & (ALL_BITS << (from & 31))) >>> 0;
    if (word !== 0) return index * 32 + (31 - Math.clz32(word & -word));
  }
  return PAGE_POSITIONS;
}

/** Bits set in a 32-bit word (Hacker's Delight, figure 5-2). */
export function bitCount(word: number): number {
  let x = word - ((word >>> 1) & 0x5555_5555);
  x = (x & 0x3333_3333) + ((x >>> 2) & 0x3333_3333);
  x = (x + (x >>> 4)) & 0x0f0f_0f0f;
  return Math.imul(x, 0x0101_0101) >>> 24;
}
