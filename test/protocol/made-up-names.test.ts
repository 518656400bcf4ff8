import { expect, test } from "vitest";
import { collectGarbage } from "../harness/garbage.js";
import { RawClient, writePublishOf } from "../harness/raw-client.js";
import { startBroker } from "../harness/start-broker.js";

/** Names that nobody has used before; made up again for every use. */
const NAMES = 100_000;
const AT_ONCE = 2_000;

/** What may come and go in memory, whatever is done, in bytes; one entry for each name would be more. */
const SLACK_BYTES = 8 * 1024 * 1024;

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

// Goal (S17): names that clients make up take no memory once they were answered. Method: a hundred thousand names that do not
// exist, in every place where a request may have one, and the heap, the counts and the status before and after.
test("names that do not exist leave nothing behind", { timeout: 300_000 }, async () => {
  const { connect, server } = await startBroker({ autoCreate: false, resumeGraceMs: 0 });
  const client = await connect();
  let made = 0;
  const makeUp = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= AT_ONCE) {
      client.packet((writer) => {
        for (let index = 0; index < AT_ONCE; index += 1) {
          writePublishOf(writer, client.nextId(), `made.up-${(made += 1)}`, ["a"]);
        }
      });
      await client.settleDown();
      client.frames.splice(0);
    }
  };
  const others = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= 1) {
      const name = `made.up-${(made += 1)}`;
      await Promise.all([
        client.request("startLive", { live: 1, pattern: `${name}.*` }),
        client.request("subscribe", { consumer: 1, subscriptions: [`${name}/g`] }),
        client.request("getTopic", { name }),
        client.request("peekSubscription", { name: `${name}/g`, state: "ready" }),
      ]);
      client.send("stopLive", { live: 1 }, 0);
    }
    client.frames.splice(0);
  };
  const strangers = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= 1) {
      const producerId = Buffer.alloc(16, `${(made += 1)}`);
      await (await RawClient.connect(server.url ?? "", { producerId })).close();
    }
  };
  const everything = async (names: number): Promise<void> => {
    await makeUp(names);
    await others(names / 100);
    await strangers(names / 2_000);
  };

  await everything(2 * AT_ONCE);
  const before = heldBytes();
  await everything(NAMES);

  expect(heldBytes() - before).toBeLessThan(SLACK_BYTES);
  const { names } = server.context.broker;
  expect([names.topicCount, names.subscriptionCount]).toEqual([0, 0]);
  expect(server.context.sessions.size).toBe(1);
  const { counters } = await client.ask("getStatus", {}, "status");
  expect(Object.keys(counters).length).toBeLessThan(30);
});
