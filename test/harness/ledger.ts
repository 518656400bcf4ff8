/** What may be true of one message for one subscription. absent: it was never stored. dead: in the dead-letter queue. */
type Fate = "absent" | "live" | "dead" | "gone";

export type Verdict = "ack" | "nack" | "reject" | "release";

/** Where somebody met a message: at a subscription, or in its dead-letter queue. */
export interface Place {
  readonly subscription: string;
  readonly isDead: boolean;
}

/** One message as the broker showed it. */
export interface Sighting {
  readonly number: number;
  readonly id: string;
}

interface SentMessage {
  readonly topic: string;
  /** Known from its confirmation, or from whoever saw it first. */
  id: string | undefined;
  isConfirmed: boolean;
}

/** One message for one subscription. */
interface Item {
  /** More than one while nobody was told. */
  fates: readonly Fate[];
  /** Failed attempts: at least, and at most. */
  failures: { readonly least: number; readonly most: number };
  /** How often it was handed out, from the subscription and from its dead-letter queue. */
  liveCount: number;
  deadCount: number;
  /** Somebody has it, and has not given it back. */
  isHeld: boolean;
  readonly trail: string[];
}

/** A verdict that was sent and may be confirmed. */
export interface Asked {
  readonly number: number;
  readonly place: Place;
  readonly verdict: Verdict;
  readonly attempt: number;
  readonly liveCount: number;
  readonly deadCount: number;
}

export interface LedgerOptions {
  /** Of every subscription; 0: no limit. */
  readonly maxAttempts: number;
  /** Sessions end while clients are away: others get what they held, and it has failed. */
  readonly mayLoseLeases: boolean;
}

/** Of these and later ones the last is kept for the report. */
const TRAIL = 12;

/**
 * What clients sent, were told and saw: the oracle of runs in which the broker is killed. It gathers what breaks a promise:
 * what was confirmed is lost, what was settled comes back, what comes was not published or was stored twice, a message is
 * with two consumers, an attempt is miscounted.
 */
export class Ledger {
  readonly broken: string[] = [];
  /** Confirmations so far, of publishes and verdicts. */
  confirmedCount = 0;
  /** Told of every confirmation. */
  onConfirmed: () => void = () => {};
  readonly #subscriptionsOf: (topic: string) => readonly string[];
  readonly #maxAttempts: number;
  readonly #mayLoseLeases: boolean;
  readonly #messages = new Map<number, SentMessage>();
  /** By id: no two messages have the same. */
  readonly #numbers = new Map<string, number>();
  /** By subscription and number; what is gone for certain is only remembered by its number. */
  readonly #items = new Map<string, Map<number, Item>>();
  readonly #gone = new Map<string, Set<number>>();
  #nextNumber = 1;

  constructor(subscriptionsOf: (topic: string) => readonly string[], options: LedgerOptions) {
    this.#subscriptionsOf = subscriptionsOf;
    this.#maxAttempts = options.maxAttempts;
    this.#mayLoseLeases = options.mayLoseLeases;
  }

  get messageCount(): number {
    return this.#messages.size;
  }

  /** About how many messages wait for this subscription: where nobody was told of an ack, it counts. */
  backlog(subscription: string): number {
    return this.#all(subscription).filter((item) => isMost(item, "live")).length;
  }

  /** The same of its dead-letter queue. */
  deadLetters(subscription: string): number {
    return this.#all(subscription).filter((item) => isMost(item, "dead")).length;
  }

  // ---- Publishing ----------------------------------------------------------------------------------------------------

  /** A message is about to be published; returns its number. */
  publish(topic: string): number {
    const number = this.#nextNumber++;
    this.#messages.set(number, { topic, id: undefined, isConfirmed: false });
    for (const subscription of this.#subscriptionsOf(topic)) {
      const items = this.#items.get(subscription) ?? new Map<number, Item>();
      this.#items.set(subscription, items);
      items.set(number, {
        fates: ["absent", "live"],
        failures: { least: 0, most: 0 },
        liveCount: 0,
        deadCount: 0,
        isHeld: false,
        trail: [],
      });
    }
    return number;
  }

  /** The broker says that it is stored, for so many subscriptions. */
  confirmed(
    number: number,
    { id, subscriptions }: { readonly id: string; readonly subscriptions: number },
  ): void {
    const message = this.#messages.get(number);
    if (!message) return this.#complain(`message ${number} was never published, and is confirmed`);
    this.#isAt(number, message, id);
    message.isConfirmed = true;
    const names = this.#subscriptionsOf(message.topic);
    if (subscriptions !== names.length) {
      this.#complain(`message ${number} was stored for ${subscriptions} of ${names.length}`);
    }
    for (const name of names) {
      const item = this.#items.get(name)?.get(number);
      if (item) item.fates = item.fates.filter((fate) => fate !== "absent");
    }
    this.#countConfirmed();
  }

  /** The broker says that it is not stored. */
  refused(number: number): void {
    const { topic = "" } = this.#messages.get(number) ?? {};
    for (const name of this.#subscriptionsOf(topic)) {
      const item = this.#items.get(name)?.get(number);
      const place = { subscription: name, isDead: false };
      if (item) this.#is(place, number, item, "absent");
    }
  }

  // ---- Deliveries ----------------------------------------------------------------------------------------------------

  /** A consumer has it. */
  delivered(place: Place, { number, id, attempt }: Sighting & { readonly attempt: number }): void {
    const item = this.#find(place, number, id);
    if (!item) return;
    note(item, `${place.isDead ? "dead letter" : "delivered"} (attempt ${attempt})`);
    if (item.isHeld && !this.#mayLoseLeases)
      this.#complainOf(place, number, item, "is with two consumers at once");
    this.#is(place, number, item, place.isDead ? "dead" : "live");
    item.isHeld = true;
    if (place.isDead) {
      item.deadCount += 1;
      return;
    }
    item.liveCount += 1;
    const failures = attempt - 1;
    const { least, most } = item.failures;
    if (failures < least || (failures > most && !this.#mayLoseLeases)) {
      const range = least === most ? `${least}` : `${least} to ${most}`;
      this.#complainOf(place, number, item, `failed ${failures} times, and it was ${range}`);
    }
    item.failures = { least: failures, most: failures };
  }

  /** The consumer that has it sends its verdict. */
  ask(place: Place, number: number, verdict: Verdict, attempt: number): Asked {
    const item = this.#items.get(place.subscription)?.get(number);
    const { liveCount = 0, deadCount = 0 } = item ?? {};
    if (item) {
      note(item, `${verdict}?`);
      const becomes = this.#after(place, verdict, attempt);
      item.fates = [...new Set([...item.fates, becomes])];
      if (verdict === "nack" && !place.isDead) {
        item.failures = { ...item.failures, most: Math.max(item.failures.most, attempt) };
      }
      if (verdict === "nack" || verdict === "release" || becomes === "dead") item.isHeld = false;
    }
    return { number, place, verdict, attempt, liveCount, deadCount };
  }

  /** The broker confirms a verdict. Others may already have seen what came of it. */
  settled({ number, place, verdict, attempt, liveCount, deadCount }: Asked): void {
    this.#countConfirmed();
    const item = this.#items.get(place.subscription)?.get(number);
    if (!item) return;
    note(item, `${verdict} confirmed`);
    const isSeenAgain = place.isDead ? item.deadCount > deadCount : item.liveCount > liveCount;
    const becomes = this.#after(place, verdict, attempt);
    if (isSeenAgain) {
      if (becomes === "gone" || verdict === "reject") {
        this.#complainOf(place, number, item, `came back though its ${verdict} is confirmed`);
      }
      return;
    }
    if (verdict === "nack" && !place.isDead) item.failures = { least: attempt, most: attempt };
    if (becomes === "gone") item.isHeld = false;
    if (becomes === "dead" && item.deadCount > deadCount) return;
    item.fates = [becomes];
  }

  // ---- After a crash -------------------------------------------------------------------------------------------------

  /** The broker died: nobody holds anything. */
  died(): void {
    for (const items of this.#items.values()) {
      for (const item of items.values()) {
        item.isHeld = false;
        note(item, "killed");
      }
    }
  }

  /** All that a subscription and its dead-letter queue have, while nothing is under way. What is known afterwards is certain. */
  audit(subscription: string, live: readonly Sighting[], dead: readonly Sighting[]): void {
    const seen = new Map<number, Fate>();
    for (const [fate, sightings] of [
      ["live", live],
      ["dead", dead],
    ] as const) {
      const place = { subscription, isDead: fate === "dead" };
      for (const { number, id } of sightings) {
        const item = this.#find(place, number, id);
        if (item && seen.has(number)) this.#complainOf(place, number, item, "is there twice");
        seen.set(number, fate);
        if (item) this.#is(place, number, item, fate);
      }
    }
    for (const [number, item] of this.#items.get(subscription) ?? []) {
      if (seen.has(number)) continue;
      const isRight = item.fates.some((fate) => fate === "absent" || fate === "gone");
      if (!isRight) this.#complainOf({ subscription, isDead: false }, number, item, "is lost");
      this.#items.get(subscription)?.delete(number);
      this.#goneFrom(subscription).add(number);
    }
  }

  /** Throws with what was broken, if anything was. */
  check(): void {
    if (this.broken.length === 0) return;
    const more = this.broken.length > 5 ? `\nand ${this.broken.length - 5} more` : "";
    throw new Error(`${this.broken.slice(0, 5).join("\n")}${more}`);
  }

  /** Something else went wrong that a broker must not do. */
  complain(what: string): void {
    this.#complain(what);
  }

  #all(subscription: string): Item[] {
    return [...(this.#items.get(subscription)?.values() ?? [])];
  }

  #after({ isDead }: Place, verdict: Verdict, attempt: number): Fate {
    if (verdict === "ack") return "gone";
    if (isDead) return "dead";
    const isLast = verdict === "nack" && this.#maxAttempts > 0 && attempt >= this.#maxAttempts;
    return verdict === "reject" || isLast ? "dead" : "live";
  }

  /** Nothing comes that was not published, and nothing was stored twice. */
  #find({ subscription }: Place, number: number, id: string): Item | undefined {
    const message = this.#messages.get(number);
    const item = this.#items.get(subscription)?.get(number);
    if (message) this.#isAt(number, message, id);
    if (message && item) return item;
    const isGone = this.#goneFrom(subscription).has(number);
    const why = isGone ? "which was gone for certain" : "never published to it";
    this.#complain(`${subscription} has message ${number} (${id}), ${why}`);
    return undefined;
  }

  #goneFrom(subscription: string): Set<number> {
    const gone = this.#gone.get(subscription) ?? new Set<number>();
    this.#gone.set(subscription, gone);
    return gone;
  }

  #isAt(number: number, message: SentMessage, id: string): void {
    if (message.id !== undefined && message.id !== id) {
      this.#complain(`message ${number} was stored twice: as ${message.id} and as ${id}`);
    }
    message.id ??= id;
    const other = this.#numbers.get(id);
    if (other === undefined) this.#numbers.set(id, number);
    else if (other !== number) this.#complain(`${id} is message ${number}, and was ${other}`);
  }

  #is(place: Place, number: number, item: Item, fate: Fate): void {
    if (!item.fates.includes(fate)) this.#complainOf(place, number, item, `is ${fate}`);
    item.fates = [fate];
  }

  #countConfirmed(): void {
    this.confirmedCount += 1;
    this.onConfirmed();
  }

  #complainOf({ subscription }: Place, number: number, item: Item, what: string): void {
    const { id = "?", isConfirmed } = this.#messages.get(number) ?? {};
    const told = isConfirmed ? "confirmed" : "not confirmed";
    const may = item.fates.join(" or ");
    const before = item.trail.join(", ");
    this.#complain(
      `message ${number} (${id}, ${told}) ${what} at ${subscription}; it may be ${may}; before: ${before}`,
    );
  }

  #complain(what: string): void {
    this.broken.push(what);
  }
}

const isMost = ({ fates }: Item, fate: Fate): boolean =>
  fates.includes(fate) && !fates.includes("gone");

function note(item: Item, what: string): void {
  item.trail.push(what);
  if (item.trail.length > TRAIL) item.trail.shift();
}
