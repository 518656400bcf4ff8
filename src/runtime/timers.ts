import type { Clock, Timer } from "./clock.js";

/** Something with a due time that is in at most one `DeadlineHeap`; only that heap changes these two. */
export interface Deadline {
  /** On the time line of the heap. */
  dueAt: number;
  /** Its place in the heap; `NOT_IN_HEAP` while it is in none. */
  heapIndex: number;
}

export const NOT_IN_HEAP = -1;

/** Deadlines, earliest first, each of which can be moved or removed in O(log n). A binary heap with back references. */
export class DeadlineHeap<Item extends Deadline> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  /** Puts `item` in, or moves it if it is in already. */
  set(item: Item, dueAt: number): void {
    const wasAt = item.dueAt;
    item.dueAt = dueAt;
    if (item.heapIndex === NOT_IN_HEAP) {
      item.heapIndex = this.#items.length;
      this.#items.push(item);
      this.#rise(item);
    } else if (dueAt < wasAt) {
      this.#rise(item);
    } else {
      this.#sink(item);
    }
  }

  /** Takes `item` out; nothing happens if it is not in. */
  remove(item: Item): void {
    const index = item.heapIndex;
    if (index === NOT_IN_HEAP) return;
    item.heapIndex = NOT_IN_HEAP;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#items[index] = last;
    last.heapIndex = index;
    this.#rise(last);
    this.#sink(last);
  }

  #rise(item: Item): void {
    while (item.heapIndex > 0) {
      const parent = this.#items[(item.heapIndex - 1) >> 1];
      if (parent === undefined || parent.dueAt <= item.dueAt) return;
      this.#swap(parent, item);
    }
  }

  #sink(item: Item): void {
    for (;;) {
      const left = this.#items[2 * item.heapIndex + 1];
      const right = this.#items[2 * item.heapIndex + 2];
      if (left === undefined) return;
      const earlier = right !== undefined && right.dueAt < left.dueAt ? right : left;
      if (earlier.dueAt >= item.dueAt) return;
      this.#swap(item, earlier);
    }
  }

  #swap(upper: Item, lower: Item): void {
    const index = upper.heapIndex;
    this.#items[lower.heapIndex] = upper;
    this.#items[index] = lower;
    upper.heapIndex = lower.heapIndex;
    lower.heapIndex = index;
  }
}

/** A moment at which something is to be done: set, moved and cleared as often as needed, made once per owner. */
export class Alarm implements Deadline {
  dueAt = Infinity;
  heapIndex = NOT_IN_HEAP;
  readonly onDue: () => void;
  readonly #alarms: Alarms;

  constructor(alarms: Alarms, onDue: () => void) {
    this.#alarms = alarms;
    this.onDue = onDue;
  }

  get isSet(): boolean {
    return this.heapIndex !== NOT_IN_HEAP;
  }

  /** Calls `onDue` once, at `dueAt` or later, instead of whenever it was set to before. */
  set(dueAt: number): void {
    this.#alarms.set(this, dueAt);
  }

  clear(): void {
    this.#alarms.clear(this);
  }
}

/** The alarms of one time line. It knows no clock: whoever owns it says what time it is. */
export class Alarms {
  readonly #heap = new DeadlineHeap<Alarm>();
  readonly #onChange: () => void;
  #isRunning = false;

  /** @param onChange - Called when the earliest alarm is another one, or there is none any more. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** When the earliest alarm is due; Infinity if none is set. */
  get firstDueAt(): number {
    return this.#heap.first?.dueAt ?? Infinity;
  }

  create(onDue: () => void): Alarm {
    return new Alarm(this, onDue);
  }

  set(alarm: Alarm, dueAt: number): void {
    const before = this.firstDueAt;
    this.#heap.set(alarm, dueAt);
    if (this.firstDueAt !== before) this.#changed();
  }

  clear(alarm: Alarm): void {
    const before = this.firstDueAt;
    this.#heap.remove(alarm);
    alarm.dueAt = Infinity;
    if (this.firstDueAt !== before) this.#changed();
  }

  /** Calls what is due at `now`, earliest first. An alarm that sets itself to the past is called in the next run. */
  runDue(now: number): void {
    this.#isRunning = true;
    try {
      for (let left = this.#heap.size; left > 0; left -= 1) {
        const alarm = this.#heap.first;
        if (alarm === undefined || alarm.dueAt > now) return;
        this.clear(alarm);
        alarm.onDue();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  #changed(): void {
    if (!this.#isRunning) this.#onChange();
  }
}

/** Any number of alarms on the monotonic clock, for which one timer of the operating system is enough. */
export class Timers {
  readonly #clock: Clock;
  readonly #alarms = new Alarms(() => this.#wait());
  #timer: Timer | undefined;
  #firesAt = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes an alarm that is not set; its times are those of `clock.monotonic()`. */
  createAlarm(onDue: () => void): Alarm {
    return this.#alarms.create(onDue);
  }

  /** Forgets the timer; alarms set afterwards would start it again. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#firesAt = Infinity;
  }

  /** A timer that comes too early costs less than moving it, so it is only ever moved forward. */
  #wait(): void {
    const dueAt = this.#alarms.firstDueAt;
    if (dueAt === Infinity) return this.close();
    if (dueAt >= this.#firesAt) return;
    this.#timer?.cancel();
    this.#firesAt = dueAt;
    const delayMs = Math.max(dueAt - this.#clock.monotonic(), 0);
    this.#timer = this.#clock.setTimer(delayMs, () => this.#onTimer());
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#firesAt = Infinity;
    try {
      this.#alarms.runDue(this.#clock.monotonic());
    } finally {
      this.#wait();
    }
  }
}
