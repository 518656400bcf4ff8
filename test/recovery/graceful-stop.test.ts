import { expect, test } from "vitest";
import { temporaryFolder } from "../e2e/peyk-process.js";
import { readFrames } from "../harness/frames.js";
import { KillRun } from "../harness/kill-run.js";
import { RawClient } from "../harness/raw-client.js";
import { Rounds } from "../harness/rounds.js";

/** Stops under load. */
const STOPS = 3;

/** Messages for the consumer that looks what comes after the goodbye. */
const MESSAGES = 1_000;

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
