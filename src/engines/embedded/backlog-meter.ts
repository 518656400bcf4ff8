import type { Range } from "./liveness.js";
import type { Follower, Positions } from "./positions.js";

/** Messages of about the same time; there may be gaps between them. */
interface Rung {
  readonly first: number;
  end: number;
  messages: number;
  bytes: number;
}

/** A limit is measured in so many rungs: the error is below one of them. */
const RUNGS_PER_LIMIT = 64;

/** More rungs than that are thinned out. */
const MAX_RUNGS = 4 * RUNGS_PER_LIMIT;

/**
 * How many bytes of a topic's messages a subscription has not settled. The topic is cut into rungs of a 64th of the limit;
 * within a rung, messages count as if all had the same size.
 */
export class BacklogMeter {
  readonly #positions: Positions;
  #rungs: Rung[] = [];
  #rungBytes: number;

  /** `positions`: those of the topic, with the cursors that follow them now and later. */
  constructor(limitBytes: number, positions: Positions) {
    this.#rungBytes = limitBytes / RUNGS_PER_LIMIT;
    this.#positions = positions;
  }

  /** Messages are stored at these positions, without a gap and above all that were; as if all had the same size. */
  add({ first, count }: Range, bytes: number): void {
    const end = first + count;
    for (let at = first; at < end;) {
      const most = Math.max(1, Math.floor((count * this.#rungBytes) / bytes));
      const part = { first: at, count: Math.min(most, end - at) };
      this.#addPart(part, (bytes * part.count) / count);
      at += part.count;
    }
  }

  #addPart({ first, count }: Range, bytes: number): void {
    const last = this.#rungs.at(-1);
    if (last?.end === first && last.bytes + bytes <= this.#rungBytes) {
      last.end += count;
      last.messages += count;
      last.bytes += bytes;
      return;
    }
    if (this.#rungs.length >= MAX_RUNGS) this.#thinOut();
    this.#rungs.push({ first, end: first + count, messages: count, bytes });
  }

  /** Bytes that `cursor` has not settled. */
  bytesOf(cursor: Follower): number {
    let bytes = 0;
    for (let index = this.#rungs.length - 1; index >= 0; index -= 1) {
      const rung = this.#rungs[index];
      if (!rung || rung.end <= cursor.floor) break;
      bytes += this.#unsettledBytes(rung, cursor);
    }
    return bytes;
  }

  /** The lowest position from which on `cursor` has at most `bytes` unsettled, at the border of a rung. */
  firstWithin(cursor: Follower, bytes: number): number {
    let left = bytes;
    for (let index = this.#rungs.length - 1; index >= 0; index -= 1) {
      const rung = this.#rungs[index];
      if (!rung || rung.end <= cursor.floor) break;
      left -= this.#unsettledBytes(rung, cursor);
      if (left < 0) return rung.end;
    }
    return cursor.floor;
  }

  #unsettledBytes({ first, end, messages, bytes }: Rung, cursor: Follower): number {
    let unsettled = 0;
    for (const part of this.#positions.stretches(first, end)) {
      unsettled += cursor.countUnsettled(part.first, part.count);
    }
    return (bytes * Math.min(unsettled, messages)) / messages;
  }

  /** Drops the rungs in which nothing is unsettled; where that is not enough, neighbours become one. */
  #thinOut(): void {
    const cursors = [...this.#positions.cursors];
    this.#rungs = this.#rungs.filter((rung) =>
      cursors.some((cursor) => this.#unsettledBytes(rung, cursor) > 0),
    );
    while (this.#rungs.length > MAX_RUNGS / 2) {
      this.#rungBytes *= 2;
      this.#rungs = joined(this.#rungs);
    }
  }
}

/** Every two neighbours as one, whatever lies between them. */
function joined(rungs: readonly Rung[]): Rung[] {
  const half: Rung[] = [];
  for (let index = 0; index < rungs.length; index += 2) {
    const [one, other] = [rungs[index], rungs[index + 1]];
    if (one && other) {
      const { first, messages, bytes } = one;
      half.push({
        first,
        end: other.end,
        messages: messages + other.messages,
        bytes: bytes + other.bytes,
      });
    } else if (one) half.push(one);
  }
  return half;
}
