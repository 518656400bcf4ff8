import type { DeadLetterReason } from "../../../client/src/types.js";
import type { Place, Sighting, Verdict } from "../ledger.js";

/** Of these and later ones the last is kept for the report. */
const TRAIL = 14;

/** What is certain of one message for one subscription and its dead-letter queue. */
interface Item {
  /** The sighting whose ack is confirmed. */
  ackedBy: number | undefined;
  /** So often somebody asked for it. */
  acksAsked: number;
  rejectsAsked: number;
  isRejectConfirmed: boolean;
  /** Failed attempts, at least. */
  leastFailures: number;
  readonly trail: string[];
}

interface SentMessage {
  readonly topic: string;
  /** Known from its confirmation, or from whoever saw it first. */
  id: string | undefined;
  state: "sent" | "confirmed" | "refused";
}

/** A delivery as a handler got it, with what was certain of the message by then. */
export interface Seen {
  readonly sighting: number;
  readonly place: Place;
  readonly number: number;
  readonly attempt: number;
  readonly wasAcked: boolean;
  readonly wasRejected: boolean;
  readonly leastFailures: number;
}

/**
 * The oracle of a world in which everything may arrive late: a delivery may reach its handler when others have settled
 * the message for long. A confirmed verdict proves that its lease was good at some time after the delivery was seen; so
 * that is when it is compared with what was certain before. It gathers what breaks a promise.
 */
export class LateLedger {
  readonly broken: string[] = [];
  readonly #subscriptionsOf: (topic: string) => readonly string[];
  readonly #maxAttempts: number;
  readonly #messages = new Map<number, SentMessage>();
  readonly #numbers = new Map<string, number>();
  /** By subscription and number. */
  readonly #items = new Map<string, Map<number, Item>>();
  #nextSighting = 1;

  /** @param maxAttempts - Of every subscription. */
  constructor(subscriptionsOf: (topic: string) => readonly string[], maxAttempts: number) {
    this.#subscriptionsOf = subscriptionsOf;
    this.#maxAttempts = maxAttempts;
  }

  get messageCount(): number {
    return this.#messages.size;
  }

  /** A message is about to be published; returns its number. */
  publish(topic: string): number {
    const number = this.#messages.size + 1;
    this.#messages.set(number, { topic, id: undefined, state: "sent" });
    for (const name of this.#subscriptionsOf(topic)) {
      const items = this.#items.get(name) ?? new Map<number, Item>();
      this.#items.set(name, items);
      const counts = { acksAsked: 0, rejectsAsked: 0, leastFailures: 0 };
      items.set(number, { ...counts, ackedBy: undefined, isRejectConfirmed: false, trail: [] });
    }
    return number;
  }

  /** The broker says that it is stored, for so many subscriptions. */
  confirmed(number: number, told: { readonly id: string; readonly subscriptions: number }): void {
    const message = this.#messages.get(number);
    if (!message) return this.complain(`message ${number} was never published, and is confirmed`);
    this.#isAt(number, message, told.id);
    message.state = "confirmed";
    const { length } = this.#subscriptionsOf(message.topic);
    if (told.subscriptions === length) return;
    this.complain(`message ${number} was stored for ${told.subscriptions} of ${length}`);
  }

  /** The broker says that it is not stored. */
  refused(number: number): void {
    const message = this.#messages.get(number);
    if (message?.id !== undefined) this.complain(`message ${number} was refused, and is there`);
    if (message) message.state = "refused";
  }

  /** A handler got it. */
  delivered(
    place: Place,
    { number, id, attempt }: Sighting & { readonly attempt: number },
    death: DeadLetterReason | undefined,
  ): Seen {
    const message = this.#messages.get(number);
    const item = this.#items.get(place.subscription)?.get(number);
    const sighting = this.#nextSighting++;
    if (!message || !item) {
      this.complain(`${place.subscription} has message ${number}, never published to it`);
    } else {
      this.#isAt(number, message, id);
      note(item, `${sighting} ${place.isDead ? "dead letter" : "seen"} (attempt ${attempt})`);
      if (message.state === "refused") this.#complainOf(place, number, "was refused, and is there");
      if (place.isDead) this.#checkDeath(place, number, item, death);
      else if (attempt > this.#maxAttempts)
        this.#complainOf(place, number, "has too many attempts");
    }
    return {
      ...{ sighting, place, number, attempt },
      wasAcked: item?.ackedBy !== undefined,
      wasRejected: item?.isRejectConfirmed ?? false,
      leastFailures: item?.leastFailures ?? 0,
    };
  }

  /** The handler says what is to become of it. */
  ask({ sighting, place, number }: Seen, verdict: Verdict): void {
    const item = this.#items.get(place.subscription)?.get(number);
    if (!item) return;
    note(item, `${sighting} ${verdict}?`);
    if (verdict === "ack") item.acksAsked += 1;
    if (verdict === "reject") item.rejectsAsked += 1;
  }

  /** The broker confirms that. */
  settled(seen: Seen, verdict: Verdict): void {
    const { sighting, place, number, attempt } = seen;
    const item = this.#items.get(place.subscription)?.get(number);
    if (!item) return;
    note(item, `${sighting} ${verdict} confirmed`);
    if (seen.wasAcked) this.#complainOf(place, number, "came back though its ack is confirmed");
    if (place.isDead) {
      if (verdict === "ack") this.#acked(place, number, item, sighting);
      return;
    }
    if (seen.wasRejected) this.#complainOf(place, number, "came back though it is a dead letter");
    if (attempt - 1 < seen.leastFailures) this.#complainOf(place, number, "has too few attempts");
    if (verdict === "ack") this.#acked(place, number, item, sighting);
    if (verdict === "nack") item.leastFailures = Math.max(item.leastFailures, attempt);
    if (verdict === "reject") item.isRejectConfirmed = true;
  }

  /** The broker says that nothing is left: whatever was stored must have been acked by somebody. */
  checkEmpty(): void {
    for (const [subscription, items] of this.#items) {
      for (const [number, item] of items) {
        const { id, state } = this.#messages.get(number) ?? {};
        const isStored = state === "confirmed" || id !== undefined;
        const place = { subscription, isDead: false };
        if (isStored && item.acksAsked === 0) this.#complainOf(place, number, "is lost");
      }
    }
  }

  complain(what: string): void {
    this.broken.push(what);
  }

  /** Throws with what was broken, if anything was. */
  check(): void {
    if (this.broken.length > 0) throw new Error(this.broken.slice(0, 5).join("\n"));
  }

  #acked(place: Place, number: number, item: Item, sighting: number): void {
    if (item.ackedBy !== undefined) this.#complainOf(place, number, "was acked by two");
    item.ackedBy = sighting;
  }

  #checkDeath(
    place: Place,
    number: number,
    { rejectsAsked }: Item,
    death: DeadLetterReason | undefined,
  ): void {
    const isRight =
      death?.reason === "rejected"
        ? rejectsAsked > 0
        : death?.reason === "attempts" && death.attempts >= this.#maxAttempts;
    if (isRight) return;
    this.#complainOf(place, number, `is dead without a reason: ${JSON.stringify(death)}`);
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

  #complainOf({ subscription, isDead }: Place, number: number, what: string): void {
    const { id = "?", state = "?" } = this.#messages.get(number) ?? {};
    const { trail = [] } = this.#items.get(subscription)?.get(number) ?? {};
    const where = isDead ? `${subscription}/dlq` : subscription;
    this.complain(
      `message ${number} (${id}, ${state}) ${what} at ${where}; before: ${trail.join(", ")}`,
    );
  }
}

function note(item: Item, what: string): void {
  item.trail.push(what);
  if (item.trail.length > TRAIL) item.trail.shift();
}
