/** What may be true of one message for one subscription. */
export type Fate =
  /** It was never stored. */
  | "absent"
  | "live"
  /** In the dead-letter queue. */
  | "dead"
  // What ends it: one of these, once.
  | "settled"
  | "purged"
  | "expired";

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

export interface Delivered extends Sighting {
  readonly attempt: number;
  /** The consumer that has it. */
  readonly by: string;
}

/** What a consumer is about to say of a message that it has. */
export interface Asking {
  readonly place: Place;
  readonly number: number;
  readonly verdict: Verdict;
  readonly attempt: number;
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
  /** How often it may have been redriven, and how often when it was handed out as a dead letter. */
  redrives: number;
  redrivesWhenHandedOut: number;
  /** A redrive since the last audit may have moved it: whoever shows it as dead may have been told before. */
  isLoose: boolean;
  /** Who has it, and has not given it back: of the message, and of the dead letter. */
  holder: string | undefined;
  deadHolder: string | undefined;
  /** Its dead letter was read by a consumer after a redrive had moved it: nothing that is said of that may be confirmed. */
  isOvertaken: boolean;
  readonly trail: string[];
}

/** A verdict that was sent and may be confirmed. */
interface Asked extends Asking {
  readonly liveCount: number;
  readonly deadCount: number;
  readonly redrivesWhenHandedOut: number;
  readonly isOvertaken: boolean;
  /** Nothing else could have made that of it. */
  readonly isNewFate: boolean;
}

/** Messages that are about to be redriven or dropped. */
interface Sweep {
  readonly place: Place;
  readonly outcome: "redriven" | "purged" | "expired";
  /** Those that must be concerned, and those that may. */
  readonly certain: readonly Item[];
  readonly possible: readonly (readonly [number, Item])[];
}

export interface LedgerOptions {
  /** Subscriptions by topic. */
  readonly topics: Readonly<Record<string, readonly string[]>>;
  /** Of every subscription; 0: no limit. */
  readonly maxAttempts: number;
  /** Sessions end while clients are away: others get what they held, and it has failed. */
  readonly mayLoseLeases: boolean;
}

/** Of these and later ones the last is kept for the report. */
const TRAIL = 12;

/**
 * What clients sent, were told and saw: the oracle of runs in which processes are killed. It gathers what breaks a promise:
 * what was confirmed is lost, what was settled comes back, what comes was not published or was stored twice, a message is
 * with two consumers, an attempt is miscounted, a message ends twice or not at all. It knows nothing but what it is told,
 * so that the same events give the same verdict again.
 */
export class Ledger {
  readonly broken: string[] = [];
  /** How messages ended, as far as that is certain: by subscription and outcome. */
  readonly outcomes = new Map<string, number>();
  readonly #options: LedgerOptions;
  readonly #messages = new Map<number, SentMessage>();
  /** By id: no two messages have the same. */
  readonly #numbers = new Map<string, number>();
  /** By subscription and number; what is gone for certain is only remembered by its number. */
  readonly #items = new Map<string, Map<number, Item>>();
  readonly #gone = new Map<string, Set<number>>();
  /** By the number that its asker gave it. */
  readonly #asked = new Map<number, Asked>();
  readonly #sweeps = new Map<number, Sweep>();
  /** Consumers that are about to be killed, or are: what they have may be with others. */
  readonly #doomed = new Set<string>();

  constructor(options: LedgerOptions) {
    this.#options = options;
    for (const name of new Set(Object.values(options.topics).flat())) {
      this.#items.set(name, new Map());
      this.#gone.set(name, new Set());
    }
  }

  get messageCount(): number {
    return this.#messages.size;
  }

  get subscriptions(): readonly string[] {
    return [...this.#items.keys()];
  }

  /** About how many messages wait for this subscription, or are in its dead-letter queue: where nobody was told, they count. */
  count({ subscription, isDead }: Place): number {
    let count = 0;
    for (const { fates } of this.#itemsOf(subscription).values()) {
      if (fates.includes(isDead ? "dead" : "live") && !fates.some(isEnd)) count += 1;
    }
    return count;
  }

  // ---- Publishing ----------------------------------------------------------------------------------------------------

  /** A message is about to be published. */
  publish(number: number, topic: string): void {
    if (this.#messages.has(number)) return this.complain(`message ${number} was published twice`);
    this.#messages.set(number, { topic, id: undefined, isConfirmed: false });
    for (const subscription of this.#subscriptionsOf(topic)) {
      this.#itemsOf(subscription).set(number, {
        fates: ["absent", "live"],
        failures: { least: 0, most: 0 },
        liveCount: 0,
        deadCount: 0,
        redrives: 0,
        redrivesWhenHandedOut: 0,
        isLoose: false,
        holder: undefined,
        deadHolder: undefined,
        isOvertaken: false,
        trail: [],
      });
    }
  }

  /** The broker says that it is stored, for so many subscriptions. */
  confirmed(
    number: number,
    { id, subscriptions }: { readonly id: string; readonly subscriptions: number },
  ): void {
    const message = this.#messages.get(number);
    if (!message) return this.complain(`message ${number} was never published, and is confirmed`);
    this.#isAt(number, message, id);
    message.isConfirmed = true;
    const names = this.#subscriptionsOf(message.topic);
    if (subscriptions !== names.length) {
      this.complain(`message ${number} was stored for ${subscriptions} of ${names.length}`);
    }
    for (const name of names) {
      const item = this.#itemsOf(name).get(number);
      if (item) item.fates = item.fates.filter((fate) => fate !== "absent");
    }
  }

  /** The broker says that it is not stored. */
  refused(number: number): void {
    const { topic = "" } = this.#messages.get(number) ?? {};
    for (const name of this.#subscriptionsOf(topic)) {
      const item = this.#itemsOf(name).get(number);
      if (item) this.#is({ subscription: name, isDead: false }, number, item, "absent");
    }
  }

  // ---- Deliveries ----------------------------------------------------------------------------------------------------

  /** A consumer has it. */
  delivered(place: Place, { number, id, attempt, by }: Delivered): void {
    const item = this.#find(place, number, id);
    if (!item) return;
    note(item, `${place.isDead ? "dead letter" : "delivered"} (attempt ${attempt})`);
    if (place.isDead) item.isOvertaken = isOvertaken(item);
    if (place.isDead && item.isOvertaken) {
      item.redrivesWhenHandedOut = item.redrives - 1;
      return;
    }
    const holder = place.isDead ? item.deadHolder : item.holder;
    const isHeld = holder !== undefined && !this.#doomed.has(holder);
    if (isHeld && !this.#options.mayLoseLeases) {
      this.#complainOf(place, number, item, "is with two consumers at once");
    }
    // A redrive that is under way may still move it.
    if (place.isDead) item.redrivesWhenHandedOut = item.redrives;
    this.#is(place, number, item, place.isDead ? "dead" : "live");
    hold(item, place, by);
    if (place.isDead) {
      item.deadCount += 1;
      return;
    }
    item.liveCount += 1;
    // Whoever had it as a dead letter has lost it to a redrive.
    item.deadHolder = undefined;
    this.#countFailures(place, number, item, attempt - 1);
  }

  /** The consumer that has it is about to send its verdict. */
  ask(ask: number, asking: Asking): void {
    const { place, number, verdict, attempt } = asking;
    const item = this.#itemsOf(place.subscription).get(number);
    if (!item) return;
    note(item, `${verdict}?`);
    const becomes = this.#after(asking);
    const { liveCount, deadCount, redrivesWhenHandedOut } = item;
    const isNewFate = !item.fates.includes(becomes);
    const isOvertaken = place.isDead && item.isOvertaken;
    const known = { liveCount, deadCount, redrivesWhenHandedOut, isOvertaken, isNewFate };
    this.#asked.set(ask, { ...asking, ...known });
    this.#become(place.subscription, item, [...item.fates, becomes]);
    if (verdict === "nack" && !place.isDead) {
      item.failures = { ...item.failures, most: Math.max(item.failures.most, attempt) };
    }
    if (verdict !== "ack") hold(item, place, undefined);
  }

  /** The broker confirms a verdict. Others may already have seen what came of it. */
  settled(ask: number): void {
    const asked = this.#asked.get(ask);
    this.#asked.delete(ask);
    const item = asked && this.#itemsOf(asked.place.subscription).get(asked.number);
    if (!item) return;
    const { place, number, verdict, attempt, liveCount, deadCount } = asked;
    note(item, `${verdict} confirmed`);
    if (asked.isOvertaken) {
      this.#complainOf(
        place,
        number,
        item,
        `was redriven, and its ${verdict} as dead letter is confirmed`,
      );
    }
    const isSeenAgain = place.isDead ? item.deadCount > deadCount : item.liveCount > liveCount;
    const becomes = this.#after(asked);
    // A dead letter may have been redriven, seen again and have died again by now.
    if (item.redrives > 0 && becomes !== "settled") return;
    if (isSeenAgain) {
      if (becomes === "settled" || verdict === "reject") {
        this.#complainOf(place, number, item, `came back though its ${verdict} is confirmed`);
      }
      return;
    }
    if (verdict === "nack" && !place.isDead) item.failures = { least: attempt, most: attempt };
    if (becomes === "settled") hold(item, place, undefined);
    if (becomes === "dead" && item.deadCount > deadCount) return;
    this.#become(place.subscription, item, [becomes]);
  }

  /** The broker says that a consumer has lost its lease. Unless sessions end, its verdict has no effect. */
  leaseLost(ask: number): void {
    const asked = this.#asked.get(ask);
    this.#asked.delete(ask);
    const item = asked && this.#itemsOf(asked.place.subscription).get(asked.number);
    if (!item) return;
    const { place, number, verdict, redrivesWhenHandedOut, isNewFate } = asked;
    const wasRedriven = item.redrives > redrivesWhenHandedOut;
    note(item, `${verdict} refused`);
    if (place.isDead) item.deadHolder = undefined;
    // Where sessions end, a verdict may have been heard and its answer lost.
    if (this.#options.mayLoseLeases) return;
    if (isNewFate && !this.#isAskedAgain(asked)) {
      item.fates = item.fates.filter((fate) => fate !== this.#after(asked));
    }
    const mayBeLost = place.isDead && wasRedriven;
    if (!mayBeLost) this.#complainOf(place, number, item, `lost its lease before its ${verdict}`);
  }

  /** Another verdict under way has the same outcome: that on a redriven message, and one on its dead letter. */
  #isAskedAgain(refused: Asking): boolean {
    const { place, number } = refused;
    return [...this.#asked.values()].some(
      (open) =>
        open.number === number &&
        open.place.subscription === place.subscription &&
        this.#after(open) === this.#after(refused),
    );
  }

  // ---- Dead letters and purges ---------------------------------------------------------------------------------------

  /** Some or all dead letters of a subscription are about to be redriven. */
  redrive(sweep: number, subscription: string): void {
    const place = { subscription, isDead: true };
    for (const [, item] of this.#sweep(sweep, place, "redriven").possible) {
      note(item, "redrive?");
      this.#mayBeRedriven(item);
      item.deadHolder = undefined;
    }
  }

  /** The broker says that it has moved them; or nobody will ever say. */
  redriven(sweep: number): void {
    this.#endOf(sweep);
  }

  /** All messages at a place are about to end, while nobody has or settles any of them. */
  drop(sweep: number, place: Place, outcome: "purged" | "expired"): void {
    for (const [, item] of this.#sweep(sweep, place, outcome).possible) {
      note(item, `${outcome}?`);
      item.fates = [...new Set([...item.fates, outcome])];
    }
  }

  /** The broker says that it was done, and to how many; without a number nobody will ever say. */
  dropped(sweep: number, count?: number): void {
    const { place, possible, certain } = this.#endOf(sweep);
    if (count === undefined) return;
    const range = `${certain.length} to ${possible.length}`;
    if (count < certain.length || count > possible.length) {
      this.complain(`${place.subscription}: ${count} messages dropped, and there were ${range}`);
    }
    const was: Fate = place.isDead ? "dead" : "live";
    for (const [, item] of possible) {
      item.fates = item.fates.filter((fate) => fate !== was && fate !== "absent");
    }
  }

  // ---- After a crash -------------------------------------------------------------------------------------------------

  /** The broker died: nobody holds anything. */
  died(): void {
    for (const items of this.#items.values()) {
      for (const item of items.values()) {
        item.holder = undefined;
        item.deadHolder = undefined;
        note(item, "killed");
      }
    }
  }

  /**
   * A consumer is about to be killed: whatever it has, known or not, has failed once more or waits for others. Only where
   * messages have any number of attempts.
   */
  doom(consumer: string): void {
    this.#doomed.add(consumer);
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
        if (item) item.isLoose = false;
        if (item && seen.has(number)) this.#complainOf(place, number, item, "is there twice");
        seen.set(number, fate);
        if (item) this.#is(place, number, item, fate);
      }
    }
    for (const [number, item] of this.#itemsOf(subscription)) {
      if (!seen.has(number)) this.#isGone(subscription, number, item);
    }
  }

  /** Something else went wrong that a broker must not do. */
  complain(what: string): void {
    this.broken.push(what);
  }

  #subscriptionsOf(topic: string): readonly string[] {
    return this.#options.topics[topic] ?? [];
  }

  #itemsOf(subscription: string): Map<number, Item> {
    const items = this.#items.get(subscription);
    if (!items) throw new Error(`no topic has the subscription ${subscription}`);
    return items;
  }

  #after({ place, verdict, attempt }: Asking): Fate {
    if (verdict === "ack") return "settled";
    if (place.isDead) return "dead";
    const { maxAttempts } = this.#options;
    const isLast = verdict === "nack" && maxAttempts > 0 && attempt >= maxAttempts;
    return verdict === "reject" || isLast ? "dead" : "live";
  }

  /** What dies while a redrive is under way may be moved by it, too. */
  #become(subscription: string, item: Item, fates: readonly Fate[]): void {
    item.fates = [...new Set(fates)];
    const isRedriving = [...this.#sweeps.values()].some(
      ({ place, outcome }) => outcome === "redriven" && place.subscription === subscription,
    );
    if ((isRedriving || item.isLoose) && item.fates.includes("dead")) this.#mayBeRedriven(item);
  }

  /** It begins anew. */
  #mayBeRedriven(item: Item): void {
    item.fates = [...new Set([...item.fates, "live" as const])];
    item.failures = { ...item.failures, least: 0 };
    item.redrives += 1;
    item.isLoose = true;
  }

  #countFailures(place: Place, number: number, item: Item, failures: number): void {
    const { least, most } = item.failures;
    const isTooMany = failures > most + this.#doomed.size && !this.#options.mayLoseLeases;
    if (failures < least || isTooMany) {
      const range = least === most ? `${least}` : `${least} to ${most}`;
      this.#complainOf(place, number, item, `failed ${failures} times, and it was ${range}`);
    }
    const { maxAttempts } = this.#options;
    if (maxAttempts > 0 && failures >= maxAttempts) {
      this.#complainOf(place, number, item, `is handed out for the ${failures + 1}. time`);
    }
    item.failures = { least: failures, most: failures };
  }

  #sweep(number: number, place: Place, outcome: Sweep["outcome"]): Sweep {
    const fate: Fate = place.isDead ? "dead" : "live";
    const possible = [...this.#itemsOf(place.subscription)].filter(([, { fates }]) =>
      fates.includes(fate),
    );
    const certain = possible.map(([, item]) => item).filter(({ fates }) => fates.length === 1);
    const sweep = { place, outcome, certain, possible };
    this.#sweeps.set(number, sweep);
    return sweep;
  }

  #endOf(number: number): Sweep {
    const sweep = this.#sweeps.get(number);
    if (!sweep) throw new Error(`nothing was asked for as ${number}`);
    this.#sweeps.delete(number);
    return sweep;
  }

  /** Nothing comes that was not published, and nothing was stored twice. */
  #find({ subscription }: Place, number: number, id: string): Item | undefined {
    const message = this.#messages.get(number);
    const item = this.#itemsOf(subscription).get(number);
    if (message) this.#isAt(number, message, id);
    if (message && item) return item;
    const isGone = this.#gone.get(subscription)?.has(number) === true;
    const why = isGone ? "which was gone for certain" : "never published to it";
    this.complain(`${subscription} has message ${number} (${id}), ${why}`);
    return undefined;
  }

  #isAt(number: number, message: SentMessage, id: string): void {
    if (message.id !== undefined && message.id !== id) {
      this.complain(`message ${number} was stored twice: as ${message.id} and as ${id}`);
    }
    message.id ??= id;
    const other = this.#numbers.get(id);
    if (other === undefined) this.#numbers.set(id, number);
    else if (other !== number) this.complain(`${id} is message ${number}, and was ${other}`);
  }

  #is(place: Place, number: number, item: Item, fate: Fate): void {
    if (!item.fates.includes(fate)) this.#complainOf(place, number, item, `is ${fate}`);
    this.#become(place.subscription, item, [fate]);
  }

  #isGone(subscription: string, number: number, item: Item): void {
    const ends = item.fates.filter((fate) => isEnd(fate) || fate === "absent");
    if (ends.length === 0) {
      this.#complainOf({ subscription, isDead: false }, number, item, "is lost");
    }
    const outcome = `${subscription} ${ends.length === 1 ? ends[0] : "one of several"}`;
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    this.#itemsOf(subscription).delete(number);
    this.#gone.get(subscription)?.add(number);
  }

  #complainOf({ subscription }: Place, number: number, item: Item, what: string): void {
    const { id = "?", isConfirmed } = this.#messages.get(number) ?? {};
    const told = isConfirmed ? "confirmed" : "not confirmed";
    const may = item.fates.join(" or ");
    const before = item.trail.join(", ");
    this.complain(
      `message ${number} (${id}, ${told}) ${what} at ${subscription}; it may be ${may}; before: ${before}`,
    );
  }
}

/** As a dead letter: a redrive has moved it, and others had it from there, before its consumer read that it has it. */
const isOvertaken = ({ fates, isLoose }: Item): boolean => isLoose && !fates.includes("dead");

const isEnd = (fate: Fate): boolean =>
  fate === "settled" || fate === "purged" || fate === "expired";

function hold(item: Item, { isDead }: Place, by: string | undefined): void {
  if (isDead) item.deadHolder = by;
  else item.holder = by;
}

function note(item: Item, what: string): void {
  item.trail.push(what);
  if (item.trail.length > TRAIL) item.trail.shift();
}
