import { connect, type Peyk } from "@peyk/client";
import { BrokerProcess } from "./broker-process.js";
import { ACTS, CutLane, type Act, type Cut } from "./cut-lane.js";
import { freePort } from "./free-port.js";
import { manyTimes } from "./many-urls.js";
import type { Direction, Faults } from "./proxy.js";
import type { SeededRandom } from "./seeded-random.js";

/** Longer than a broker, or a test that is held up, ever takes: sessions do not end. */
const LONG_GRACE_MS = 60_000;

/** Bytes of a request that opens a connection, of Hello and of what is said again: a cut may be anywhere in it. */
const RECONNECT_BYTES = 700;

/** A broker on a real disk, and clients whose connections are cut while they publish or settle. */
export class CutRun {
  readonly #port: number;
  readonly #directory: string;
  #broker: BrokerProcess;
  readonly #direct: Peyk;
  readonly #lanes: readonly CutLane[];

  private constructor(parts: {
    readonly port: number;
    readonly directory: string;
    readonly broker: BrokerProcess;
    readonly direct: Peyk;
    readonly lanes: readonly CutLane[];
  }) {
    this.#port = parts.port;
    this.#directory = parts.directory;
    this.#broker = parts.broker;
    this.#direct = parts.direct;
    this.#lanes = parts.lanes;
  }

  static async start(directory: string, laneCount: number): Promise<CutRun> {
    const port = await freePort();
    const broker = await startAt(port, directory);
    const direct = await connect(manyTimes(broker.url), { log: false });
    const lanes: CutLane[] = [];
    for (let lane = 0; lane < laneCount; lane += 1) {
      lanes.push(await CutLane.open(broker.url, direct, `lane-${lane}`));
    }
    return new CutRun({ port, directory, broker, direct, lanes });
  }

  get laneCount(): number {
    return this.#lanes.length;
  }

  /** A cut at every byte of every act, in both directions: before the first, after each, and none at all. */
  async everyByte(): Promise<Cut[]> {
    const [lane] = this.#lanes;
    if (!lane) throw new Error("there is no lane");
    const cuts: Cut[] = [];
    for (const act of ACTS) {
      const size = await lane.sizeOf(act);
      for (const direction of ["toBroker", "toClient"] as const) {
        // Positions and numbers become longer as they grow.
        for (let bytes = 0; bytes <= size[direction] + 2; bytes += 1) {
          cuts.push({ act, faults: { cutAfter: { direction, bytes } } });
        }
      }
    }
    return cuts;
  }

  /** Does as many acts at once as there are lanes. `kills`: the broker is killed before anybody gets through again. */
  async round(cuts: readonly Cut[], kills: boolean): Promise<void> {
    const pairs = cuts.map((cut, index) => ({ cut, lane: this.#lanes[index] as CutLane }));
    const started = await Promise.all(
      pairs.map(async ({ cut, lane }) => ({ lane, act: await lane.start(cut, kills) })),
    );
    if (kills) {
      await Promise.all(started.map(({ act }) => act.cutOrDone));
      await this.#broker.kill();
      this.#broker = await startAt(this.#port, this.#directory);
      for (const { lane } of started) lane.admit();
    }
    await Promise.all(
      started.map(async ({ lane, act }) => {
        try {
          await lane.check(act, kills);
        } catch (error) {
          throw new Error(`${JSON.stringify(act.cut)}: ${String(error)}`, { cause: error });
        }
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
    await this.#direct.close({ timeoutMs: 0 });
    await this.#broker.kill();
  }
}

/** Anywhere, of any kind; half of the clients are cut off again while they come back. */
export function drawCut(random: SeededRandom): Cut {
  const act: Act = random.pick(ACTS);
  const cut = { act, faults: drawFaults(random, 120) };
  return random.chance(0.5) ? { ...cut, nextFaults: drawFaults(random, RECONNECT_BYTES) } : cut;
}

function drawFaults(random: SeededRandom, maxBytes: number): Faults {
  const direction: Direction = random.pick(["toBroker", "toClient"]);
  const halves = [{}, { splitAt: 1 + random.int(20) }, { isDribbling: true }, { delayMs: 1 }];
  return {
    cutAfter: { direction, bytes: random.int(maxBytes) },
    cutBy: random.pick(["end", "reset"]),
    ...random.pick(halves),
  };
}

const startAt = (port: number, dataDir: string): Promise<BrokerProcess> =>
  BrokerProcess.start({ listen: `127.0.0.1:${port}`, dataDir, resumeGraceMs: LONG_GRACE_MS });
