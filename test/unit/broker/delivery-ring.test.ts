import { describe, expect, test } from "vitest";
import {
  BUFFERED,
  DeliveryRing,
  EXTENDED,
  LOST,
  NONE,
  RETURNED,
  RUNNING,
  SETTLED,
} from "../../../src/broker/delivery-ring.js";
import type { Chunk, EndedState } from "../../../src/broker/delivery-ring.js";
import type { Run } from "../../../src/broker/engine.js";
import { survivors } from "../../harness/garbage.js";
import { idsOf, numbered } from "../../harness/messages.js";

const runOf = (count: number, first = 1) =>
  ({
    log: 1,
    first,
    count,
    from: 0,
    firstPosition: first + 1_000,
    batch: numbered(first, count),
  }) as Run;

const setUp = () => {
  const passed: [number, number, number][] = [];
  const ring = new DeliveryRing((...straggler) => void passed.push(straggler));
  const end = (delivery: number, count: number, state: EndedState): void => {
    const chunk = ring.chunkAt(delivery, delivery + count);
    expect(chunk?.count).toBe(count);
    ring.end(chunk as Chunk, state);
  };
  return { ring, passed, end };
};

describe("DeliveryRing", () => {
  test("numbers deliveries from 1, one after the other", () => {
    const { ring } = setUp();
    expect(ring.add(0, runOf(3), 0, 3)).toBe(1);
    expect(ring.add(1, runOf(2), 0, 2)).toBe(4);
    expect([ring.next, ring.unsettled]).toEqual([6, 5]);
  });

  test("gives chunks that end with their run, their state and the limit", () => {
    const { ring, end } = setUp();
    const first = runOf(10);
    ring.add(0, first, 2, 8);
    ring.add(3, runOf(4), 0, 4);
    expect(ring.chunkAt(1, 100)).toMatchObject({ delivery: 1, count: 8, run: first, from: 2 });
    expect(ring.chunkAt(3, 6)).toMatchObject({ delivery: 3, count: 3, from: 4, source: 0 });
    expect(ring.chunkAt(9, 100)).toMatchObject({ count: 4, source: 3 });
    end(4, 1, SETTLED);
    expect(ring.chunkAt(1, 100)?.count).toBe(3);
    expect(ring.chunkAt(4, 100)).toBeUndefined();
    expect(ring.chunkAt(13, 100)).toBeUndefined();
  });

  test("does not join messages of one run that were not handed out side by side", () => {
    const { ring } = setUp();
    const run = runOf(10);
    ring.add(0, run, 0, 2);
    ring.add(0, run, 5, 2);
    expect([...ring.chunks()].map(({ from, count }) => [from, count])).toEqual([
      [0, 2],
      [5, 2],
    ]);
  });

  test("knows what became of each delivery in the ring", () => {
    const { ring, end } = setUp();
    ring.add(0, runOf(5), 0, 5);
    end(1, 1, SETTLED);
    end(2, 1, RETURNED);
    end(3, 1, LOST);
    const states = [1, 2, 3, 4, 5, 6].map((delivery) => ring.stateOf(delivery));
    expect(states).toEqual([SETTLED, RETURNED, LOST, BUFFERED, BUFFERED, NONE]);
  });

  test("does not grow because of one delivery that is held for long", () => {
    const { ring, passed, end } = setUp();
    ring.add(0, runOf(1), 0, 1);
    ring.states[1] = RUNNING;
    ring.deadlines[1] = 77;
    for (let delivery = 2; delivery <= 10_000; delivery += 1) {
      ring.add(0, runOf(1), 0, 1);
      end(delivery, 1, SETTLED);
    }
    expect(ring.capacity).toBe(64);
    expect(passed).toEqual([[1, RUNNING, 77]]);
    expect(ring.chunkAt(1, 100)).toMatchObject({ delivery: 1, count: 1, state: RUNNING });
    end(1, 1, SETTLED);
    expect([ring.unsettled, ring.stragglers.size, ring.stateOf(1)]).toEqual([0, 0, SETTLED]);
  });

  test("keeps of what is held for long the message, and not the record that it came in", async () => {
    const { ring, end } = setUp();
    const records = Array.from({ length: 40 }, (_, index) => {
      const run = runOf(10, 1 + index * 10);
      const first = ring.add(2, run, 3, 5);
      end(first, 2, SETTLED);
      end(first + 3, 2, SETTLED);
      return new WeakRef(run.batch);
    });
    // The ring has the last 128 deliveries.
    expect([ring.unsettled, ring.capacity, ring.stragglers.size]).toEqual([40, 128, 15]);
    expect(await survivors(records)).toEqual(Array.from({ length: 25 }, (_, index) => 15 + index));

    const [chunk] = ring.chunks();
    expect(chunk).toMatchObject({ delivery: 3, count: 1, state: BUFFERED, source: 2, from: 0 });
    const { run } = chunk as Chunk;
    expect(run).toMatchObject({ log: 1, first: 6, firstPosition: 1_006, count: 1, from: 0 });
    expect(idsOf(run)).toEqual([6]);
    expect(run.batch.bytes.buffer.byteLength).toBe(run.batch.byteLength(0, 1));
  });

  test("grows with what is unsettled, and keeps what it has", () => {
    const { ring } = setUp();
    for (let count = 0; count < 10; count += 1) ring.add(0, runOf(100), 0, 100);
    expect(ring.capacity).toBe(1_024);
    expect([...ring.chunks()].map(({ delivery, count }) => [delivery, count])).toEqual(
      Array.from({ length: 10 }, (_, index) => [1 + index * 100, 100]),
    );
  });

  test("remembers below the ring which deliveries were lost, and which settled", () => {
    const { ring, end } = setUp();
    ring.add(0, runOf(4), 0, 4);
    end(1, 1, LOST);
    end(2, 1, SETTLED);
    end(3, 1, RETURNED);
    end(4, 1, SETTLED);
    ring.add(0, runOf(30), 0, 30);
    end(5, 30, SETTLED);
    for (let round = 0; round < 10; round += 1) {
      const first = ring.add(0, runOf(30), 0, 30);
      end(first, 30, SETTLED);
    }
    expect(ring.low).toBeGreaterThan(4);
    expect([1, 2, 3, 4].map((delivery) => ring.stateOf(delivery))).toEqual([
      LOST,
      SETTLED,
      LOST,
      SETTLED,
    ]);
  });

  test("counts buffered stragglers until they start or end", () => {
    const { ring, end } = setUp();
    ring.add(0, runOf(2), 0, 2);
    for (let round = 0; round < 10; round += 1) {
      const first = ring.add(0, runOf(20), 0, 20);
      end(first, 20, SETTLED);
    }
    expect(ring.bufferedStragglers).toBe(2);
    ring.markExtended(1);
    expect([ring.bufferedStragglers, ring.stateOf(1)]).toEqual([1, EXTENDED]);
    end(2, 1, LOST);
    expect([ring.bufferedStragglers, ring.stateOf(2), ring.unsettled]).toEqual([0, LOST, 1]);
  });

  test("takes what is sent settled for settled, without room for it", () => {
    const { ring } = setUp();
    expect(ring.skip(1_000)).toBe(1);
    expect(ring.skip(5)).toBe(1_001);
    expect([ring.capacity, ring.stateOf(1_005), ring.stateOf(1_006)]).toEqual([64, SETTLED, NONE]);
  });
});
