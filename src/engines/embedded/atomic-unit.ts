import { PeykError } from "@peyk/client/protocol";
import type { Append, AppendRange, Settle, Unit, UnitResult } from "../../broker/engine.js";
import type { Appender } from "./appender.js";
import type { Settler } from "./settler.js";

/** What an atomic unit is answered of which something would be refused or lost; `undefined`: all of it can be done. */
export function refuseAsWhole(
  unit: Unit,
  appender: Appender,
  settler: Settler,
): UnitResult | undefined {
  const refusals = unit.appends.map((append) => appender.refusal(append));
  const canSettle = unit.settles.map((settle) => settler.wouldSettle(settle));
  const refusal = refusals.find((error) => error !== undefined);
  const lost = unit.settles.filter((_settle, index) => canSettle[index] === false);
  if (!refusal && lost.length === 0) return undefined;
  return {
    appends: unit.appends.map((append, index) => [
      refused(append, refusals[index] ?? refusal ?? lostLease(lost)),
    ]),
    settles: canSettle.map((isPossible) => (isPossible ? "unknown" : "lost")),
  };
}

const refused = ({ batch }: Append, error: PeykError): AppendRange => ({
  kind: "refused",
  count: batch.count,
  error,
});

const lostLease = (lost: readonly Settle[]): PeykError =>
  new PeykError(
    "lease_lost",
    `${lost.length} of the messages that this commit settles are no longer its consumer's: nothing was done`,
  );
