import { describe, expect, test } from "vitest";
import { DeliveryQueue } from "../../../client/src/delivery-queue.js";
import type { DeliverySource } from "../../../client/src/delivery-slice.js";
import type { DeliveryOwner } from "../../../client/src/delivery.js";
import { survivors } from "../../harness/garbage.js";
import {
  MessageBatch,
  PacketWriter,
  writeMessage,
  type Deliver,
  type DeliveredRun,
} from "@peyk/client/protocol";

describe("deliveries that wait", () => {
  const source: DeliverySource = {
    name: "a/x",
    maxAttempts: 5,
    ackDeadlineMs: 30_000,
    schema: undefined,
  };
  const owner: DeliveryOwner = { settle: () => Promise.resolve() };

  test("come in order, with what is special about them", () => {
    const queue = new DeliveryQueue();
    const detail = { offset: 1, count: 1, failedAttempts: 2, note: "n", deadLetter: undefined };
    queue.push(createDeliver(1, [2, 1], [detail]), source);
    const taken = [1, 2, 3].map(() => queue.shift(owner));
    expect(taken.map((delivery) => [delivery?.number, delivery?.attempt, delivery?.note])).toEqual([
      [1, 1, undefined],
      [2, 3, "n"],
      [3, 1, undefined],
    ]);
    expect([queue.shift(owner), queue.length, queue.lastDelivery]).toEqual([undefined, 0, 3]);
  });

  test("do not keep the packets in memory that they were taken from", async () => {
    const queue = new DeliveryQueue();
    const refs = Array.from({ length: 5 }, (_, index) => {
      const deliver = createDeliver(1 + index, [1]);
      queue.push(deliver, source);
      return new WeakRef(deliver);
    });
    for (let taken = 0; taken < 2; taken += 1) queue.shift(owner);
    expect(await survivors(refs)).toEqual([2, 3, 4]);
    expect(queue.length).toBe(3);
  });

  test("are left out once their lease is lost, or if they came before", () => {
    const queue = new DeliveryQueue();
    queue.push(createDeliver(1, [5]), source);
    queue.lose(2, 2);
    queue.push(createDeliver(3, [5]), source);
    const numbers = [1, 2, 3, 4, 5].map(() => queue.shift(owner)?.number);
    expect(numbers).toEqual([1, 4, 5, 6, 7]);
  });

  test("are given back as ranges", () => {
    const queue = new DeliveryQueue();
    queue.push(createDeliver(1, [3]), source);
    queue.push(createDeliver(10, [2]), source);
    queue.shift(owner);
    expect(queue.first(3)).toEqual([
      { first: 2, count: 2 },
      { first: 10, count: 1 },
    ]);
    expect(queue.clear()).toEqual([
      { first: 2, count: 2 },
      { first: 10, count: 2 },
    ]);
    expect([queue.length, queue.lastDelivery]).toEqual([0, 11]);
  });
});

function createDeliver(
  firstDelivery: number,
  counts: readonly number[],
  details: Deliver["details"] = [],
): Deliver {
  const runs = counts.map((count): DeliveredRun => {
    const writer = new PacketWriter();
    for (let n = 0; n < count; n += 1) writeMessage(writer, { payload: new Uint8Array([n]) });
    const batch = new MessageBatch(writer.take(), count);
    return { topic: "a", epoch: 1, firstPosition: firstDelivery, publishedAtMs: 0, batch };
  });
  return { consumer: 1, firstDelivery, source: 0, details, runs };
}
