import type { ProducerId, ProducerState } from "../../broker/engine.js";
import type { Alarm } from "../../runtime/timers.js";
import type { Core } from "./core.js";
import type { DeadLetters } from "./dead-letters.js";
import type { DiskPressure } from "./disk-pressure.js";
import { Expiry } from "./expiry.js";
import type { Overflow } from "./overflow.js";
import { Producer, producerBytes } from "./producers.js";
import { Reclaim } from "./reclaim.js";
import type { Recovered } from "./recovery.js";
import { Snapshotter } from "./snapshotter.js";
import type { TopicState } from "./state.js";

/** How soon after a commit the files are looked at, in ms. */
const LOOK_MS = 1_000;

/** How often old messages and producers are looked for, in ms. */
const EXPIRY_MS = 60_000;

/** How long a producer is remembered after its session ended, in ms (design, "Dedup"). */
const PRODUCER_GRACE_MS = 600_000;

export interface UpkeepOptions {
  /** Size of a segment, and of what is copied together, in bytes. */
  readonly segmentBytes: number;
  /** A snapshot is taken once this many bytes were written since the last one: bounds the replay at start. */
  readonly snapshotBytes: number;
}

/** What Upkeep has others do. */
export interface Helpers {
  readonly deadLetters: DeadLetters;
  readonly overflow: Overflow;
  readonly pressure: DiskPressure;
}

/** What has to be done now and then: snapshots, freeing files, keeping a spare, forgetting what is old or too much. */
export class Upkeep {
  readonly #core: Core;
  readonly #snapshotter: Snapshotter;
  readonly #reclaim: Reclaim;
  readonly #expiry: Expiry;
  readonly #overflow: Overflow;
  readonly #pressure: DiskPressure;
  readonly #wasClean: boolean;
  readonly #snapshotBytes: number;
  readonly #lookAlarm: Alarm;
  readonly #expiryAlarm: Alarm;
  /** By producer without a session: when it ended, on the monotonic clock. */
  readonly #detached = new Map<ProducerId, number>();
  /** What the journal had when it was last looked at. */
  #lookedAt = { commit: 0, bytes: 0 };
  /** What it had when the last snapshot was begun. */
  #snapshotAt = 0;
  /** Topics whose oldest messages are about to go. */
  readonly #overflowing = new Set<TopicState>();
  #work: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(
    core: Core,
    recovered: Recovered,
    { deadLetters, overflow, pressure }: Helpers,
    { segmentBytes, snapshotBytes }: UpkeepOptions,
  ) {
    this.#core = core;
    this.#wasClean = recovered.wasClean;
    this.#snapshotBytes = snapshotBytes;
    this.#snapshotter = new Snapshotter(core, recovered.snapshots);
    this.#reclaim = new Reclaim(core, segmentBytes);
    this.#expiry = new Expiry(core, deadLetters);
    this.#overflow = overflow;
    this.#pressure = pressure;
    this.#lookAlarm = core.timers.createAlarm(() => this.#start(() => this.#look()));
    this.#expiryAlarm = core.timers.createAlarm(() => this.#start(() => this.#expire()));
  }

  /** What must be in the journal before anything is served. */
  async start(): Promise<void> {
    const { state, files, journal, clock } = this.#core;
    if (files.current.isSealed) await files.roll(journal.lastNumber + 1, true);
    await files.spare.make();
    if (!files.isFull) await files.sealLeftovers();
    for (const topic of state.topics.values()) {
      // After a crash, positions up to the reservation may have been used for messages that were not stored.
      if (!this.#wasClean) topic.positions.skipTo(topic.positions.reservedUntil);
      topic.positions.unbrokenFrom = topic.positions.next;
    }
    for (const log of state.logs.values()) log.positions.durableNext = log.positions.next;
    for (const id of state.producers.byId.keys()) this.#detached.set(id, clock.monotonic());
    this.#snapshotAt = files.writtenBytes;
    // At any durability: from here on the last stop is no clean one, and this number belongs to this start.
    journal.open.mustSync();
    this.#core.enter({ booted: { boot: state.boot + 1 } });
    await this.#core.durable();
    this.#expiryAlarm.set(clock.monotonic() + EXPIRY_MS);
  }

  /** Finishes what is under way and leaves a snapshot after which the next start replays nothing. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#lookAlarm.clear();
    this.#expiryAlarm.clear();
    this.#reclaim.stop();
    this.#overflow.stop();
    await this.#work;
    const { journal } = this.#core;
    await journal.close();
    const number = journal.quietNumber;
    if (number !== undefined) await this.#snapshotter.takeClean(number);
  }

  /** The journal failed: what waits for it goes on, and finds out. */
  failed(): void {
    this.#isStopped = true;
    this.#snapshotter.abandon();
    this.#reclaim.stop();
  }

  /** Nothing was entered since commit `number` was sealed. */
  betweenCommits(number: number): void {
    this.#snapshotter.slice(number);
    if (!this.#lookAlarm.isSet && number !== this.#lookedAt.commit && !this.#isStopped) {
      this.#lookAlarm.set(this.#core.clock.monotonic() + LOOK_MS);
    }
  }

  /** A topic has more than its limit: its oldest messages go, once what is under way is done. */
  makeRoom(topic: TopicState): void {
    if (this.#overflowing.has(topic)) return;
    this.#overflowing.add(topic);
    this.#start(async () => {
      this.#overflowing.delete(topic);
      await this.#overflow.run(topic);
    });
  }

  attachProducer(id: ProducerId): ProducerState {
    const { byId } = this.#core.state.producers;
    this.#detached.delete(id);
    const known = byId.get(id);
    if (!known) byId.set(id, new Producer(0));
    return { isKnown: known !== undefined, lastSequence: (known?.nextSequence ?? 1) - 1 };
  }

  detachProducer(id: ProducerId): void {
    if (this.#core.state.producers.byId.has(id)) {
      this.#detached.set(id, this.#core.clock.monotonic());
    }
  }

  /** One thing after the other; an error ends the journal, because nobody knows what it left behind. */
  #start(work: () => Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.#isStopped ? undefined : work()))
      .catch((error: unknown) => this.#core.journal.fail(error));
  }

  async #look(): Promise<void> {
    const { files, journal, clock } = this.#core;
    const last = this.#lookedAt;
    this.#lookedAt = { commit: journal.lastNumber, bytes: files.writtenBytes };
    const isQuiet = last.bytes === files.writtenBytes;
    const isDue = files.writtenBytes - this.#snapshotAt >= this.#snapshotBytes;
    this.#reclaim.count();
    if (isDue || (isQuiet && this.#wouldFree())) await this.#takeSnapshot();
    const hasFreed = await this.#reclaim.run(this.#snapshotter.coveredByAll);
    if (files.isFull && (await files.spare.make())) await files.sealLeftovers();
    await this.#pressure.look();
    const isShort = files.isFull || this.#pressure.isOn;
    const hasMore = isShort || !isQuiet || hasFreed || this.#wouldFree();
    if (hasMore && !this.#isStopped) this.#lookAlarm.set(clock.monotonic() + LOOK_MS);
  }

  /** Whether a file could go if snapshots covered it. */
  #wouldFree(): boolean {
    return this.#reclaim.needsSnapshots(this.#snapshotter.coveredByAll);
  }

  async #takeSnapshot(): Promise<void> {
    this.#snapshotAt = this.#core.files.writtenBytes;
    await this.#snapshotter.take();
  }

  async #expire(): Promise<void> {
    const { clock, state } = this.#core;
    this.#expiryAlarm.set(clock.monotonic() + EXPIRY_MS);
    await this.#expiry.run();
    const forgetBefore = clock.monotonic() - PRODUCER_GRACE_MS;
    for (const [id, detachedAt] of this.#detached) {
      if (detachedAt > forgetBefore) continue;
      this.#detached.delete(id);
      if (state.producers.byId.has(id)) {
        this.#core.enter({ producerForgotten: { producer: producerBytes(id) } });
      }
    }
    for (const { positions, retainedFrom } of state.topics.values()) {
      const kept = positions.isRetained ? retainedFrom : Infinity;
      positions.trimGaps(Math.min(positions.lowestFloor, kept));
    }
  }
}
