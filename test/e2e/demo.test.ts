import { expect, test } from "vitest";
import { peyk } from "./peyk-process.js";

test("the demo loses nothing, though a worker is killed and a message is poison", async () => {
  const { exit, stdout, stderr } = await peyk(["demo", "--json"]);
  expect(stderr).not.toContain("error");
  expect(exit).toBe(0);
  const result = JSON.parse(stdout) as {
    published: number;
    lost: number;
    subscriptions: Record<string, unknown>[];
  };
  expect(result).toMatchObject({ published: 1707, lost: 0 });
  const [archive, alerts, stats] = result.subscriptions;
  expect(archive).toMatchObject({
    subscription: "quakes.>/archive",
    killed: 1,
    delivered: 1707,
    dead: 0,
  });
  expect(archive?.["redelivered"]).toBeGreaterThanOrEqual(1);
  expect(alerts).toMatchObject({ killed: 0, delivered: 1707, redelivered: 0, dead: 0, lost: 0 });
  expect(stats).toMatchObject({ delivered: 1706, redelivered: 2, dead: 1, lost: 0 });
});
