import { PeykError, Retry } from "../../../client/src/index.js";
import type { Delivery, Message } from "../../../client/src/types.js";
import type { Place, Sighting, Verdict } from "../ledger.js";
import type { SeededRandom } from "../seeded-random.js";
import type { Calls } from "./calls.js";
import type { LateLedger, Seen } from "./late-ledger.js";
import type { SimulatedProcess } from "./simulated-process.js";

export interface HandlerContext {
  readonly process: SimulatedProcess;
  readonly calls: Calls;
  readonly ledger: LateLedger;
  /** From then on every verdict is an ack, and nothing takes long. */
  readonly isDraining: () => boolean;
  /** Share of the messages that take longer than the ack deadline may be. */
  readonly slowShare: number;
}

/** Handles messages at random, and tells the ledger all of it. */
export class SimulatedHandler {
  readonly #context: HandlerContext;
  readonly #random: SeededRandom;
  /** Handlers have these, and have not said what is to become of them. */
  readonly #held = new Set<Seen>();

  constructor(context: HandlerContext, random: SeededRandom) {
    this.#context = context;
    this.#random = random;
  }

  get held(): readonly Seen[] {
    return [...this.#held];
  }

  async handle(place: Place, delivery: Delivery): Promise<void> {
    const { ledger, process, calls } = this.#context;
    const random = this.#random;
    const { attempt } = delivery;
    const { number, id } = sightingOf(delivery);
    const seen = ledger.delivered(place, { number, id, attempt }, delivery.deadLetter);
    if (!isWhole(number, delivery.bytes)) ledger.complain(`the payload of ${number} is wrong`);
    const workMs = this.#drawWork();
    this.#held.add(seen);
    if (workMs > 0) await process.sleep(workMs);
    this.#held.delete(seen);
    const verdict = this.#drawVerdict(place);
    ledger.ask(seen, verdict);
    // In one of eight cases nobody waits for the answer: by returning, or by throwing.
    if (verdict === "ack" && random.chance(0.12)) return;
    if (verdict === "nack" && random.chance(0.12)) {
      throw new Retry({ delayMs: random.int(5_000) });
    }
    try {
      await calls.answered(`${verdict} of ${number}`, this.#say(delivery, verdict));
      ledger.settled(seen, verdict);
    } catch (error) {
      if (PeykError.is(error, "lease_lost")) return;
      calls.checkOpenEnd(`the ${verdict} of message ${number} (${id})`, error);
    }
  }

  /** Most handlers are fast; some take longer than the ack deadline, and the client extends their leases. */
  #drawWork(): number {
    const random = this.#random;
    const { isDraining, slowShare } = this.#context;
    if (isDraining() || random.chance(0.4)) return 0;
    return random.chance(slowShare) ? 5_000 + random.int(40_000) : random.int(200);
  }

  #drawVerdict({ isDead }: Place): Verdict {
    if (this.#context.isDraining()) return "ack";
    const drawn = this.#random.int(100);
    if (isDead) return drawn < 50 ? "ack" : drawn < 85 ? "nack" : "release";
    if (drawn < 78) return "ack";
    if (drawn < 92) return "nack";
    return drawn < 96 ? "reject" : "release";
  }

  #say(delivery: Delivery, verdict: Verdict): Promise<void> {
    switch (verdict) {
      case "ack":
        return delivery.ack();
      case "nack": {
        const random = this.#random;
        const delayMs = random.pick([0, 1, 100, 3_000, 120_000]);
        return delivery.nack(random.chance(0.5) ? {} : { delayMs });
      }
      case "reject":
        return delivery.reject("drawn");
      case "release":
        return delivery.release();
    }
  }
}

export const sightingOf = ({ id, attributes }: Message): Sighting => ({
  id,
  number: Number(attributes["number"]),
});

/** What a message holds follows from its number. */
export const payloadOf = (number: number, length: number): Uint8Array =>
  new Uint8Array(length).fill(number & 0xff);

const isWhole = (number: number, bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte === (number & 0xff));
