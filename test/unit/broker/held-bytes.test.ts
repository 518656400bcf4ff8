import { describe, expect, test } from "vitest";
import { HeldBytes } from "../../../src/broker/held-bytes.js";
import { QueueHarness } from "./queue-harness.js";

const SIZE = 10;

/** All consumers together may hold 100 messages, and one has a credit of 80. */
function harnessOfHundred() {
  const harness = new QueueHarness();
  harness.context.held = new HeldBytes({ all: 100 * SIZE, one: 80 * SIZE }, harness.clock);
  const attach = (messages: number) => {
    const queue = harness.queue();
    harness.publish(queue, messages);
    return harness.attach(queue, { messages: 1_000, bytes: 80 * SIZE });
  };
  return { harness, attach };
}

describe("what all consumers hold together", () => {
  test("is at most half of the limit for one alone", () => {
    const { attach } = harnessOfHundred();
    expect(attach(200).consumer.heldMessages).toBe(50);
  });

  test("leaves a share to those that come later", () => {
    const { attach } = harnessOfHundred();
    const sessions = [attach(200), attach(200), attach(200)];
    expect(sessions.map(({ consumer }) => consumer.heldMessages)).toEqual([50, 25, 12]);
  });

  test("never keeps a consumer from its only message", () => {
    const { attach } = harnessOfHundred();
    const sessions = Array.from({ length: 30 }, () => attach(50));
    expect(sessions.every(({ consumer }) => consumer.heldMessages > 0)).toBe(true);
    const total = sessions.reduce((sum, { consumer }) => sum + consumer.heldMessages, 0);
    expect(total).toBeLessThanOrEqual(100 + 30);
  });

  test("lets others go on when one settles", () => {
    const { harness, attach } = harnessOfHundred();
    const [first, second] = [attach(50), attach(200)];
    expect(second.consumer.heldMessages).toBe(25);
    first.ack(1, 50);
    harness.settle();
    expect(second.consumer.heldMessages).toBe(50);
  });

  test("is given back when a consumer goes", () => {
    const { harness, attach } = harnessOfHundred();
    const [first, second] = [attach(50), attach(200)];
    first.consumer.detach("crash");
    harness.settle();
    expect(second.consumer.heldMessages).toBe(50);
    second.consumer.detach("clean");
    harness.settle();
    expect(harness.context.held.total).toBe(0);
  });

  test("is exact to the byte after everything was settled, whatever its order", () => {
    const { harness, attach } = harnessOfHundred();
    const session = attach(40);
    session.ack(11, 10);
    session.ack(1, 10);
    session.ack(21, 20);
    harness.settle();
    expect(harness.context.held.total).toBe(0);
  });
});
