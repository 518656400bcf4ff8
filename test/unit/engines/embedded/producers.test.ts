import { describe, expect, test } from "vitest";

import {
  Producer,
  producerBytes,
  producerId,
  Producers,
  REMEMBERED_SEQUENCES,
} from "../../../../src/engines/embedded/producers.js";

const ID = "00112233445566778899aabbccddeeff";

const range = (firstSequence: number, count: number, firstPosition: number, topic = 1) => ({
  firstSequence,
  count,
  topic,
  firstPosition,
});

describe("Producer", () => {
  test("joins what was stored one after the other", () => {
    const producer = new Producer(0);
    producer.add(range(1, 5, 101));
    producer.add(range(6, 5, 106));
    expect(producer.ranges).toEqual([range(1, 10, 101)]);
    expect(producer.nextSequence).toBe(11);
  });

  test("keeps apart what is of other topics or positions", () => {
    const producer = new Producer(0);
    producer.add(range(1, 5, 101));
    producer.add(range(6, 5, 200));
    producer.add(range(11, 5, 205, 2));
    expect(producer.ranges).toHaveLength(3);
    expect(producer.find(7)).toEqual(range(6, 5, 200));
  });

  test("finds the range of a sequence, or the next one above a hole", () => {
    const producer = new Producer(0);
    producer.add(range(1, 5, 101));
    producer.add(range(8, 3, 200));
    expect(producer.find(5)?.firstSequence).toBe(1);
    expect(producer.find(6)?.firstSequence).toBe(8);
    expect(producer.find(11)).toBeUndefined();
  });

  test("fills a hole later", () => {
    const producer = new Producer(0);
    producer.add(range(1, 5, 101));
    producer.add(range(8, 3, 200));
    producer.add(range(6, 2, 300));
    expect(producer.find(6)).toEqual(range(6, 2, 300));
    expect(producer.find(8)).toEqual(range(8, 3, 200));
    expect(producer.nextSequence).toBe(11);
  });

  test("forgets what lies too far back, however it came", () => {
    const producer = new Producer(0);
    for (let sequence = 1; sequence <= REMEMBERED_SEQUENCES; sequence += 1) {
      producer.add(range(sequence, 1, sequence * 2));
    }
    producer.add(range(REMEMBERED_SEQUENCES + 1, REMEMBERED_SEQUENCES - 5, 1e6));
    expect(producer.rememberedFrom).toBe(REMEMBERED_SEQUENCES - 4);
    expect(producer.ranges).toHaveLength(6);
  });
});

describe("Producers", () => {
  const produced = (firstSequence: number) => ({
    producer: producerBytes(ID),
    ...range(firstSequence, 1, 1),
  });

  test("name a producer by its bytes", () => {
    expect(producerId(producerBytes(ID))).toBe(ID);
  });

  test("leave out what a snapshot holds already", () => {
    const producers = new Producers();
    producers.byId.set(ID, new Producer(10));
    producers.produced(produced(1), 10);
    expect(producers.byId.get(ID)?.nextSequence).toBe(1);
    producers.produced(produced(1), 11);
    expect(producers.byId.get(ID)?.nextSequence).toBe(2);
  });

  test("are forgotten, unless the snapshot knew of it and they came back", () => {
    const producers = new Producers();
    producers.byId.set(ID, new Producer(10));
    producers.forget({ producer: producerBytes(ID) }, 10);
    expect(producers.byId.has(ID)).toBe(true);
    producers.forget({ producer: producerBytes(ID) }, 11);
    expect(producers.byId.has(ID)).toBe(false);
  });
});
