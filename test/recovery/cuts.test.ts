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

/** After so many confirmations more every connection has carried the bytes after which it is cut. */
const ENOUGH_TO_BREAK = 100;

/** About as long as clients take to come back: some do in time, some do not. */
const SHORT_GRACE_MS = 40;

const A_DAY_MS = 86_400_000;

// Goal: a connection that breaks costs nobody a message, and a resumed session keeps its leases. Method: all connections
// are cut at random moments, at random bytes and in every way while clients publish and settle; the oracle of
// kill.test.ts compares.
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
    await confirmations(load, 1 + random.int(60));
    await cutAll(load, proxy, random);
  }
  await load.rest();
  await load.audit();
  await load.ledger.check();
}

/** All connections: at once, or each at some byte of its own traffic. */
async function cutAll(load: KillLoad, proxy: Proxy, random: SeededRandom): Promise<void> {
  const cutBy = random.pick(["end", "reset"] as const);
  if (random.chance(0.5)) return proxy.cut(cutBy);
  const direction = random.pick(["toBroker", "toClient"] as const);
  const isCut = proxy.nextCut();
  const pieces = random.pick([{}, { splitAt: 1 + random.int(30) }, { isDribbling: true }]);
  proxy.setFaultsNow({ ...pieces, cutBy, cutAfter: { direction, bytes: random.int(2_000) } });
  // What is confirmed may have come over a connection that is gone by now: then nobody was told to break.
  await Promise.race([isCut, confirmations(load, ENOUGH_TO_BREAK)]);
}

const confirmations = (load: KillLoad, count: number): Promise<void> =>
  new Promise((resolve) => load.afterConfirmations(count, resolve));
