import { attemptOf, type ReceivedDelivery } from "./delivery.js";
import type { Emitter } from "./emitter.js";
import { isReject, isRetry } from "./outcomes.js";
import { validate } from "./payload.js";
import { PeykError, type SettledRange, type SettleVerb } from "./protocol/index.js";
import type { SettleDetails } from "./delivery.js";
import type { Waiter } from "./settler.js";
import type { StandardSchemaV1 } from "./standard-schema.js";
import type { Handler, LogListener } from "./types.js";
import { textOf } from "./waiting.js";

/** Calls a handler with what the schema of the delivery's source makes of its value. */
export function handle(delivery: ReceivedDelivery, handler: Handler<ReceivedDelivery>): unknown {
  const { schema } = delivery.source;
  return schema ? handleChecked(delivery, schema, handler) : handler(delivery);
}

function handleChecked(
  delivery: ReceivedDelivery,
  schema: StandardSchemaV1,
  handler: Handler<ReceivedDelivery>,
): unknown {
  const refused = (error: unknown): never => {
    if (PeykError.is(error, "invalid_payload")) delivery.refusal = error;
    throw error;
  };
  let checked: unknown;
  try {
    checked = validate(schema, delivery.value);
  } catch (error) {
    return refused(error);
  }
  if (!(checked instanceof Promise)) {
    delivery.setValue(checked);
    return handler(delivery);
  }
  return checked.catch(refused).then((value) => {
    delivery.setValue(value);
    return handler(delivery);
  });
}

/** What a delivery is told whose handler ended with `error`. */
export function verdictOn(
  delivery: ReceivedDelivery,
  error: unknown,
): { readonly verb: SettleVerb; readonly details: SettleDetails } {
  const reason = textOf(error);
  if (delivery.refusal !== undefined && delivery.refusal === error) {
    return { verb: "reject", details: { reason: `invalid_payload: ${reason}` } };
  }
  if (isReject(error)) return { verb: "reject", details: { reason } };
  return { verb: "nack", details: { reason, delayMs: isRetry(error) ? error.delayMs : undefined } };
}

/** Makes a failing handler visible once it is known what comes next: as an event, and as one line in the log. */
export function reportFailure(
  delivery: ReceivedDelivery,
  error: unknown,
  { emitter, log }: { readonly emitter: Emitter; readonly log: LogListener },
): Waiter {
  const what = `${delivery.subscription} ${delivery.id} ${attemptOf(delivery)} failed: ${textOf(error)}`;
  const settled = ({ outcome, retryInMs }: SettledRange): void => {
    if (outcome !== "ok") return log("warn", `${what}; it had been settled before`, { error });
    const next = retryInMs === undefined ? "dead-letter" : "retry";
    emitter.emit("failed", {
      delivery,
      error,
      next,
      ...(retryInMs !== undefined && { retryInMs }),
    });
    const then =
      retryInMs === undefined
        ? `dead-lettered; see peyk dlq list ${delivery.subscription}`
        : `next in ${Math.round(retryInMs / 100) / 10} s`;
    log("warn", `${what}; ${then}`, { error });
  };
  const failed = (why: PeykError): void => log("warn", `${what}; ${why.message}`, { error });
  return { settled, failed };
}
