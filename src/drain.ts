import type { TransportContext } from "./transport/context.js";

/** How often it is looked whether clients are done, in ms. */
const LOOK_MS = 20;

/**
 * Tells clients that the broker stops, gives them nothing new, and waits until they have settled what they hold and every
 * request is answered, or the time is up. Then ends every session, without counting what it holds, and every connection.
 */
export async function drain(context: TransportContext, timeoutMs: number): Promise<void> {
  for (const session of context.sessions.all()) {
    for (const { consumer } of session.consumers.values()) {
      consumer.setCredit({ messages: 0, bytes: 0, concurrency: 0 });
    }
  }
  for (const connection of context.connections) {
    connection.goAway("the broker is stopping", timeoutMs);
  }
  await untilIdle(context, timeoutMs);
  context.sessions.close();
  for (const connection of [...context.connections]) {
    connection.close("going_away", "the broker is stopping");
  }
}

async function untilIdle(context: TransportContext, timeoutMs: number): Promise<void> {
  const { clock, sessions, connections } = context;
  const until = clock.monotonic() + timeoutMs;
  const isBusy = (): boolean =>
    [...connections].some((connection) => connection.openRequests > 0) ||
    sessions.all().some((session) => session.isConnected && session.heldMessages > 0);
  while (isBusy() && clock.monotonic() < until) {
    await new Promise<void>((resolve) => clock.setTimer(LOOK_MS, resolve));
  }
}
