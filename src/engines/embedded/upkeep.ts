import { PeykError } from "@peyk/client/protocol";
import type { ProducerId, ProducerState } from "../../broker/engine.js";
import type { Alarm } from "../../runtime/timers.js";
import type { Core } from "./core.js";
import type { DeadLetters } from "./dead-letters.js";
import { Expiry } from "./expiry.js";
import { Producer, producerBytes } from "./producers.js";
import { Reclaim } from "./reclaim.js";
import type { Recovered } from "./recovery.js";
import { Snapshotter } from "./snapshotter.js";
import type { SubscriptionState } from "./state.js";

/** A snapshot is taken once this many bytes were written since the last one: bounds the replay at start. */
const SNAPSHOT_BYTES = 64 * 1024 * 1024;

/** How soon after a commit the files are looked at, in ms. */
const LOOK_MS = 1_000;

/** How often old messages and producers are looked for, in ms. */
const EXPIRY_MS = 60_000;

/** How long a producer is remembered after its session ended, in ms (design, "Dedup"). */
const PRODUCER_GRACE_MS = 600_000;

/** What has to be done now and then: snapshots, freeing files, keeping a spare, forgetting what is old. */
export class Upkeep {
  readonly #core: Core;
  readonly #snapshotter: Snapshotter;
  readonly #reclaim: Reclaim;
  readonly #expiry: Expiry;
  readonly #wasClean: boolean;
  readonly #lookAlarm: Alarm;
  readonly #expiryAlarm: Alarm;
  /** By producer without a session: when it ended, on the monotonic clock. */
  readonly #detached = new Map<ProducerId, number>();
  /** What the journal had when it was last looked at. */
  #lookedAt = { commit: 0, bytes: 0 };
  #snapshotBytes = 0;
  #work: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(
    core: Core,
    recovered: Recovered,
    deadLetters: DeadLetters,
    options: { readonly segmentBytes: number },
  ) {
    this.#core = core;
    this.#wasClean = recovered.wasClean;
    this.#snapshotter = new Snapshotter(core, recovered.snapshots);
    this.#reclaim = new Reclaim(core, options.segmentBytes);
    this.#expiry = new Expiry(core, deadLetters);
    this.#lookAlarm = core.timers.createAlarm(() => this.#start(() => this.#look()));
    this.#expiryAlarm = core.timers.createAlarm(() => this.#start(() => this.#expire()));
  }

  /** What must be in the journal before anything is served. */
  async start(): Promise<void> {
    const { state, files, journal, clock } = this.#core;
    if (files.current.isSealed) await files.roll(journal.lastNumber + 1);
    await files.makeSpare();
    for (const topic of state.topics.values()) {
      // After a crash, positions up to the reservation may have been used for messages that were not stored.
      if (!this.#wasClean) topic.positions.skipTo(topic.positions.reservedUntil);
    }
    for (const log of state.logs.values()) log.positions.durableNext = log.positions.next;
    for (const id of state.producers.byId.keys()) this.#detached.set(id, clock.monotonic());
    this.#snapshotBytes = files.writtenBytes;
    this.#core.enter({ booted: { boot: state.boot + 1 } });
    await this.#core.durable();
    this.#expiryAlarm.set(clock.monotonic() + EXPIRY_MS);
  }

  /** Finishes what is under way and leaves a snapshot after which the next start replays nothing. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#lookAlarm.clear();
    this.#expiryAlarm.clear();
    await this.#work;
    const { journal } = this.#core;
    await journal.close();
    const number = journal.quietNumber;
    if (number !== undefined) await this.#snapshotter.takeClean(number);
  }

  /** Nothing was entered since commit `number` was sealed. */
  betweenCommits(number: number): void {
    this.#snapshotter.slice(number);
    if (!this.#lookAlarm.isSet && number !== this.#lookedAt.commit && !this.#isStopped) {
      this.#lookAlarm.set(this.#core.clock.monotonic() + LOOK_MS);
    }
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

  /** Settles everything that a subscription has not settled. */
  async purge(owner: SubscriptionState): Promise<number> {
    let purged = 0;
    for (const cursor of owner.cursors.values()) {
      const { positions } = cursor;
      const log = this.#core.state.logs.get(positions.log);
      if (log?.kind !== "messages") continue;
      purged += cursor.unsettledCount;
      this.#core.enter({
        floorMoved: {
          subscription: owner.subscription.id,
          log: positions.log,
          floor: positions.next,
          unsettledLeft: 0,
        },
      });
      const ref = { log: positions.log, first: 0, count: positions.next };
      this.#core.feeds.get(owner.subscription.id)?.lost([ref], "purged");
    }
    await this.#core.durable();
    return purged;
  }

  async purgeTopic(id: number): Promise<number> {
    const topic = this.#core.state.topics.get(id);
    if (!topic) throw new PeykError("not_found", "the topic does not exist any more");
    const { positions } = topic;
    let purged = 0;
    for (const { subscription } of [...positions.cursors]) {
      const owner = this.#core.state.subscriptions.get(subscription);
      const cursor = owner?.cursors.get(positions.log);
      if (!cursor) continue;
      purged = Math.max(purged, cursor.unsettledCount);
      const moved = { subscription, log: positions.log, floor: positions.next, unsettledLeft: 0 };
      this.#core.enter({ floorMoved: moved });
      const ref = { log: positions.log, first: 0, count: positions.next };
      this.#core.feeds.get(subscription)?.lost([ref], "purged");
    }
    this.#core.enter({ retainedFrom: { topic: id, position: positions.next } });
    await this.#core.durable();
    return purged;
  }

  /** One thing after the other; an error ends the journal, because nobody knows what it left behind. */
  #start(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#core.journal.fail(error);
    });
  }

  async #look(): Promise<void> {
    const { files, journal, clock } = this.#core;
    const last = this.#lookedAt;
    this.#lookedAt = { commit: journal.lastNumber, bytes: files.writtenBytes };
    const isQuiet = last.bytes === this.#lookedAt.bytes;
    const isDue = files.writtenBytes - this.#snapshotBytes >= SNAPSHOT_BYTES;
    if (isDue || (isQuiet && this.#wouldFree())) await this.#takeSnapshot();
    await this.#reclaim.run(this.#snapshotter.coveredByAll);
    if (files.isFull) await files.makeSpare();
    const hasMore = files.isFull || !isQuiet || this.#wouldFree();
    if (hasMore && !this.#isStopped) this.#lookAlarm.set(clock.monotonic() + LOOK_MS);
  }

  /** Whether a file could go if snapshots covered it. */
  #wouldFree(): boolean {
    return this.#reclaim.hasDeadFile();
  }

  async #takeSnapshot(): Promise<void> {
    this.#snapshotBytes = this.#core.files.writtenBytes;
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
    for (const topic of state.topics.values()) topic.positions.trimGaps(lowestKept(topic));
  }
}

const lowestKept = (topic: {
  readonly positions: { readonly lowestFloor: number; readonly isRetained: boolean };
  readonly retainedFrom: number;
}): number =>
  topic.positions.isRetained
    ? Math.min(topic.positions.lowestFloor, topic.retainedFrom)
    : topic.positions.lowestFloor;
