import type { DeadLetterReason } from "../../../client/src/types.js";
import type { Place, Sighting, Verdict } from "../ledger.js";
import { createItem, isStored, note, type Item, type SentMessage } from "./late-item.js";
import { Removals, type Removal, type Topics } from "./removals.js";

/** What a request does of which nobody heard the end: it may come so much later, in ms. */
const LATE_MS = 300_000;

/** A delivery as a handler got it, with what was certain of the message by then. */
export interface Seen {
  readonly sighting: number;
  readonly place: Place;
  readonly number: number;
  readonly attempt: number;
  readonly wasAcked: boolean;
  readonly wasRejected: boolean;
  readonly wasGone: boolean;
  readonly leastFailures: number;
  /** Redrives that had been asked for. */
  readonly redrives: number;
}

/** One subscription: its messages, and until when what was asked for may change them, in ms. */
export interface Queue {
  readonly name: string;
  readonly items: Map<number, Item>;
  /** A message that is published before may be purged. */
  purgedUntilMs: number;
  /** So many were asked for. */
  purges: number;
  /** A dead letter may become ready before. */
  redrivenUntilMs: number;
  redrives: number;
}

/** How the messages of all subscriptions ended. */
export type Outcomes = Readonly<Record<"acked" | Removal, number>>;

/**
 * The oracle of a world in which everything may arrive late: a delivery may reach its handler when others have settled
 * the message for long. A confirmed verdict proves that its lease was good at some time after the delivery was seen; so
 * that is when it is compared with what was certain before. It gathers what breaks a promise.
 */
export class LateLedger {
  readonly broken: string[] = [];
  readonly removals: Removals;
  /** What the broker said it had purged and redriven, and attempts that ended with the broker's process. */
  readonly told = { purged: 0, redriven: 0, interrupted: 0 };
  readonly #topics: Topics;
  readonly #messages = new Map<number, SentMessage>();
  readonly #numbers = new Map<string, number>();
  readonly #queues = new Map<string, Queue>();
  #nextSighting = 1;

  constructor(topics: Topics) {
    this.#topics = topics;
    this.removals = new Removals(topics);
  }

  get messageCount(): number {
    return this.#messages.size;
  }

  get messages(): Iterable<SentMessage> {
    return this.#messages.values();
  }

  get nowMs(): number {
    return this.#topics.clock.nowMs;
  }

  queue(name: string): Queue {
    const known = this.#queues.get(name);
    if (known) return known;
    const queue: Queue = {
      name,
      items: new Map(),
      ...{ purgedUntilMs: 0, purges: 0, redrivenUntilMs: 0, redrives: 0 },
    };
    this.#queues.set(name, queue);
    return queue;
  }

  // ---- Publishing ----------------------------------------------------------------------------------------------------

  /** A message is about to be published; returns its number. */
  publish(topic: string, byteLength: number): number {
    const number = this.#messages.size + 1;
    const { nowMs, jumpedMs } = this.#topics.clock;
    const bytesBefore = this.removals.sent(topic, byteLength);
    const times = { sentAtMs: nowMs, jumpedMs, bytesBefore };
    const message: SentMessage = { number, topic, ...times, id: undefined, state: "sent" };
    this.#messages.set(number, message);
    for (const name of this.#topics.subscriptionsOf(topic)) {
      const { items, purgedUntilMs } = this.queue(name);
      const item = createItem(message);
      item.isPurgeAsked = nowMs < purgedUntilMs;
      items.set(number, item);
    }
    return number;
  }

  /** The broker says that it is stored, for so many subscriptions. */
  confirmed(number: number, told: { readonly id: string; readonly subscriptions: number }): void {
    const message = this.#messages.get(number);
    if (!message) return this.complain(`message ${number} was never published, and is confirmed`);
    this.#isAt(number, message, told.id);
    message.state = "confirmed";
    const { length } = this.#topics.subscriptionsOf(message.topic);
    if (told.subscriptions === length) return;
    this.complain(`message ${number} was stored for ${told.subscriptions} of ${length}`);
  }

  /** The broker says that it is not stored. */
  refused(number: number): void {
    const message = this.#messages.get(number);
    if (message?.id !== undefined) this.complain(`message ${number} was refused, and is there`);
    if (message) message.state = "refused";
  }

  // ---- Deliveries ----------------------------------------------------------------------------------------------------

  /** A handler got it. */
  delivered(
    place: Place,
    { number, id, attempt }: Sighting & { readonly attempt: number },
    death: DeadLetterReason | undefined,
  ): Seen {
    const message = this.#messages.get(number);
    const item = this.#queues.get(place.subscription)?.items.get(number);
    const sighting = this.#nextSighting++;
    if (!message || !item) {
      this.complain(`${place.subscription} has message ${number}, never published to it`);
    } else {
      this.#isAt(number, message, id);
      item.sightings += 1;
      note(item, `${sighting} ${place.isDead ? "dead letter" : "seen"} (attempt ${attempt})`);
      if (message.state === "refused") this.complainOf(place, number, "was refused, and is there");
      if (place.isDead) this.#checkDeath(place, item, death);
      else if (attempt > this.#topics.maxAttempts)
        this.complainOf(place, number, "has too many attempts");
    }
    return {
      ...{ sighting, place, number, attempt },
      wasAcked: item?.ackedBy !== undefined,
      wasRejected: item?.isRejectConfirmed ?? false,
      wasGone: item?.gone === "all" || (item?.gone === "live" && !place.isDead),
      leastFailures: item?.leastFailures ?? 0,
      redrives: item?.redrivesAsked ?? 0,
    };
  }

  /** The handler says what is to become of it. */
  ask({ sighting, place, number }: Seen, verdict: Verdict): void {
    const item = this.#queues.get(place.subscription)?.items.get(number);
    if (!item) return;
    note(item, `${sighting} ${verdict}?`);
    if (verdict === "ack") item.acksAsked += 1;
    if (verdict === "reject") item.rejectsAsked += 1;
  }

  /** The broker confirms that. */
  settled(seen: Seen, verdict: Verdict): void {
    const { sighting, place, number, attempt } = seen;
    const item = this.#queues.get(place.subscription)?.items.get(number);
    if (!item) return;
    note(item, `${sighting} ${verdict} confirmed`);
    if (seen.wasAcked) this.complainOf(place, number, "came back though its ack is confirmed");
    if (verdict === "ack") this.#acked(place, item, sighting);
    const isOutdated = !this.#isCurrent(seen, item);
    if (seen.wasGone && !isOutdated) this.complainOf(place, number, "came back, and was gone");
    if (place.isDead || isOutdated) return;
    if (seen.wasRejected) this.complainOf(place, number, "came back though it is a dead letter");
    if (attempt - 1 < seen.leastFailures) this.complainOf(place, number, "has too few attempts");
    if (verdict === "nack") item.leastFailures = Math.max(item.leastFailures, attempt);
    if (verdict === "reject") item.isRejectConfirmed = true;
  }

  /** A handler within the broker's process had these when that died of itself, and the next one serves: attempts that failed. */
  interrupted(seen: readonly Seen[]): void {
    for (const each of seen) {
      const item = this.#queues.get(each.place.subscription)?.items.get(each.number);
      if (!item || each.place.isDead || !this.#isCurrent(each, item)) continue;
      note(item, `${each.sighting} interrupted`);
      this.told.interrupted += 1;
      item.leastFailures = Math.max(item.leastFailures, each.attempt);
    }
  }

  // ---- Purges and redrives -------------------------------------------------------------------------------------------

  /**
   * What is in a subscription is about to be purged. Returns what is to be told when that is answered, or never will be.
   * `isExact`: what no handler got is not dead.
   */
  beginPurge(name: string, isExact: boolean): (count: number | undefined) => void {
    const queue = this.queue(name);
    const isAlone = this.nowMs >= queue.purgedUntilMs;
    const number = (queue.purges += 1);
    queue.purgedUntilMs = Math.max(queue.purgedUntilMs, this.nowMs + LATE_MS);
    const before = [...queue.items.values()];
    const most = before.filter(({ ackedBy, gone }) => ackedBy === undefined && gone === "no");
    const stored = before.filter(({ message }) => message.state === "confirmed");
    const sure = stored.filter((item) => isExact && !item.isPurgeAsked);
    for (const item of before) item.isPurgeAsked = true;
    return (count) => {
      const wasAlone = isAlone && queue.purges === number;
      if (count === undefined) queue.purgedUntilMs = this.nowMs + LATE_MS;
      else if (wasAlone) queue.purgedUntilMs = this.nowMs;
      if (count === undefined) return;
      this.told.purged += count;
      const least = sure.filter((item) => wasAlone && this.#isUntouched(item, name)).length;
      const mostOfAll = most.length + queue.items.size - before.length;
      if (count < least || count > mostOfAll) {
        const text = `there were ${least} at least and ${mostOfAll} at most`;
        this.complain(`${name}: ${count} messages were purged, and ${text}`);
      }
      // What is redriven meanwhile may come behind the purge.
      if (this.nowMs < queue.redrivenUntilMs) return;
      for (const item of stored) if (item.gone === "no") item.gone = "live";
    };
  }

  /** Dead letters are about to become ready; the same. `most`: no more than so many. */
  beginRedrive(name: string, most: number): (count: number | undefined) => void {
    const queue = this.queue(name);
    const isAlone = this.nowMs >= queue.redrivenUntilMs;
    const number = (queue.redrives += 1);
    queue.redrivenUntilMs = Math.max(queue.redrivenUntilMs, this.nowMs + LATE_MS);
    for (const item of queue.items.values()) {
      item.redrivesAsked += 1;
      item.isRejectConfirmed = false;
      item.leastFailures = 0;
      if (item.gone === "live") item.gone = "no";
    }
    return (count) => {
      const wasAlone = isAlone && queue.redrives === number;
      if (count === undefined) queue.redrivenUntilMs = this.nowMs + LATE_MS;
      else if (wasAlone) queue.redrivenUntilMs = this.nowMs;
      this.told.redriven += count ?? 0;
      if (count !== undefined && count > most) {
        this.complain(`${name}: ${count} dead letters were redriven, and there were ${most}`);
      }
    };
  }

  // ---- The end -------------------------------------------------------------------------------------------------------

  /** The broker says that nothing is left: each message that was stored has ended, and in one way. */
  checkEmpty(): Outcomes {
    const outcomes = { acked: 0, purged: 0, expired: 0, overflow: 0 };
    for (const { name, items } of this.#queues.values()) {
      for (const item of items.values()) {
        if (!isStored(item.message)) continue;
        const removal = item.acksAsked > 0 ? undefined : this.removals.reasonOf(item, name);
        if (removal) outcomes[removal] += 1;
        else if (item.acksAsked > 0) outcomes.acked += 1;
        else this.complainOf({ subscription: name, isDead: false }, item.message.number, "is lost");
      }
    }
    return outcomes;
  }

  complain(what: string): void {
    this.broken.push(what);
  }

  complainOf({ subscription, isDead }: Place, number: number, what: string): void {
    const { id = "?", state = "?" } = this.#messages.get(number) ?? {};
    const { trail = [] } = this.#queues.get(subscription)?.items.get(number) ?? {};
    const where = isDead ? `${subscription}/dlq` : subscription;
    this.complain(
      `message ${number} (${id}, ${state}) ${what} at ${where}; before: ${trail.join(", ")}`,
    );
  }

  /** Throws with what was broken, if anything was. */
  check(): void {
    if (this.broken.length > 0) throw new Error(this.broken.slice(0, 5).join("\n"));
  }

  #acked(place: Place, item: Item, sighting: number): void {
    if (item.ackedBy !== undefined) {
      this.complainOf(place, item.message.number, "was acked by two");
    }
    item.ackedBy = sighting;
  }

  /** Nobody has met it or asked for anything that concerns it, but a purge; and it cannot go by itself. */
  #isUntouched(item: Item, subscription: string): boolean {
    const { message, sightings, redrivesAsked, gone } = item;
    if (sightings > 0 || redrivesAsked > 0 || gone !== "no") return false;
    const mayGo = this.removals.reasonOf({ ...item, isPurgeAsked: false }, subscription);
    return mayGo === undefined && !this.removals.mayOverflow(message, "dead-letter");
  }

  /** What is said of a message before it was redriven says nothing of it afterwards. */
  #isCurrent({ place, redrives }: Seen, item: Item): boolean {
    const { redrivenUntilMs } = this.queue(place.subscription);
    return redrives === item.redrivesAsked && this.nowMs >= redrivenUntilMs;
  }

  #checkDeath(place: Place, item: Item, death: DeadLetterReason | undefined): void {
    const { message, rejectsAsked, redrivesAsked } = item;
    const isRight =
      death?.reason === "rejected"
        ? rejectsAsked > 0
        : death?.reason === "overflow"
          ? this.removals.mayOverflow(message, "dead-letter")
          : death?.reason === "attempts" && death.attempts >= this.#topics.maxAttempts;
    if (!isRight) {
      const text = `is dead without a reason: ${JSON.stringify(death)}`;
      this.complainOf(place, message.number, text);
    }
    if (death && death.redrives > redrivesAsked) {
      this.complainOf(place, message.number, `was redriven ${death.redrives} times`);
    }
  }

  /** Nothing was stored twice. */
  #isAt(number: number, message: SentMessage, id: string): void {
    message.id ??= id;
    if (message.id !== id) {
      this.complain(`message ${number} was stored twice: as ${message.id} and as ${id}`);
    }
    const other = this.#numbers.get(id) ?? number;
    if (other !== number) this.complain(`${id} is message ${number}, and was ${other}`);
    this.#numbers.set(id, number);
  }
}
