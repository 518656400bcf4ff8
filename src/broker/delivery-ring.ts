import { MessageBatch } from "@peyk/client/protocol";
import type { Run } from "./engine.js";
import { LostDeliveries } from "./lost-deliveries.js";

/**
 * What became of a delivery, as a byte:
 *
 *   NONE       never handed out
 *   BUFFERED   waits for its turn at the consumer                       |
 *   RUNNING    its deadline is in the ring                              | unsettled
 *   EXTENDED   running, with a deadline of its own (see `Leases`)       |
 *   SETTLED    acked or dead-lettered by its consumer: never comes back
 *   RETURNED   nacked or released by its consumer: comes back
 *   LOST       the lease ended without the consumer's doing
 */
export const NONE = 0;
export const BUFFERED = 1;
export const RUNNING = 2;
export const EXTENDED = 3;
export const SETTLED = 4;
export const RETURNED = 5;
export const LOST = 6;

export type DeliveryState = 0 | 1 | 2 | 3 | 4 | 5 | 6;
export type UnsettledState = typeof BUFFERED | typeof RUNNING | typeof EXTENDED;
export type EndedState = typeof SETTLED | typeof RETURNED | typeof LOST;

/** Unsettled deliveries with consecutive numbers: consecutive messages of one run, all in the same state. */
export interface Chunk {
  readonly delivery: number;
  readonly count: number;
  readonly state: UnsettledState;
  /** Which of the consumer's queues they come from. */
  readonly source: number;
  readonly run: Run;
  /** Which message of `run` the first one is: its position is `run.first + from`. */
  readonly from: number;
}

/** An unsettled delivery so old that the ring has no room for it. Its run is of nothing else. */
interface Straggler {
  state: UnsettledState;
  readonly source: number;
  readonly run: Run;
}

const SMALLEST_CAPACITY = 64;

/**
 * The deliveries of one consumer by their consecutive numbers, from 1, in a ring of typed arrays: about 3 ns for a lease,
 * where a Map takes 60. It grows with what is unsettled, not with what was delivered:
 *
 *     1 ... low ...................... next
 *     |  stragglers, lost  |  the ring  |  not handed out yet
 *
 * An unsettled delivery that the ring passes becomes a straggler in a small Map; of the others it passes only the lost
 * ones are remembered (see `LostDeliveries`). The arrays are open to `Leases`; others use the methods.
 */
export class DeliveryRing {
  /** The lowest number in the ring. */
  low = 1;
  /** The number that is handed out next. */
  next = 1;
  /** How many are unsettled, stragglers included. */
  unsettled = 0;
  bufferedStragglers = 0;
  /** A number's place in the arrays is `number & mask`. */
  mask = SMALLEST_CAPACITY - 1;
  states = new Uint8Array(SMALLEST_CAPACITY);
  sources = new Uint16Array(SMALLEST_CAPACITY);
  deadlines = new Float64Array(SMALLEST_CAPACITY);
  #froms = new Uint32Array(SMALLEST_CAPACITY);
  #runs = emptyRuns(SMALLEST_CAPACITY);
  /** By rising number, because the oldest is moved first. */
  readonly #stragglers = new Map<number, Straggler>();
  readonly #lost = new LostDeliveries();
  readonly #refused = new LostDeliveries();
  readonly #onStraggler: (delivery: number, state: UnsettledState, deadline: number) => void;

  /** @param onStraggler - Called when the ring passes an unsettled delivery, with the deadline that was in the ring. */
  constructor(onStraggler: (delivery: number, state: UnsettledState, deadline: number) => void) {
    this.#onStraggler = onStraggler;
  }

  get capacity(): number {
    return this.mask + 1;
  }

  get stragglers(): ReadonlyMap<number, Readonly<Straggler>> {
    return this.#stragglers;
  }

  /** Hands out the next `count` numbers, as buffered, and returns the first of them. */
  add(source: number, run: Run, from: number, count: number): number {
    const first = this.next;
    const end = first + count;
    if (end - this.low > this.capacity) this.#makeRoom(count);
    const { states, sources, mask } = this;
    const froms = this.#froms;
    const runs = this.#runs;
    for (let delivery = first, at = from; delivery < end; delivery += 1, at += 1) {
      const slot = delivery & mask;
      states[slot] = BUFFERED;
      sources[slot] = source;
      froms[slot] = at;
      runs[slot] = run;
    }
    this.next = end;
    this.unsettled += count;
    return first;
  }

  /** Hands out `count` numbers that are settled by being sent; for a consumer that never holds anything. */
  skip(count: number): number {
    const first = this.next;
    this.next += count;
    this.low = this.next;
    return first;
  }

  stateOf(delivery: number): DeliveryState {
    if (delivery >= this.next) return NONE;
    if (delivery >= this.low) return this.states[delivery & this.mask] as DeliveryState;
    return this.#stragglers.get(delivery)?.state ?? (this.#lost.has(delivery) ? LOST : SETTLED);
  }

  /** How many from `delivery` on, below `to`, are in the same state as it. Bound `to`: it looks at each number. */
  countInSameState(delivery: number, to: number): number {
    const state = this.stateOf(delivery);
    if (state === NONE) return to - delivery;
    let end = delivery + 1;
    while (end < to && this.stateOf(end) === state) end += 1;
    return end - delivery;
  }

  /** The chunk that begins with `delivery` and ends before `to`; undefined if that one is not unsettled. */
  chunkAt(delivery: number, to: number): Chunk | undefined {
    if (delivery < this.low) return this.#stragglerAt(delivery);
    if (delivery >= this.next) return undefined;
    const { states, sources, mask } = this;
    const froms = this.#froms;
    const runs = this.#runs;
    const slot = delivery & mask;
    const state = states[slot] as DeliveryState;
    const run = runs[slot];
    if (run === undefined || !isUnsettled(state)) return undefined;
    const from = froms[slot] ?? 0;
    const limit = Math.min(to, this.next);
    let end = delivery + 1;
    for (let at = from + 1; end < limit; end += 1, at += 1) {
      const other = end & mask;
      if (runs[other] !== run || froms[other] !== at || states[other] !== state) break;
    }
    return { delivery, count: end - delivery, state, source: sources[slot] ?? 0, run, from };
  }

  /** Ends what `chunkAt` gave. */
  end(chunk: Chunk, state: EndedState): void {
    this.unsettled -= chunk.count;
    if (chunk.delivery < this.low) {
      this.#stragglers.delete(chunk.delivery);
      if (chunk.state === BUFFERED) this.bufferedStragglers -= 1;
      if (state !== SETTLED) this.#lost.add(chunk.delivery);
      return;
    }
    const { states, mask } = this;
    const runs = this.#runs;
    const end = chunk.delivery + chunk.count;
    for (let delivery = chunk.delivery; delivery < end; delivery += 1) {
      const slot = delivery & mask;
      states[slot] = state;
      runs[slot] = undefined;
    }
  }

  /** Marks a running delivery as one with a deadline of its own. */
  markExtended(delivery: number): void {
    const straggler = this.#stragglers.get(delivery);
    if (straggler === undefined) this.states[delivery & this.mask] = EXTENDED;
    else {
      if (straggler.state === BUFFERED) this.bufferedStragglers -= 1;
      straggler.state = EXTENDED;
    }
  }

  /** Corrects deliveries that seemed to be settled, and the engine says they are not: they count as lost. */
  markRefused(first: number, count: number): void {
    for (let delivery = first; delivery < first + count; delivery += 1) {
      this.#refused.add(delivery);
      if (delivery >= this.low) this.states[delivery & this.mask] = LOST;
      else this.#lost.add(delivery);
    }
  }

  isRefused(delivery: number): boolean {
    return this.#refused.has(delivery);
  }

  /** All unsettled ones numbered `from` or higher, in order. Each may be ended before the next is asked for. */
  *chunks(from = 1): Generator<Chunk, void> {
    for (const delivery of [...this.#stragglers.keys()]) {
      const straggler = delivery < from ? undefined : this.#stragglerAt(delivery);
      if (straggler) yield straggler;
    }
    let delivery = Math.max(from, this.low);
    while (delivery < this.next) {
      const chunk = this.chunkAt(delivery, this.next);
      if (chunk) yield chunk;
      delivery = Math.max(delivery + (chunk?.count ?? 1), this.low);
    }
  }

  #stragglerAt(delivery: number): Chunk | undefined {
    const straggler = this.#stragglers.get(delivery);
    return straggler && { delivery, count: 1, from: 0, ...straggler };
  }

  /** Grows while more than half would be unsettled; then the oldest numbers have to leave. */
  #makeRoom(count: number): void {
    let capacity = this.capacity;
    while ((this.unsettled + count) * 2 > capacity) capacity *= 2;
    if (capacity > this.capacity) this.#grow(capacity);
    const low = this.next + count - this.capacity;
    for (let delivery = this.low; delivery < low; delivery += 1) this.#pass(delivery);
    this.low = Math.max(this.low, low);
  }

  #pass(delivery: number): void {
    const slot = delivery & this.mask;
    const state = this.states[slot] as DeliveryState;
    const run = this.#runs[slot];
    if (run !== undefined && isUnsettled(state)) {
      const source = this.sources[slot] ?? 0;
      this.#stragglers.set(delivery, { state, source, run: alone(run, this.#froms[slot] ?? 0) });
      if (state === BUFFERED) this.bufferedStragglers += 1;
      this.#runs[slot] = undefined;
      this.#onStraggler(delivery, state, this.deadlines[slot] ?? 0);
    } else if (state !== SETTLED) {
      this.#lost.add(delivery);
    }
  }

  #grow(capacity: number): void {
    const { states, sources, deadlines, mask } = this;
    const froms = this.#froms;
    const runs = this.#runs;
    this.mask = capacity - 1;
    this.states = new Uint8Array(capacity);
    this.sources = new Uint16Array(capacity);
    this.deadlines = new Float64Array(capacity);
    this.#froms = new Uint32Array(capacity);
    this.#runs = emptyRuns(capacity);
    for (let delivery = this.low; delivery < this.next; delivery += 1) {
      const old = delivery & mask;
      const slot = delivery & this.mask;
      this.states[slot] = states[old] ?? NONE;
      this.sources[slot] = sources[old] ?? 0;
      this.deadlines[slot] = deadlines[old] ?? 0;
      this.#froms[slot] = froms[old] ?? 0;
      this.#runs[slot] = runs[old];
    }
  }
}

function isUnsettled(state: DeliveryState): state is UnsettledState {
  return state >= BUFFERED && state <= EXTENDED;
}

/** One message of a run in memory of its own: it may be held for long, and all that it came with would be held with it. */
function alone(run: Run, from: number): Run {
  const batch = new MessageBatch(Uint8Array.from(run.batch.slice(run.from + from, 1)), 1);
  const [first, firstPosition] = [run.first + from, run.firstPosition + from];
  return { ...run, first, firstPosition, count: 1, batch, from: 0 };
}

function emptyRuns(capacity: number): (Run | undefined)[] {
  return new Array<Run | undefined>(capacity).fill(undefined);
}
