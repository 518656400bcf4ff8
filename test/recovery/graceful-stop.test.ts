import { expect, test } from "vitest";
import { temporaryFolder } from "../e2e/peyk-process.js";
import { readFrames } from "../harness/frames.js";
import { KillRun } from "../harness/kill-run.js";
import { RawClient } from "../harness/raw-client.js";
import { Rounds } from "../harness/rounds.js";

/** Stops under load. */
const STOPS = 3;

/** What a consumer has and never settles. */
const STUCK = Array.from({ length: 10 }, (_, index) => String(index));

/** Messages for the consumer that looks what comes after the goodbye. */
const MESSAGES = 1_000;

/** A process that is told to end has to be gone after this time, in ms: then it is killed by whoever told it. */
const END_WITHIN_MS = 10_000;

const A_DAY_MS = 86_400_000;

// Goal: SIGTERM tells clients, hands out nothing new, ends with 0 and leaves nothing to recover. Method: the real process
// under load; a client that sees every frame; the checker compares what is there afterwards with what clients were told.
test(
  "a broker that is stopped says goodbye, hands out nothing after it, and loses nothing",
  async () => {
    const rounds = new Rounds(STOPS, "stops");
    const run = await KillRun.start(rounds.seed, temporaryFolder());
    try {
      await rounds.each(async (random) => {
        const witness = await Witness.open(run.url);
        await run.stopAndStart(random.pick([0, 1 + random.int(20), 1 + random.int(400)]));
        expect((await witness.client.closed).code).toBe(1001);
        expect(witness.kinds).toContain("goAway");
        const after = witness.kinds.slice(witness.kinds.indexOf("goAway"));
        expect(after).not.toContain("deliver");
      });
    } finally {
      await run.close();
    }
  },
  A_DAY_MS,
);

// Goal: nobody holds up a stop for ever. Method: the same, while a consumer has messages and never settles them; who comes
// next must get all of them. How long that took is measured in the long form only.
test(
  "a broker that is stopped ends though a handler never does, and loses nothing",
  async () => {
    const rounds = new Rounds(1, "stops beside a handler that never ends", { share: 0.1 });
    const run = await KillRun.start(rounds.seed, temporaryFolder());
    try {
      await rounds.each(async (random, round) => {
        const topic = `stuck.${round}`;
        const stuck = await RawClient.connect(run.url);
        await stuck.subscribe(`${topic}/handler`);
        await stuck.publish(topic, STUCK);
        await stuck.deliveries(STUCK.length);
        const ended = timeFrom(stuck.next("goAway"), stuck.closed);
        await run.stopAndStart(random.pick([0, 1 + random.int(400)]));
        expect((await stuck.closed).code).toBe(1001);
        if (rounds.isProof) expect(await ended).toBeLessThan(END_WITHIN_MS);
        const next = await RawClient.connect(run.url);
        await next.subscribe(`${topic}/handler`);
        const again = await next.deliveries(STUCK.length);
        expect(again.map(({ failedAttempts }) => failedAttempts)).toEqual(STUCK.map(() => 0));
        await next.close();
      });
    } finally {
      await run.close();
    }
  },
  A_DAY_MS,
);

/** From the end of one thing to the end of the other, in ms. */
async function timeFrom(begin: Promise<unknown>, end: Promise<unknown>): Promise<number> {
  await begin;
  const startedAtMs = performance.now();
  await end;
  return performance.now() - startedAtMs;
}

/** A consumer that settles what it gets at once, so that there is always room for more, and keeps the order of frames. */
class Witness {
  readonly client: RawClient;
  readonly kinds: string[] = [];

  private constructor(client: RawClient) {
    this.client = client;
    client.socket.on("message", (packet: Buffer) => {
      for (const { kind } of readFrames(packet)) this.kinds.push(kind);
    });
  }

  static async open(url: string): Promise<Witness> {
    const witness = new Witness(await RawClient.connect(url));
    const { client } = witness;
    await client.subscribe("stops/witness");
    await client.publish(
      "stops",
      Array.from({ length: MESSAGES }, () => "x"),
    );
    await client.deliveries(1);
    void witness.#settleAll();
    return witness;
  }

  /** Until the connection ends. */
  async #settleAll(): Promise<void> {
    try {
      for (let firstDelivery = 1; ; firstDelivery += 1) {
        await this.client.settle([{ firstDelivery }]);
        await this.client.deliveries(1);
      }
    } catch {
      // Nobody answers any more.
    }
  }
}
