import { describe, expect, onTestFinished, test } from "vitest";
import { KillLoad } from "../harness/kill-load.js";
import { Proxy } from "../harness/proxy.js";
import { Rounds } from "../harness/rounds.js";
import type { SeededRandom } from "../harness/seeded-random.js";
import { startBroker, tempDir } from "../harness/start-broker.js";

/** Audits of one run. */
const AUDITS = 5;

/** Cuts before each. */
const CUTS = 25;

/** About as long as clients take to come back: some do in time, some do not. */
const SHORT_GRACE_MS = 40;

const A_DAY_MS = 86_400_000;

// Goal: a connection that breaks costs nobody a message, and a resumed session keeps its leases. Method: all connections
// are cut at random moments while clients publish and settle; the oracle of kill.test.ts compares.
describe("connections that are cut under load", () => {
  test.each([
    ["nothing", { mayLoseLeases: false }],
    ["only leases, where sessions end", { mayLoseLeases: true, resumeGraceMs: SHORT_GRACE_MS }],
  ] as const)(
    "lose %s",
    async (_, { mayLoseLeases, ...options }) => {
      const { url } = await startBroker({
        ...options,
        dataDir: tempDir(),
        segmentBytes: 64 * 1024,
        spareBytes: 0,
      });
      const proxy = await Proxy.start(url);
      const rounds = new Rounds(AUDITS, `audits, after ${CUTS} cuts each`);
      const random = rounds.randomOf(0);
      const load = await KillLoad.open(proxy.url, random.fork(), {
        largeShare: 0.02,
        mayLoseLeases,
      });
      onTestFinished(() => load.close().then(() => proxy.close()));
      for (; rounds.done < rounds.count; rounds.add()) await cutRound(load, proxy, random);
      expect(load.ledger.confirmedCount).toBeGreaterThanOrEqual(rounds.count * CUTS);
    },
    A_DAY_MS,
  );
});

async function cutRound(load: KillLoad, proxy: Proxy, random: SeededRandom): Promise<void> {
  load.begin();
  for (let cut = 0; cut < CUTS; cut += 1) {
    await new Promise<void>((resolve) => load.afterConfirmations(1 + random.int(60), resolve));
    proxy.cut();
  }
  await load.rest();
  await load.audit();
  await load.ledger.check();
}
