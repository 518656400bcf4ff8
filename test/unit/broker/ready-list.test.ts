import { describe, expect, test } from "vitest";
import type { Run } from "../../../src/broker/engine.js";
import { ReadyList } from "../../../src/broker/ready-list.js";
import { RefSet } from "../../../src/broker/ref-set.js";
import { batchOf } from "../../harness/fake-engine.js";
import { survivors } from "../../harness/garbage.js";

const runAt = (first: number, sizes: readonly number[]) =>
  ({ log: 1, first, count: sizes.length, batch: batchOf(sizes), from: 0 }) as unknown as Run;

const setUp = () => {
  const list = new ReadyList();
  list.push(runAt(1, [10, 11, 12]));
  list.push(runAt(11, [20, 21]));
  return list;
};
const positions = (list: ReadyList): number[] => {
  const found: number[] = [];
  for (let slice = list.first; slice; slice = list.first) {
    found.push(slice.run.first + slice.from);
    list.shift(1);
  }
  return found;
};

describe("ReadyList", () => {
  test("gives messages in the order they came, and counts them and their bytes", () => {
    const list = setUp();
    expect([list.messages, list.bytes]).toEqual([5, 74]);
    list.shift(2);
    expect([list.messages, list.bytes]).toEqual([3, 53]);
    expect(positions(list)).toEqual([3, 11, 12]);
    expect([list.messages, list.bytes, list.first]).toEqual([0, 0, undefined]);
  });

  test("keeps nothing alive that was handed out", async () => {
    const list = new ReadyList();
    const refs = [1, 11, 21, 31].map((first) => {
      const run = runAt(first, [10, 11]);
      list.push(run);
      return new WeakRef(run);
    });
    list.shift(2);
    list.shift(2);
    list.shift(1);
    expect(await survivors(refs)).toEqual([2, 3]);
    expect(list.messages).toBe(3);
  });

  test("gives the newest back when it has too many", () => {
    const list = setUp();
    expect(list.trim(2)).toEqual([
      { log: 1, first: 3, count: 1 },
      { log: 1, first: 11, count: 2 },
    ]);
    expect([list.messages, list.bytes]).toEqual([2, 21]);
    expect(positions(list)).toEqual([1, 2]);
  });

  test("gives nothing back when it has no more than it may", () => {
    expect(setUp().trim(5)).toEqual([]);
  });

  test("forgets what is gone, in the middle of a run too", () => {
    const list = setUp();
    list.remove(new RefSet([{ log: 1, first: 2, count: 10 }]));
    expect([list.messages, list.bytes]).toEqual([2, 31]);
    expect(positions(list)).toEqual([1, 12]);
  });

  test("stays right over many more runs than it keeps", () => {
    const list = new ReadyList();
    for (let position = 1; position <= 5_000; position += 1) {
      list.push(runAt(position, [10]));
      if (position > 10) {
        expect(list.first?.run.first).toBe(position - 10);
        list.shift(1);
      }
    }
    expect([list.messages, list.bytes]).toEqual([10, 100]);
  });
});
