import { readFileSync } from "node:fs";
import {
  Ledger,
  type Asking,
  type Delivered,
  type LedgerOptions,
  type Place,
  type Sighting,
} from "./ledger.js";

/** One thing that a client or a test tells the ledger; one line of the checker's log. */
export type LedgerEvent =
  | { readonly kind: "publish"; readonly number: number; readonly topic: string }
  | {
      readonly kind: "confirmed";
      readonly number: number;
      readonly id: string;
      readonly subscriptions: number;
    }
  | { readonly kind: "refused"; readonly number: number }
  | { readonly kind: "delivered"; readonly place: Place; readonly delivered: Delivered }
  | { readonly kind: "ask"; readonly ask: number; readonly asking: Asking }
  | { readonly kind: "settled" | "leaseLost"; readonly ask: number }
  | { readonly kind: "redrive"; readonly sweep: number; readonly subscription: string }
  | { readonly kind: "redriven"; readonly sweep: number }
  | { readonly kind: "dropped"; readonly sweep: number; readonly count?: number }
  | {
      readonly kind: "drop";
      readonly sweep: number;
      readonly place: Place;
      readonly outcome: "purged" | "expired";
    }
  | { readonly kind: "died" }
  | { readonly kind: "doom"; readonly consumer: string }
  | {
      readonly kind: "audit";
      readonly subscription: string;
      readonly live: readonly Sighting[];
      readonly dead: readonly Sighting[];
    }
  | { readonly kind: "complain"; readonly what: string };

/** What was judged, in short. */
export interface Judgement {
  readonly broken: readonly string[];
  readonly messages: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

export function applyEvent(ledger: Ledger, event: LedgerEvent): void {
  switch (event.kind) {
    case "publish":
      return ledger.publish(event.number, event.topic);
    case "confirmed":
      return ledger.confirmed(event.number, event);
    case "refused":
      return ledger.refused(event.number);
    case "delivered":
      return ledger.delivered(event.place, event.delivered);
    case "ask":
      return ledger.ask(event.ask, event.asking);
    case "settled":
      return ledger.settled(event.ask);
    case "leaseLost":
      return ledger.leaseLost(event.ask);
    case "redrive":
      return ledger.redrive(event.sweep, event.subscription);
    case "redriven":
      return ledger.redriven(event.sweep);
    case "drop":
      return ledger.drop(event.sweep, event.place, event.outcome);
    case "dropped":
      return ledger.dropped(event.sweep, event.count);
    case "died":
      return ledger.died();
    case "doom":
      return ledger.doom(event.consumer);
    case "audit":
      return ledger.audit(event.subscription, event.live, event.dead);
    case "complain":
      return ledger.complain(event.what);
  }
}

export const judgementOf = (ledger: Ledger): Judgement => ({
  broken: ledger.broken,
  messages: ledger.messageCount,
  outcomes: Object.fromEntries([...ledger.outcomes].sort(([a], [b]) => (a < b ? -1 : 1))),
});

/** Judges once more, by nothing but the checker's log: its first line has the options, each further one an event. */
export function judgeLog(path: string): Judgement {
  const [first = "", ...lines] = readFileSync(path, "utf8").split("\n");
  const ledger = new Ledger(JSON.parse(first) as LedgerOptions);
  for (const line of lines) {
    if (line !== "") applyEvent(ledger, JSON.parse(line) as LedgerEvent);
  }
  return judgementOf(ledger);
}
