import { expect, test } from "vitest";
import { EmbeddedBroker } from "../../src/embedding.js";
import { Server } from "../../src/server.js";
import { SimulatedDisk } from "../harness/simulated-disk.js";

// A purge, redrive or new topic that waited for the disk when that failed was answered as unavailable, and then logged as an
// internal error, which stands for a bug.
test("what waits for the disk when it fails is unavailable, and no internal error", async () => {
  const disk = new SimulatedDisk();
  const log: string[] = [];
  const options = {
    dataDir: "(simulated)",
    log: (_level: string, event: string) => log.push(event),
  };
  const broker = new EmbeddedBroker(await Server.start(options, disk), {});
  const peyk = await broker.connect({ log: false });
  await peyk.subscriptions.create("orders/billing");
  await peyk.publish("orders", 1);
  disk.fail({ operation: "sync", nth: 1, kind: "io" });
  const purging = peyk.subscriptions.purge("orders/billing");
  await expect(purging).rejects.toMatchObject({ code: "unavailable" });
  expect(log).toContain("journal failed");
  expect(log).not.toContain("internal error");
  await broker.close({ timeoutMs: 0 }).catch(() => {});
});
