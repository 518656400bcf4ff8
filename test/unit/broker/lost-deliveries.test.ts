import { expect, test } from "vitest";
import { LostDeliveries, MAX_LOST_RANGES } from "../../../src/broker/lost-deliveries.js";
import { SeededRandom } from "../../harness/seeded-random.js";

test("LostDeliveries knows what was added, in any order, joined or not", () => {
  const random = new SeededRandom(5);
  const lost = new LostDeliveries();
  const added = new Set<number>();
  for (let count = 0; count < 600; count += 1) {
    const delivery = 1 + random.int(900);
    lost.add(delivery);
    added.add(delivery);
  }
  for (let delivery = 1; delivery <= 901; delivery += 1) {
    expect(lost.has(delivery)).toBe(added.has(delivery));
  }
});

test("LostDeliveries takes what is below a forgotten range for lost, and remembers the newest", () => {
  const lost = new LostDeliveries();
  for (let index = 1; index <= MAX_LOST_RANGES + 10; index += 1) lost.add(index * 2);
  expect(lost.has(1)).toBe(true);
  expect(lost.has(19)).toBe(true);
  expect(lost.has(21)).toBe(false);
  expect(lost.has(22)).toBe(true);
  expect(lost.has((MAX_LOST_RANGES + 10) * 2)).toBe(true);
  expect(lost.has((MAX_LOST_RANGES + 10) * 2 - 1)).toBe(false);
});

test("LostDeliveries keeps one range for what follows one another, however much it is", () => {
  const lost = new LostDeliveries();
  for (let delivery = 1; delivery <= 100_000; delivery += 1) lost.add(delivery);
  expect(lost.has(1)).toBe(true);
  expect(lost.has(100_001)).toBe(false);
});
