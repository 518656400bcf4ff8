import type { Outcome } from "../../src/broker/engine.js";

/** What may be true of one message for one subscription. */
export interface Fate {
  /** absent: it was never stored for it. gone: settled, purged or expired. */
  readonly kind: "absent" | "live" | "dead" | "gone";
  readonly failures: number;
  readonly crashes: number;
  readonly note: string | undefined;
  readonly redrives: number;
  /** It must not come before this time of the wall clock. */
  readonly dueAtMs: number;
}

/** One message as an engine shows it to one subscription. */
export interface Sighting {
  readonly message: number;
  readonly kind: "live" | "dead";
  readonly failures: number;
  readonly crashes: number;
  readonly note: string | undefined;
  readonly redrives: number | undefined;
  readonly topic: number;
  readonly position: number;
  /** Handed over when the process stopped; undefined: not asked. */
  readonly interrupted?: boolean;
}

/** A message that was handed to `commit` at least once. */
export interface SentMessage {
  readonly id: number;
  readonly topic: number;
  /** Units are numbered in the order in which they were committed. */
  unit: number;
  /** Wall clock when it was last committed. */
  sentAtMs: number;
  /** Whether it is stored, as far as anybody was told. */
  state: "sent" | "stored" | "unknown" | "absent";
  position: number | undefined;
  /** Whether a purge of its topic took it from subscriptions to come. */
  purge: "none" | "maybe" | "done";
}

/** One message for one subscription. */
export interface Item {
  readonly message: SentMessage;
  readonly subscription: number;
  /** The subscription was there for certain when the message was sent. */
  readonly isCertain: boolean;
  /** More than one only while something is under way, or since a crash. */
  fates: readonly Fate[];
  /** Every fate since the last one that survives a power cut for certain. */
  history: readonly Fate[];
  isHandedOut: boolean;
  isSettling: boolean;
  /** Answers that are awaited and may change its fate though it comes meanwhile. */
  openMoves: number;
  /**
   * Whether a consumer within the process has it: written, as far as anybody was told, or on its way to it or from it.
   * returned: that it was is written and not synced.
   */
  handOver: "none" | "maybe" | "written" | "returning" | "returned";
  /**
   * Whether that was so when the process died, and it was not settled since. written: what says so was not synced before,
   * and no start has come so far as to do it: a power cut may undo it.
   */
  interrupted: "no" | "maybe" | "written" | "yes";
  /** Since what is known survives everything. */
  wasHandedOver: boolean;
  /** What happened to it, for the report. */
  readonly trail: string[];
}

/** Whether something that a unit did was found after a crash. */
export interface Evidence {
  readonly unit: number;
  readonly isPresent: boolean;
  readonly what: string;
}

export const ABSENT: Fate = {
  kind: "absent",
  failures: 0,
  crashes: 0,
  note: undefined,
  redrives: 0,
  dueAtMs: 0,
};
export const LIVE: Fate = { ...ABSENT, kind: "live" };
export const GONE: Fate = { ...ABSENT, kind: "gone" };

const textOf = ({ kind, failures, crashes, note, redrives }: Fate): string =>
  `${kind} f${failures} c${crashes} n${note ?? ""} r${redrives}`;

const union = (a: readonly Fate[], b: readonly Fate[]): Fate[] => [
  ...new Map([...a, ...b].map((fate) => [`${textOf(fate)} ${fate.dueAtMs}`, fate])).values(),
];

/** What becomes of a live or dead message by an outcome. */
export function fateAfter(fate: Fate, outcome: Outcome, nowMs: number): Fate {
  if (outcome.kind === "done") return GONE;
  if (outcome.kind === "dead") return { ...ABSENT, kind: "dead", redrives: fate.redrives };
  const { failures, crashes, note, delayMs } = outcome;
  return { ...fate, failures, crashes, note, dueAtMs: nowMs + delayMs };
}

/**
 * The oracle: what was published, confirmed, handed out and settled, by subscription, and what therefore may and must
 * come. It throws with a sentence where an engine breaks a promise: what is confirmed is lost, what is settled comes
 * back, what comes was not published, a unit is torn, an attempt is miscounted, a position has two messages.
 */
export class ThreeSets {
  readonly messages = new Map<number, SentMessage>();
  /** By subscription and message. */
  readonly #items = new Map<number, Map<number, Item>>();
  /** By topic and position: the message that anybody was told is there. */
  readonly #positions = new Map<string, number>();

  items(subscription: number): readonly Item[] {
    return [...(this.#items.get(subscription)?.values() ?? [])];
  }

  item(subscription: number, message: number): Item | undefined {
    return this.#items.get(subscription)?.get(message);
  }

  addSubscription(subscription: number): void {
    this.#items.set(subscription, new Map());
  }

  removeSubscription(subscription: number): void {
    this.#items.delete(subscription);
  }

  removeTopic(topic: number): void {
    for (const items of this.#items.values()) {
      for (const [id, { message }] of items) if (message.topic === topic) items.delete(id);
    }
    for (const [id, message] of this.messages)
      if (message.topic === topic) this.messages.delete(id);
  }

  // ---- Publishing --------------------------------------------------------------------------------------------------

  /** A message is committed for the first time, or again after it was known to be absent. */
  send(id: number, topic: number, unit: number, sentAtMs: number): SentMessage {
    const message: SentMessage = {
      id,
      topic,
      unit,
      sentAtMs,
      state: "sent",
      position: undefined,
      purge: "none",
    };
    this.messages.set(id, message);
    return message;
  }

  /** It is for this subscription, if it is stored. `isCertain`: the subscription is there for certain. */
  address(message: SentMessage, subscription: number, isCertain: boolean): void {
    const fates = [ABSENT, LIVE];
    this.#items.get(subscription)?.set(message.id, {
      message,
      subscription,
      isCertain,
      fates,
      history: fates,
      isHandedOut: false,
      isSettling: false,
      openMoves: 0,
      handOver: "none",
      interrupted: "no",
      wasHandedOver: false,
      trail: [],
    });
  }

  /** The engine says that it is stored: subscriptions that were there for certain have it then. */
  stored(id: number, position: number): void {
    const message = this.#message(id);
    if (message.state === "absent")
      throw new Error(`message ${id} is stored though it was refused`);
    message.state = "stored";
    this.#claim(message, position);
    for (const items of this.#items.values()) {
      const item = items.get(id);
      if (item?.isCertain) item.fates = item.fates.filter(({ kind }) => kind !== "absent");
    }
  }

  refused(id: number): void {
    const message = this.#message(id);
    if (message.state === "stored") throw new Error(`message ${id} is refused though it is stored`);
    message.state = "absent";
    for (const items of this.#items.values()) items.delete(id);
  }

  // ---- Handing out and settling ------------------------------------------------------------------------------------

  /** A feed hands it out. */
  handedOut(subscription: number, sighting: Sighting, nowMs: number): void {
    const item = this.#see(subscription, sighting);
    if (item.message.state === "sent") throw this.#broken(item, "comes before it is confirmed");
    if (item.isHandedOut) throw this.#broken(item, "is handed out twice");
    if (item.isSettling) throw this.#broken(item, "is handed out while it is being settled");
    const dueAtMs = Math.min(...item.fates.map((fate) => fate.dueAtMs));
    if (dueAtMs > nowMs) throw this.#broken(item, `comes ${dueAtMs - nowMs} ms too early`);
    item.isHandedOut = true;
    item.trail.push("handed out");
    const { interrupted } = sighting;
    if (interrupted === true && item.interrupted === "no")
      throw this.#broken(item, "is said to be interrupted, and nobody had it");
    if (interrupted === false && ["written", "yes"].includes(item.interrupted))
      throw this.#broken(item, "comes as if nobody had had it");
    if (item.openMoves === 0) item.interrupted = interrupted === true ? "yes" : "no";
  }

  /** A consumer within the process gets it; `isWritten`: that survives the process. */
  handOver(subscription: number, message: number, isWritten: boolean): void {
    const item = this.item(subscription, message);
    if (!item) return;
    item.handOver = isWritten ? "written" : "maybe";
    item.wasHandedOver = true;
    item.trail.push(isWritten ? "handed over" : "being handed over");
  }

  returned(subscription: number, message: number): void {
    const item = this.item(subscription, message);
    if (!item) return;
    item.isHandedOut = false;
    if (isWithConsumer(item)) item.handOver = "returning";
    item.trail.push("returned");
  }

  /** Something is asked for that would change its fate. `locks`: it does not come until that is answered. */
  begin(item: Item, change: (fate: Fate) => Fate, locks: boolean): void {
    if (locks) item.isSettling = true;
    else item.openMoves += 1;
    if (isWithConsumer(item)) item.handOver = "maybe";
    if (item.interrupted !== "no") item.interrupted = "maybe";
    item.fates = union(item.fates, item.fates.map(change));
    item.history = union(item.history, item.fates);
    item.trail.push(`asked to be ${item.fates.map(textOf).join(" or ")}`);
  }

  /** It was answered. */
  confirm(item: Item, fates: readonly Fate[]): void {
    item.isSettling = false;
    item.fates = fates;
    item.history = union(item.history, fates);
    item.trail.push(`is ${item.fates.map(textOf).join(" or ")}`);
  }

  /** That it was returned is written. */
  takenBack(subscription: number, message: number): void {
    const item = this.item(subscription, message);
    if (item?.handOver === "returning") item.handOver = "returned";
  }

  /** It was settled in one way or another, durably: whoever had it is through with it. */
  settled(item: Item): void {
    item.handOver = "none";
    item.interrupted = "no";
  }

  // ---- After a crash -----------------------------------------------------------------------------------------------

  /** The process is gone. `isCertain`: what was confirmed survives that. */
  crashed(isCertain: boolean, how: "stop" | "crash" | "power-cut"): void {
    for (const message of this.messages.values()) {
      if (message.state === "sent" || (!isCertain && message.state === "stored")) {
        message.state = "unknown";
      }
      if (!isCertain && message.purge === "done") message.purge = "maybe";
    }
    for (const items of this.#items.values()) {
      for (const item of items.values()) {
        item.isHandedOut = false;
        item.isSettling = false;
        item.openMoves = 0;
        interrupt(item, isCertain, how);
        item.trail.push(how);
        if (!isCertain) item.fates = union(item.fates, item.history);
      }
    }
  }

  /**
   * All that a subscription has, dead letters included. `mayBeGone` says what may have expired. What is known afterwards
   * is durable.
   */
  audit(
    subscription: number,
    sightings: readonly Sighting[],
    mayBeGone: (item: Item) => boolean,
  ): void {
    const seen = new Set<number>();
    for (const sighting of sightings) {
      if (seen.has(sighting.message)) {
        throw new Error(`subscription ${subscription} has message ${sighting.message} twice`);
      }
      seen.add(sighting.message);
      this.#see(subscription, sighting);
    }
    for (const item of this.items(subscription)) {
      const isGone = ({ kind }: Fate): boolean => kind === "absent" || kind === "gone";
      if (seen.has(item.message.id)) continue;
      const expired = mayBeGone(item) ? [GONE] : [];
      const left = union(item.fates.filter(isGone), expired);
      if (left.length === 0) throw this.#broken(item, "is lost");
      item.fates = left;
    }
  }

  /** What was seen after a crash says of units: none is torn, and of those under way the first survived. */
  checkUnits(evidence: readonly Evidence[]): void {
    const byUnit = new Map<number, Evidence[]>();
    for (const each of evidence) byUnit.set(each.unit, [...(byUnit.get(each.unit) ?? []), each]);
    let firstLost: number | undefined;
    for (const [unit, all] of [...byUnit].sort(([a], [b]) => a - b)) {
      const present = all.find(({ isPresent }) => isPresent);
      const absent = all.find(({ isPresent }) => !isPresent);
      if (present && absent) {
        throw new Error(
          `unit ${unit} is torn: ${present.what} is there, and ${absent.what} is not`,
        );
      }
      if (absent) firstLost ??= unit;
      else if (firstLost !== undefined) {
        throw new Error(`unit ${unit} survived, and unit ${firstLost} before it did not`);
      }
    }
  }

  /** It is known by now whether a message was stored. */
  resolve(message: SentMessage, isStored: boolean): void {
    if (message.state === "unknown") message.state = isStored ? "stored" : "absent";
  }

  /** What is known now survives everything. */
  settleHistory(): void {
    for (const items of this.#items.values()) {
      for (const item of items.values()) {
        item.history = item.fates;
        if (item.handOver === "returned") item.handOver = "none";
        item.wasHandedOver = item.handOver !== "none" || item.interrupted !== "no";
      }
    }
  }

  /** A message stands at this position for ever, or nobody was told that it does. */
  #claim(message: SentMessage, position: number): void {
    const key = `${message.topic}:${position}`;
    const other = this.#positions.get(key);
    if (other !== undefined && other !== message.id) {
      throw new Error(`position ${key} has message ${message.id}, and had ${other} before`);
    }
    this.#positions.set(key, message.id);
    if (message.position !== undefined && message.position !== position) {
      throw new Error(`message ${message.id} is at ${position}, and was at ${message.position}`);
    }
    message.position = position;
  }

  #see(subscription: number, sighting: Sighting): Item {
    const { message: id, kind, failures, crashes, note, redrives, position, topic } = sighting;
    const item = this.item(subscription, id);
    if (!item) throw new Error(`subscription ${subscription} has message ${id}, never sent to it`);
    if (topic !== item.message.topic) throw this.#broken(item, `is said to be of topic ${topic}`);
    const matching = item.fates.filter(
      (fate) =>
        fate.kind === kind &&
        fate.failures === failures &&
        fate.crashes === crashes &&
        fate.note === note &&
        (redrives === undefined || fate.redrives === redrives),
    );
    if (matching.length === 0) {
      throw this.#broken(
        item,
        `is seen as ${kind} f${failures} c${crashes} n${note ?? ""} r${redrives}`,
      );
    }
    if (item.openMoves === 0) item.fates = matching;
    if (item.message.state !== "sent") item.message.state = "stored";
    this.#claim(item.message, position);
    return item;
  }

  #message(id: number): SentMessage {
    const message = this.messages.get(id);
    if (!message) throw new Error(`message ${id} was never sent`);
    return message;
  }

  #broken(item: Item, what: string): Error {
    const { message, subscription, fates } = item;
    const may = fates.map(textOf).join(" or ");
    return new Error(
      `message ${message.id} (topic ${message.topic}, position ${message.position ?? "?"}, unit ${message.unit}, ` +
        `${message.state}) ${what} for subscription ${subscription}; it may be ${may}; ` +
        `before: ${item.trail.slice(-20).join(", ")}`,
    );
  }
}

const isWithConsumer = ({ handOver }: Item): boolean =>
  handOver !== "none" && handOver !== "returned";

/** A clean stop takes back what consumers within the process have; what is only written may go with the power. */
function interrupt(item: Item, isCertain: boolean, how: "stop" | "crash" | "power-cut"): void {
  const { handOver } = item;
  // The next start syncs it, unless the power fails before.
  if (how === "crash" && handOver === "returned") return;
  item.handOver = "none";
  if (how === "stop") return;
  if (how === "power-cut" && item.interrupted === "written") item.interrupted = "maybe";
  if (how === "crash" && handOver === "written") item.interrupted = "written";
  else if (handOver !== "none" && item.interrupted === "no") item.interrupted = "maybe";
  if (!isCertain && item.wasHandedOver) item.interrupted = "maybe";
}

/** Whether all that is open is whether it was stored. */
export function isUntouched(fates: readonly Fate[]): boolean {
  const kinds = fates.map(({ kind, failures }) => `${kind}${failures}`);
  return kinds.length === 2 && kinds.includes("absent0") && kinds.includes("live0");
}
