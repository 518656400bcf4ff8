import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { limits, PacketWriter, writeClientFrame } from "@peyk/client/protocol";
import { ChildBroker } from "../harness/child-broker.js";
import { Neighbour } from "../harness/neighbour.js";
import { RawSocket, upgradeRequest, webSocketFrame } from "../harness/raw-socket.js";
import { isProof, LONG, Rounds } from "../harness/rounds.js";
import { tempDir } from "../harness/start-broker.js";

const MIB = 1024 * 1024;

/** What garbage may come and go in, whatever is done to a broker. */
const SLACK_BYTES = 48 * MIB;

/** What a connection that does nothing may take, in bytes. */
const IDLE_BYTES = 32 * 1024;

/** Those that have said nothing that a broker keeps unless told otherwise. */
const MAX_STRANGERS = (5_000 * limits.MAX_STRANGERS_PERCENT) / 100;

/** The goal (S7): headers that take so long, in ms, are waited for no longer. */
const SLOW_HEADERS_MS = 15_000;

/** Sockets that a flood opens at a time: below what a process may have open. */
const AT_ONCE = 500;

const CONTINUATION = 0;
const BINARY = 2;
const PING = 9;

const HELLO = ((): Uint8Array => {
  const writer = new PacketWriter();
  writeClientFrame(writer, 0, "hello", { version: 1, minVersion: 1, clientName: "one of many" });
  return writer.take();
})();

/** A broker in a process of its own, and a client that must not notice what is done to it. */
async function startWatched(options: Parameters<typeof ChildBroker.start>[0] = {}) {
  const broker = await ChildBroker.start({ dataDir: tempDir(), spareBytes: 0, ...options });
  const neighbour = await Neighbour.connect(broker.url);
  await neighbour.work();
  const status = () => neighbour.client.ask("getStatus", {}, "status");
  return { broker, url: broker.url, neighbour, status };
}

/** A TCP connection that is given a request and never looked at again. */
function openAndWrite(url: string, bytes: string | Uint8Array): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connectTcp(Number(port), hostname);
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) => {
    socket.once("close", () => resolve(socket));
    socket.once("connect", () => socket.write(bytes, () => resolve(socket)));
  });
}

/** Runs `work` so many times, some at a time, while the neighbour works. */
async function flood(
  rounds: Rounds,
  neighbour: Neighbour,
  work: (round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds.count; round += AT_ONCE) {
    const size = Math.min(AT_ONCE, rounds.count - round);
    const works = Array.from({ length: size }, (_, index) => work(round + index));
    await Promise.all([neighbour.work(), ...works]);
    rounds.add(size);
  }
}

// Goal: what strangers do to the listener costs the broker little memory and its clients nothing. Method: a real process,
// floods of one kind each, and a neighbour that publishes and consumes all the while.
describe("a flood of", () => {
  test("upgrades that are reset at once leaves nothing", LONG, async () => {
    const rounds = new Rounds(500, "upgrades");
    const { url, neighbour, status } = await startWatched();
    await flood(rounds, neighbour, async () => {
      const socket = await openAndWrite(url, upgradeRequest());
      socket.resetAndDestroy();
    });

    await expect.poll(async () => (await status()).connections).toBe(1);
    await neighbour.work();
  });

  test("connections holds the cap, and those that were let in are served", LONG, async () => {
    const rounds = new Rounds(300, "connections");
    const maxConnections = 50;
    const { url, neighbour, status } = await startWatched({ maxConnections });
    const before = await status();
    let refused = 0;
    await flood(rounds, neighbour, async () => {
      const socket = await openAndWrite(url, upgradeRequest());
      const [answer] = (await once(socket, "data")) as [Buffer];
      if (answer.toString().startsWith("HTTP/1.1 503 ")) refused += 1;
      else socket.write(webSocketFrame(BINARY, HELLO));
    });

    const after = await status();
    expect(after.connections).toBeLessThanOrEqual(maxConnections);
    expect(refused).toBeGreaterThan(0);
    expect(after.counters["connections_refused"]).toBe(refused);
    expect(after.residentBytes - before.residentBytes).toBeLessThan(SLACK_BYTES);
    await neighbour.work();
  });

  test("half frames takes no more than what strangers may send", LONG, async () => {
    const rounds = new Rounds(300, "half frames");
    const { url, neighbour, status } = await startWatched();
    const before = await status();
    // The header of a frame of the largest size, and as much of it as a stranger may send.
    const frame = webSocketFrame(BINARY, new Uint8Array(limits.MAX_PACKET_BYTES));
    const half = frame.subarray(0, limits.MAX_PACKET_BYTES_BEFORE_HELLO - 100);
    await flood(rounds, neighbour, async () => {
      await openAndWrite(url, Buffer.concat([Buffer.from(upgradeRequest()), half]));
    });

    const after = await status();
    const open = after.connections - 1;
    expect(open).toBeGreaterThan(0);
    expect(open).toBeLessThanOrEqual(MAX_STRANGERS);
    // S2: what each may send and takes idle, and 20 %. The slack is for garbage: the collector lets some tens of MiB of it
    // come and go, however many connections there are, so that without it nothing could be said of a few hundred.
    const each = IDLE_BYTES + limits.MAX_PACKET_BYTES_BEFORE_HELLO;
    const growth = after.residentBytes - before.residentBytes;
    rounds.note(`${open} open, ${Math.round(growth / 1024)} KiB more`);
    expect(growth).toBeLessThan(1.2 * open * each + SLACK_BYTES);
    await neighbour.work();
  });

  // It takes as long as the headers of a request may, in real time: only as a proof. upgrade.test.ts has one such client.
  if (isProof)
    test("slow headers is closed, while good clients go on", LONG, async () => {
      const rounds = new Rounds(AT_ONCE, "slow requests");
      const { url, neighbour } = await startWatched();
      const slow = await Promise.all(
        Array.from({ length: AT_ONCE }, () =>
          openAndWrite(url, "GET / HTTP/1.1\r\nHost: a\r\nX: "),
        ),
      );
      const closed = slow.map(
        (socket) => new Promise((resolve) => socket.once("close", () => resolve(undefined))),
      );
      const dripping = setInterval(() => {
        for (const socket of slow) if (socket.writable) socket.write("a");
      }, 1_000);
      onTestFinished(() => clearInterval(dripping));
      const began = performance.now();
      const isOver = Promise.all(closed).then(() => true);
      while (!(await Promise.race([isOver, neighbour.work().then(() => false)]))) continue;

      rounds.add(AT_ONCE);
      rounds.note(`closed after ${Math.round(performance.now() - began)} ms`);
      expect(performance.now() - began).toBeLessThan(SLOW_HEADERS_MS);
    });

  test("pings that are not read ends its connection, and takes no memory", LONG, async () => {
    const rounds = new Rounds(20_000, "pings");
    const { url, neighbour, status } = await startWatched();
    const before = await status();
    const ping = webSocketFrame(PING, new Uint8Array(125));
    const most = 500;
    const flooders: RawSocket[] = [];
    for (let sent = 0; sent < rounds.count; sent += most) {
      const raw = await RawSocket.upgraded(url);
      raw.socket.pause();
      // In one write: one that comes after the broker gave up waiting would lose what is not read yet.
      raw.write(Buffer.concat(Array<Buffer>(most).fill(ping)));
      flooders.push(raw);
      await neighbour.work(1);
      rounds.add(most);
    }
    for (const { socket } of flooders) socket.resume();

    for (const raw of flooders) expect(await raw.closeCode()).toBe(4008);
    expect((await status()).residentBytes - before.residentBytes).toBeLessThan(SLACK_BYTES);
  });

  test("broken WebSocket frames closes each with its code", LONG, async () => {
    const rounds = new Rounds(200, "broken frames");
    const { url, neighbour } = await startWatched();
    await flood(rounds, neighbour, async (round) => {
      const [bytes, code] = BROKEN[round % BROKEN.length] ?? [Buffer.alloc(0), 0];
      const raw = await RawSocket.upgraded(url);
      raw.write(bytes);
      expect(await raw.closeCode()).toBe(code);
    });
    await neighbour.work();
  });
});

/** What is no WebSocket frame, and the code that it is closed with. */
const BROKEN: readonly (readonly [bytes: Buffer, code: number])[] = [
  [webSocketFrame(BINARY, new Uint8Array(0), { masked: false }), 1002],
  // "Compressed", where no compression was negotiated.
  [webSocketFrame(BINARY, new Uint8Array(10), { rsv: 0x40 }), 1002],
  [webSocketFrame(3, new Uint8Array(0)), 1002],
  [webSocketFrame(CONTINUATION, new Uint8Array(0)), 1002],
  [webSocketFrame(PING, new Uint8Array(0), { fin: false }), 1002],
  [webSocketFrame(PING, new Uint8Array(126)), 1002],
  [webSocketFrame(8, Buffer.from([0x03, 0xed])), 1002],
  [webSocketFrame(1, Buffer.from([0xc0, 0x80])), 1007],
  [webSocketFrame(1, Buffer.from("{}")), 1003],
  [webSocketFrame(BINARY, Buffer.alloc(limits.MAX_PACKET_BYTES + 1)).subarray(0, 100), 1009],
];
