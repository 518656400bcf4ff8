import { connect, type Peyk } from "@peyk/client";
import { describe, expect, onTestFinished, test } from "vitest";
import { limits, PeykError } from "../../client/src/protocol/index.js";
import * as json from "../../client/src/protocol/json.js";
import { ChildBroker } from "../harness/child-broker.js";
import { collectGarbage } from "../harness/garbage.js";
import { HostileBroker } from "../harness/hostile-broker.js";
import { liveHostile } from "../harness/hostile-life.js";
import { Neighbour } from "../harness/neighbour.js";
import { LONG, Rounds } from "../harness/rounds.js";
import { startBroker, tempDir } from "../harness/start-broker.js";
import { goldenPackets, manyMessagesPacket } from "../protocol/golden-packets.js";
import { mutate } from "../protocol/mutate.js";
import { mutateFields } from "../protocol/mutate-fields.js";
import { rewrite } from "../protocol/rewrite.js";

/** More than this must not stay in memory, however many frames there were. */
const MAX_GROWTH_BYTES = 32 * 1024 * 1024;

/** More than a broker keeps of the messages that were committed last. */
const CACHE_BYTES = 40 * 1024 * 1024;

/** After so many connections what they made is deleted again: until then it is theirs, and takes memory. */
const TIDY_EVERY = 200;

/** No reader takes longer for a packet, in ms of a processor; compared by the long form alone. */
const MAX_READ_MS = 50;

/** What takes longer than all before is read so often, and its shortest time counts: collecting garbage is not its fault. */
const REPEATS = 4;

/** Short, so that sessions do not outlive the connections by much. */
const GRACE_MS = 20;

/** Lines of the log that no client may bring about. */
const BUGS: ReadonlySet<string> = new Set(["internal error", "journal failed", "journal damaged"]);

const prototypeNames = (): readonly (string | symbol)[] => Reflect.ownKeys(Object.prototype);

/** What this process holds on to, in bytes. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Runs `read` on bytes that may be anything; returns the size of what came out. */
function sizeOf(read: () => { readonly length: number }): number {
  try {
    return read().length;
  } catch (error) {
    if (!(error instanceof PeykError)) throw error;
    if (!/^[a-z].*(?<!\w\.)$/s.test(error.message))
      throw new Error(`no sentence: ${error.message}`);
    return 0;
  }
}

/** The longest that anything took. */
class Slowest {
  ms = 0;

  time<T>(work: () => T): T {
    const [result, firstMs] = timed(work);
    let ms = firstMs;
    for (let again = 1; again < REPEATS && ms > this.ms; again += 1) {
      ms = Math.min(ms, timed(work)[1]);
    }
    this.ms = Math.max(this.ms, ms);
    return result;
  }
}

/** `ms`: of the processor. */
function timed<T>(work: () => T): [result: T, ms: number] {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1_000];
}

// Goal: nothing that a peer sends makes a reader fail with anything but a PeykError, or make much of little. Method: frames
// of both sides, changed bit by bit and field by field, go through every reader and writer of both subprotocols.
describe("readers of mutated packets", () => {
  const seeds = [...goldenPackets("client"), ...goldenPackets("server"), manyMessagesPacket()];
  const names = prototypeNames();

  test("throw nothing but PeykError and grow nothing", LONG, () => {
    const rounds = new Rounds(3_000, "packets", { share: 0.4 });
    const random = rounds.randomOf(0);
    const slowest = new Slowest();
    const read = (reader: () => { readonly length: number }): number =>
      slowest.time(() => sizeOf(reader));
    while (rounds.done < rounds.count) {
      const isDeep = random.chance(0.5);
      const packet = isDeep ? mutateFields(random.pick(seeds), random) : mutate(seeds, random);
      const most = Math.max(
        read(() => rewrite("client", packet)),
        read(() => rewrite("server", packet)),
      );
      const text = Math.max(
        read(() => json.clientPacketToJson(packet).join("")),
        read(() => json.serverPacketToJson(packet).join("")),
      );
      // What comes out is bounded by what goes in: nothing is read twice or made up.
      if (most > packet.length * 4 + 64 || text > packet.length * 64 + 64) {
        throw new Error(`${packet.length} bytes became ${most} bytes, ${text} characters`);
      }
      rounds.add();
    }
    const slowestMs = slowest.ms;
    rounds.note(
      `${rounds.perSecond.toFixed(0)} a second, the slowest took ${slowestMs.toFixed(1)} ms`,
    );
    expect(prototypeNames()).toEqual(names);
    if (rounds.isProof) expect(slowestMs).toBeLessThanOrEqual(MAX_READ_MS);
  });

  test("as text throw nothing but PeykError", LONG, () => {
    const rounds = new Rounds(2_000, "texts", { share: 0.2 });
    const random = rounds.randomOf(0);
    const texts = seeds.slice(0, 30).flatMap((packet) => json.clientPacketToJson(packet));
    const encoded = texts.map((text) => new TextEncoder().encode(text));
    while (rounds.done < rounds.count) {
      const text = new TextDecoder().decode(mutate(encoded, random));
      const size = sizeOf(() => json.clientPacketFromJson(text));
      if (size > limits.MAX_PACKET_BYTES)
        throw new Error(`${text.length} characters: ${size} bytes`);
      rounds.add();
    }
    expect(prototypeNames()).toEqual(names);
  });
});

// Goal: no frame in any state of a session makes the broker fail, hang, keep memory or confuse one client with another.
// Method: connection after connection gets into some state, sends mutants over a real socket and ends somehow, while a
// neighbour publishes, consumes and settles and must get exactly its own.
describe("a broker with hostile clients", () => {
  test("serves its neighbour, and has nothing left of them", LONG, async () => {
    const rounds = new Rounds(3_000, "frames", { share: 0.3 });
    const names = prototypeNames();
    const bugs: string[] = [];
    const { url, server } = await startBroker({
      dataDir: tempDir(),
      durability: "os",
      spareBytes: 0,
      resumeGraceMs: GRACE_MS,
      log: (_level, event, fields) => {
        if (BUGS.has(event)) bugs.push(JSON.stringify({ event, ...fields }));
      },
    });
    const neighbour = await Neighbour.connect(url);
    if (rounds.isProof) await neighbour.fill(CACHE_BYTES);
    let before = 0;
    for (let life = 0; rounds.done < rounds.count; life += 1) {
      const died = (error: unknown): never => {
        const what = [`PEYK_TEST_SEED=${rounds.seedOf(life)}: ${String(error)}`, ...bugs];
        throw new Error(what.join("\n"), { cause: error });
      };
      const work = async (): Promise<void> => {
        rounds.add(await liveHostile(url, rounds.randomOf(life), rounds.count - rounds.done));
        await neighbour.work();
        if (bugs.length > 0) throw new Error("the broker told of a bug");
      };
      await work().catch(died);
      if (life % TIDY_EVERY === 0) await neighbour.tidyUp();
      if (life === TIDY_EVERY) before = heldBytes();
    }

    rounds.note(`${rounds.perSecond.toFixed(0)} a second`);
    await expect.poll(() => server.context.sessions.size).toBe(1);
    expect(server.context.connections.size).toBe(1);
    await neighbour.tidyUp();
    expect(prototypeNames()).toEqual(names);
    if (before > 0) expect(heldBytes() - before).toBeLessThan(MAX_GROWTH_BYTES);
  });

  test("lives on as a process of its own", LONG, async () => {
    const rounds = new Rounds(1_000, "frames to a process", { share: 0.05 });
    const options = { durability: "os", spareBytes: 0, resumeGraceMs: GRACE_MS } as const;
    const broker = await ChildBroker.start({ ...options, dataDir: tempDir() });
    const neighbour = await Neighbour.connect(broker.url);
    for (let life = 0; rounds.done < rounds.count; life += 1) {
      rounds.add(await liveHostile(broker.url, rounds.randomOf(life), rounds.count - rounds.done));
      await neighbour.work();
      if (life % TIDY_EVERY === 0) await neighbour.tidyUp();
    }
    const status = await neighbour.client.ask("getStatus", {}, "status");
    expect(status.state).toBe("serving");
    rounds.note(`${rounds.perSecond.toFixed(0)} a second`);
    rounds.note(`loop late by ${status.eventLoopDelayMaxMs.toFixed(0)} ms at most`);
    expect(await broker.kill("SIGTERM")).toBe(0);
  });
});

/** Answers and turns of the event loop that a client lives through. */
const TURNS = 10;

/** Everything that a client can ask for at once. */
function workOf(client: Peyk): Promise<unknown>[] {
  const readAll = async (items: AsyncIterable<unknown>): Promise<void> => {
    let left = 100; // a hostile broker's list has no end
    for await (const _ of items) if ((left -= 1) === 0) return;
  };
  return [
    client.publish("orders", { a: 1 }),
    client.subscribe("a/g", () => {}, { concurrency: 2 }),
    client.live("orders", () => {}),
    client.status(),
    client.topics.create("orders"),
    client.topics.peek("orders", { count: 5 }),
    client.topics.get("orders"),
    client.subscriptions.get("a/g"),
    client.subscriptions.purge("a/g"),
    readAll(client.topics.list()),
    readAll(client.subscriptions.list()),
    readAll(client.dlq.list("a/g")),
  ];
}

// Goal: no broker makes a client fail with anything but a PeykError, or wait for ever. Method: a broker lets clients in and
// answers each request with mutants of its frames; when the client is closed every promise must have settled.
describe("a client of a hostile broker", () => {
  test("settles every promise, with a PeykError where it fails", LONG, async () => {
    const rounds = new Rounds(500, "frames to a client", { share: 0.05 });
    const broker = await HostileBroker.start(rounds.randomOf(0));
    onTestFinished(() => broker.close());
    const names = prototypeNames();
    for (let life = 0; rounds.done < rounds.count; life += 1) {
      const before = broker.sent;
      broker.reseed(rounds.randomOf(life));
      const errors = await meet(broker);
      const strange = errors.filter((error) => !PeykError.is(error));
      if (strange.length > 0) {
        const [error] = strange;
        throw new Error(`PEYK_TEST_SEED=${rounds.seedOf(life)}: ${String(error)}`, {
          cause: error,
        });
      }
      rounds.add(Math.max(1, broker.sent - before));
    }
    expect(prototypeNames()).toEqual(names);
  });
});

/** One client's life; returns what its promises were rejected with. */
async function meet(broker: HostileBroker): Promise<unknown[]> {
  const errors: unknown[] = [];
  const options = { log: false, connectTimeoutMs: 50 } as const;
  const client = await connect(broker.url, options).catch((error: unknown) => {
    errors.push(error);
  });
  if (!client) return errors;
  const answered = broker.answered(TURNS);
  const work = workOf(client);
  const settled = Promise.allSettled(work);
  // What was answered gets some turns to have its effect; the rest is ended by the close.
  await Promise.race([answered, ...work.map((each) => each.catch(() => {}))]);
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  await client.close({ timeoutMs: 0 });
  for (const result of await settled) if (result.status === "rejected") errors.push(result.reason);
  return errors;
}
