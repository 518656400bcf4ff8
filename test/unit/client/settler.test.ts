import { expect, test } from "vitest";
import type { ReceivedDelivery } from "../../../client/src/delivery.js";
import type { Link } from "../../../client/src/link.js";
import { Settler } from "../../../client/src/settler.js";
import { limits, PacketWriter } from "@peyk/client/protocol";
import { TestClock } from "../../harness/test-clock.js";

test("a settle names no more deliveries than the broker takes", () => {
  const counts: number[] = [];
  const expectAnswer = ({ ranges }: { readonly ranges: readonly { readonly count: number }[] }) =>
    counts.push(ranges.reduce((sum, { count }) => sum + count, 0));
  const link = { isOpen: true, writer: new PacketWriter(), expect: expectAnswer, written() {} };
  const clock = new TestClock();
  const settler = new Settler({
    ...{ link: link as unknown as Link, clock, consumer: 1, timeoutMs: 1_000 },
    ...{ onLost() {}, onRangeLost() {} },
  });

  for (let number = 1; number <= limits.MAX_SETTLED_DELIVERIES; number += 1) {
    settler.ack({ number } as ReceivedDelivery);
  }
  settler.addRange(20_001, 3, "release");
  settler.addRange(30_001, 9_998, "release");
  clock.flush();

  expect(counts).toEqual([limits.MAX_SETTLED_DELIVERIES, 3, 9_998]);
});
