import { describe, expect, test } from "vitest";
import { Fifo } from "../../../src/runtime/fifo.js";
import { survivors } from "../../harness/garbage.js";

const fifoOf = (...items: readonly number[]): Fifo<number> => {
  const fifo = new Fifo<number>();
  for (const item of items) fifo.push(item);
  return fifo;
};

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("Fifo", () => {
  test("gives what was pushed first", () => {
    const fifo = fifoOf(...numbers(1_000));
    expect(numbers(900).map(() => fifo.shift())).toEqual(numbers(900));
    expect([fifo.length, fifo.first]).toEqual([100, 900]);
    fifo.push(1_000);
    expect(fifo.drain()).toEqual([...numbers(100).map((index) => 900 + index), 1_000]);
    expect([fifo.length, fifo.first, fifo.shift()]).toEqual([0, undefined, undefined]);
  });

  test("takes back what was pushed last, while there is any", () => {
    const fifo = fifoOf(1, 2, 3);
    fifo.shift();
    expect([fifo.pop(), fifo.pop(), fifo.pop()]).toEqual([3, 2, undefined]);
    fifo.push(4);
    expect([fifo.length, fifo.shift()]).toEqual([1, 4]);
  });

  test("puts items in front, replaces the first one and drops some", () => {
    const fifo = fifoOf(1, 2, 3);
    fifo.shift();
    fifo.unshift([10, 11]);
    fifo.replaceFirst(12);
    fifo.keep((item) => item !== 2);
    expect(fifo.drain()).toEqual([12, 11, 3]);
    fifo.replaceFirst(13);
    expect(fifo.length).toBe(0);
  });

  test("keeps nothing alive that has gone out", async () => {
    const fifo = new Fifo<object>();
    const refs = numbers(20).map(() => {
      const item = {};
      fifo.push(item);
      return new WeakRef(item);
    });
    for (let gone = 0; gone < 12; gone += 1) fifo.shift();
    expect(await survivors(refs)).toEqual(numbers(8).map((index) => 12 + index));
    expect(fifo.length).toBe(8);
  });
});
