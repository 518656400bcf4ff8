import type { Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { limits } from "@peyk/client/protocol";
import { PeykProcess, ROOT } from "../e2e/peyk-process.js";
import { RawClient } from "../harness/raw-client.js";
import { RawSocket, webSocketFrame } from "../harness/raw-socket.js";
import { isProof, LONG, Rounds } from "../harness/rounds.js";

const KIB = 1024;

/** Connections in every check. */
const FEW = 50;

/** What the process takes for itself, or gives back, meanwhile: nothing beside a thousand connections, but beside a few. */
const FEW_SLACK_BYTES = 1024 * KIB;

/** What a connection that does nothing may take, in bytes. */
const IDLE_BYTES = 32 * KIB;

/** Almost as many as a stranger's bytes may come in. */
const PIECES = 60;

/** So small that the pieces of the largest packet are almost as many as may wait. */
const SMALL_PIECE_BYTES = 270;

/** What a piece takes besides its bytes, if it was read by itself. */
const PIECE_COST_BYTES = 256;

const BINARY = 2;

/** The largest that there is. */
const FRAME = webSocketFrame(BINARY, new Uint8Array(limits.MAX_PACKET_BYTES));

interface Usage {
  readonly rssBytes: number;
  /** Memory in use once the garbage is gone. */
  readonly usedBytes: number;
  /** From all TCP connections. */
  readonly bytesRead: number;
  readonly connections: number;
}

/** A broker in a process of its own that never closes anybody for being late. */
class StandingBroker {
  readonly url: string;
  readonly #process: PeykProcess;
  #questions = 0;

  private constructor(process: PeykProcess, url: string) {
    this.#process = process;
    this.url = url;
  }

  static async start(): Promise<StandingBroker> {
    const options = { memory: true, listen: "127.0.0.1:0" };
    const script = join(ROOT, "test/harness/standing-broker.mjs");
    const process = new PeykProcess([JSON.stringify(options)], { script });
    onTestFinished(() => process.kill("SIGKILL"));
    const [, url = ""] = await process.prints("stdout", /"url":"([^"]+)"/);
    return new StandingBroker(process, url);
  }

  async usage(): Promise<Usage> {
    const question = `q${this.#questions++}`;
    this.#process.child.stdin?.write(`${question}\n`);
    const [, answer = "{}"] = await this.#process.prints(
      "stdout",
      new RegExp(`${question} (.*)\n`),
    );
    return JSON.parse(answer) as Usage;
  }

  /** Once it has read so many bytes more than `before`. */
  async read(before: Usage, bytes: number): Promise<Usage> {
    for (;;) {
      const usage = await this.usage();
      if (usage.bytesRead >= before.bytesRead + bytes) return usage;
    }
  }
}

/** Opens so many, one after the other. */
async function openAll<Opened>(count: number, open: () => Promise<Opened>): Promise<Opened[]> {
  const opened: Opened[] = [];
  while (opened.length < count) opened.push(await open());
  return opened;
}

/** Writes to each of them piece by piece, so that the broker reads nearly every piece by itself. */
async function drip(sockets: readonly Socket[], bytes: Uint8Array, pieceBytes: number) {
  for (const socket of sockets) socket.setNoDelay(true);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    for (const socket of sockets) socket.write(bytes.subarray(at, at + pieceBytes));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

// Goal (S2): half a frame takes no more memory than its connection may send, and 20 %. Method: a real process whose clock
// stands still, so that nobody is closed meanwhile; what is in use is measured once the garbage is gone.
describe("half a frame on each of many connections", () => {
  test("takes what a stranger may send, and 20 %", LONG, async () => {
    const rounds = new Rounds(FEW, "half frames of strangers");
    const broker = await StandingBroker.start();
    const sockets = await openAll(rounds.count, () => RawSocket.upgraded(broker.url));
    const before = await broker.usage();

    const half = FRAME.subarray(0, limits.MAX_PACKET_BYTES_BEFORE_HELLO - 100);
    for (const socket of sockets) socket.write(half);

    const after = await broker.read(before, rounds.count * half.length);
    expect(after.connections).toBe(rounds.count);
    checkGrowth(rounds, [before, after], limits.MAX_PACKET_BYTES_BEFORE_HELLO);
    // The system gives memory in pages: at 4 KiB a connection they are a part of it.
    if (isProof) expect(after.rssBytes - before.rssBytes).toBeLessThan(rounds.count * 8 * KIB);
  });

  test("takes what a client may send, and 20 %", LONG, async () => {
    const rounds = new Rounds(10, "half frames of clients");
    const broker = await StandingBroker.start();
    const clients = await openAll(rounds.count, () => RawClient.connect(broker.url));
    const before = await broker.usage();

    const most = FRAME.subarray(0, FRAME.length - 1);
    for (const { stream } of clients) stream.write(most);

    const after = await broker.read(before, rounds.count * most.length);
    expect(after.connections).toBe(rounds.count);
    checkGrowth(rounds, [before, after], limits.MAX_PACKET_BYTES);
    const growth = after.rssBytes - before.rssBytes;
    if (isProof) expect(growth).toBeLessThan(1.2 * rounds.count * limits.MAX_PACKET_BYTES);
  });

  test("takes no more where it comes in tiny pieces", LONG, async () => {
    const rounds = new Rounds(FEW, "dripping strangers");
    const broker = await StandingBroker.start();
    const sockets = await openAll(rounds.count, () => RawSocket.upgraded(broker.url));
    const before = await broker.usage();

    await drip(
      sockets.map(({ socket }) => socket),
      FRAME.subarray(0, PIECES),
      1,
    );

    const after = await broker.read(before, rounds.count * PIECES);
    expect(after.connections).toBe(rounds.count);
    checkGrowth(rounds, [before, after], IDLE_BYTES);
  });

  test("takes what a client may send and each small piece costs, and 20 %", LONG, async () => {
    const rounds = new Rounds(4, "dripping clients", { share: 0.02 });
    const broker = await StandingBroker.start();
    const clients = await openAll(rounds.count, () => RawClient.connect(broker.url));
    const before = await broker.usage();

    const most = FRAME.subarray(0, FRAME.length - 1);
    await drip(
      clients.map(({ stream }) => stream),
      most,
      SMALL_PIECE_BYTES,
    );

    const after = await broker.read(before, rounds.count * most.length);
    expect(after.connections).toBe(rounds.count);
    // How many pieces were read together depends on who was faster.
    const pieces = Math.ceil(most.length / SMALL_PIECE_BYTES);
    const limit = limits.MAX_PACKET_BYTES + pieces * PIECE_COST_BYTES;
    checkGrowth(rounds, [before, after], limit);
  });
});

/** What each connection takes more than before, once the garbage is gone. */
function checkGrowth(rounds: Rounds, [before, after]: readonly [Usage, Usage], limit: number) {
  const growth = after.usedBytes - before.usedBytes;
  const rss = after.rssBytes - before.rssBytes;
  const each = (bytes: number) => `${Math.round(bytes / rounds.count)} bytes`;
  rounds.add(rounds.count);
  rounds.note(`${each(growth)} each, ${each(rss)} of RSS; ${limit} allowed`);
  expect(growth).toBeLessThan(1.2 * rounds.count * limit + (isProof ? 0 : FEW_SLACK_BYTES));
}
