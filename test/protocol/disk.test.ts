import { describe, expect, test } from "vitest";
import { SimulatedDisk } from "../harness/simulated-disk.js";
import { startBroker } from "../harness/start-broker.js";

const MIB = 1024 * 1024;

const LARGE = { payload: new Uint8Array(100_000) };

describe("a publish", () => {
  test("while the disk is full is resource_exhausted, and whoever settles makes room again", async () => {
    const disk = new SimulatedDisk({ capacityBytes: 8 * MIB });
    const sizes = { segmentBytes: MIB, spareBytes: 2 * MIB, maxPayloadBytes: MIB / 8 };
    const { connect, server } = await startBroker(sizes, disk);
    const client = await connect();
    await client.subscribe("orders/billing", { creditMessages: 1_000 });
    const publish = () => client.answer(client.sendPublish("orders", [LARGE]));
    let stored = 0;
    let answer = await publish();
    for (; answer.kind === "published" && !answer.body.ranges[0]?.error; stored += 1) {
      answer = await publish();
    }

    const refused = answer.kind === "published" ? answer.body.ranges[0]?.error : answer.body;
    expect(stored).toBeGreaterThan(10);
    expect(refused).toMatchObject({
      code: "resource_exhausted",
      field: "disk",
      retryAfterMs: 1_000,
    });
    await client.deliveries(stored);
    expect(await client.settle([{ count: stored }])).toMatchObject([
      { count: stored, outcome: "ok" },
    ]);
    // Files are freed by upkeep, which comes with the clock.
    await expect
      .poll(async () => {
        const { body, kind } = await publish();
        return kind === "published" && body.ranges[0]?.error === undefined;
      })
      .toBe(true);
    expect(server.state).toBe("serving");
  });

  test("whose sync fails is unavailable like all that come later, and everybody is closed with 1001", async () => {
    const disk = new SimulatedDisk();
    const failures: Error[] = [];
    const { connect, url } = await startBroker(
      { onFailure: (error) => failures.push(error) },
      disk,
    );
    const [client, other] = [await connect(), await connect()];
    await client.subscribe("orders/billing", { creditMessages: 0 });
    disk.fail({ operation: "sync", nth: 1, kind: "io", fromThenOn: true });

    const ids = [client.sendPublish("orders", ["a"]), client.sendPublish("orders", ["b"])];

    for (const id of ids) {
      expect((await client.answer(id)).body).toMatchObject({
        code: "unavailable",
        message: "the broker cannot write its journal any more; it has to be started again",
      });
    }
    expect([(await client.closed).code, (await other.closed).code]).toEqual([1001, 1001]);
    expect(failures).toMatchObject([{ message: expect.stringContaining("sync") as string }]);
    const health = await fetch(`${url.replace("ws:", "http:")}/healthz`);
    expect([health.status, await health.json()]).toMatchObject([503, { state: "failed" }]);
  });
});
