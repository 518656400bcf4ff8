import { afterEach, expect, test } from "vitest";
import type { Peyk } from "@peyk/client";
import { EmbeddedBroker } from "../../src/embedding.js";
import { Server } from "../../src/server.js";
import { SimulatedDisk } from "../harness/simulated-disk.js";

let broker: EmbeddedBroker | undefined;

afterEach(async () => {
  await broker?.close({ timeoutMs: 0 }).catch(() => {});
  broker = undefined;
});

const asks: readonly (readonly [string, (peyk: Peyk) => Promise<unknown>])[] = [
  ["redrive", (peyk) => peyk.dlq.redrive("orders/billing", {})],
  ["purge of dead letters", (peyk) => peyk.dlq.purge("orders/billing", {})],
  ["peek", (peyk) => peyk.subscriptions.peek("orders/billing/dlq")],
];

// The answer was an internal error, which stands for a bug, and the broker went on with a disk that it could not read.
test.each(asks)(
  "a %s that the disk refuses to read for ends as every failure of the disk",
  async (_, ask) => {
    const disk = new SimulatedDisk();
    const log: string[] = [];
    const options = {
      dataDir: "(simulated)",
      log: (_level: string, event: string) => log.push(event),
    };
    broker = new EmbeddedBroker(await Server.start(options, disk), {});
    const peyk = await broker.connect({ log: false });
    const rejected = new Promise<void>((resolve) => {
      void peyk.subscribe("orders/billing", async (delivery) => {
        await delivery.reject("no");
        resolve();
      });
    });
    await peyk.publish("orders", 1);
    await rejected;
    disk.fail({ operation: "read", nth: 1, kind: "io", fromThenOn: true });
    await expect(ask(peyk)).rejects.toMatchObject({ code: "unavailable" });
    expect(log).toContain("journal failed");
    expect(log).not.toContain("internal error");
  },
);
