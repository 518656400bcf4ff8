import { PLAIN_SETTLE, writeClientFrame, writeSettle } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";
import { writePublishOf, type RawClient } from "../harness/raw-client.js";
import { startBroker } from "../harness/start-broker.js";
import { TickingClock } from "../harness/ticking-clock.js";

/** Many more than a turn has time for: each takes a millisecond of a ticking clock. */
const FRAMES = 1_000;

const FIRST_ID = 10_000;

async function startSlowBroker() {
  const clock = new TickingClock({ tickMs: 1, defer: "immediate" });
  return startBroker({ clock });
}

function sendLookUps(client: RawClient): void {
  client.packet((writer) => {
    for (let index = 0; index < FRAMES; index += 1) {
      writeClientFrame(writer, FIRST_ID + index, "unsubscribe", { consumer: 1 });
    }
  });
}

const answersOf = (client: RawClient): number =>
  client.frames.filter(({ requestId }) => requestId >= FIRST_ID).length;

// Goal (R11): nobody holds the event loop with what they send. Method: on a clock on which every frame takes a millisecond, a
// packet of many frames is handled in many turns, and others are answered in between.
describe("a packet with more than a turn has time for", () => {
  test("lets a neighbour's request be answered in between", async () => {
    const { connect } = await startSlowBroker();
    const [client, neighbour] = [await connect(), await connect()];

    sendLookUps(client);
    await client.next("error", ({ requestId }) => requestId === FIRST_ID);
    await neighbour.settleDown();

    expect(answersOf(client)).toBeLessThan(FRAMES - 1);
    await client.answer(FIRST_ID + FRAMES - 1);
  });

  test("is answered in order, and before the packets that follow", async () => {
    const { connect } = await startSlowBroker();
    const client = await connect();
    const asked = Array.from({ length: FRAMES }, (_, index) => FIRST_ID + index);
    const last = FIRST_ID + FRAMES;

    sendLookUps(client);
    client.send("unsubscribe", { consumer: 1 }, last);
    await client.next("error", ({ requestId }) => requestId === last);

    const answered = client.frames.map(({ requestId }) => requestId);
    expect(answered.filter((id) => id >= FIRST_ID)).toEqual(asked);
  });

  test("takes effect as a whole although the client has said goodbye", async () => {
    const { connect, server } = await startSlowBroker();
    const consumer = await connect();
    await consumer.subscribe("orders/all", { creditMessages: FRAMES });
    const client = await connect();
    const texts = Array.from({ length: FRAMES }, (_, index) => String(index));

    client.packet((writer) => {
      texts.forEach((text, index) => writePublishOf(writer, FIRST_ID + index, "orders", [text]));
    });
    await client.close();

    const deliveries = await consumer.deliveries(FRAMES);
    expect(deliveries.map(({ text }) => text)).toEqual(texts);
    await expect.poll(() => server.context.sessions.size).toBe(1);
  });

  test("ends with the session that goes on at another connection", async () => {
    const { connect, server } = await startSlowBroker();
    const client = await connect();
    sendLookUps(client);
    await client.next("error", ({ requestId }) => requestId === FIRST_ID);

    const next = await connect({ resume: client.resume() });

    expect((await client.closed).code).toBe(4005);
    expect(answersOf(client)).toBeLessThan(FRAMES - 1);
    expect(next.welcome?.resumed).toBe(true);
    expect(server.context.connections.size).toBe(1);
  });
});

describe("a settle of many deliveries", () => {
  test("is done in parts, between which others are answered, and answered once", async () => {
    const { connect } = await startSlowBroker();
    const [client, neighbour] = [await connect(), await connect()];
    const count = 10_000;
    await client.subscribe("orders/all", { creditMessages: count });
    const batch = Array.from({ length: 1_000 }, () => "a");
    for (let sent = 0; sent < count; sent += batch.length) await client.publish("orders", batch);
    await client.deliveries(count);

    client.packet((writer) => {
      const range = { firstDelivery: 1, count, verb: "ack", ...PLAIN_SETTLE } as const;
      writeSettle(writer, FIRST_ID, { consumer: 1, ranges: [range] });
      writeClientFrame(writer, FIRST_ID + 1, "unsubscribe", { consumer: 1 });
    });
    await neighbour.settleDown();

    const { body } = await client.next("settled");
    expect(body.every(({ outcome }) => outcome === "ok")).toBe(true);
    expect(body.reduce((sum, range) => sum + range.count, 0)).toBe(count);
    expect((await client.answer(FIRST_ID + 1)).kind).toBe("done");
  });
});
