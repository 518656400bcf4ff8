import { describe, expect, test } from "vitest";
import { limitLog } from "../../src/log-limit.js";
import { TestClock } from "../harness/test-clock.js";

function createLog() {
  const clock = new TestClock();
  const lines: [event: string, fields: Readonly<Record<string, unknown>>][] = [];
  const log = limitLog((_, event, fields) => lines.push([event, fields]), clock);
  return { clock, lines, log };
}

describe("a limited log", () => {
  test("has ten lines of a kind in a second, and says how many were left out", () => {
    const { clock, lines, log } = createLog();
    for (let count = 0; count < 25; count += 1) log("warn", "delivery failed", { count });
    log("info", "consumer resumed", {});
    expect(lines.map(([event]) => event)).toEqual([
      ...Array<string>(10).fill("delivery failed"),
      "consumer resumed",
    ]);

    clock.advance(1_000);

    expect(lines.at(-1)).toEqual(["log lines left out", { of: "delivery failed", count: 15 }]);
    log("warn", "delivery failed", { count: 25 });
    expect(lines.at(-1)).toEqual(["delivery failed", { count: 25 }]);
    expect(clock.timerCount).toBe(0);
  });

  test("leaves alone what comes slowly", () => {
    const { clock, lines, log } = createLog();
    for (let count = 0; count < 100; count += 1) {
      log("warn", "delivery failed", { count });
      clock.advance(100);
    }
    expect(lines).toHaveLength(100);
  });
});
