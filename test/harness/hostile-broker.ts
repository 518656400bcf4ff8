import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  clientPacketWalker,
  PacketWriter,
  SUBPROTOCOL,
  writeServerFrame,
} from "@peyk/client/protocol";
import { WebSocketServer, type WebSocket } from "ws";
import { goldenPackets } from "../protocol/golden-packets.js";
import { mutate } from "../protocol/mutate.js";
import { mutateFields } from "../protocol/mutate-fields.js";
import type { SeededRandom } from "./seeded-random.js";

const SEEDS = goldenPackets("server");

const WELCOME = packetOf("welcome", 0, {
  version: 1,
  sessionId: new Uint8Array(16).fill(1),
  sessionSecret: new Uint8Array(16).fill(1),
});

const SUBSCRIBED = {
  sources: [{ subscription: "a/g", maxAttempts: 5, ackDeadlineMs: 30_000, created: true }],
};

/** Lets clients in, and says anything after that. */
export class HostileBroker {
  /** Mutants that were sent. */
  sent = 0;
  readonly #server: WebSocketServer;
  #random: SeededRandom;
  #waiting: { left: number; readonly resolve: () => void } | undefined;

  private constructor(server: WebSocketServer, random: SeededRandom) {
    this.#server = server;
    this.#random = random;
    server.on("connection", (socket) => this.#onConnection(socket));
  }

  static async start(random: SeededRandom): Promise<HostileBroker> {
    const server = new WebSocketServer({
      port: 0,
      host: "127.0.0.1",
      handleProtocols: () => SUBPROTOCOL,
    });
    await once(server, "listening");
    return new HostileBroker(server, random);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What comes from now on is drawn from `random`. */
  reseed(random: SeededRandom): void {
    this.#random = random;
  }

  /** Resolves when it has answered so many more requests. */
  answered(count: number): Promise<void> {
    return new Promise((resolve) => (this.#waiting = { left: count, resolve }));
  }

  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #onConnection(socket: WebSocket): void {
    let isWelcome = false;
    socket.on("error", () => {});
    socket.on("message", (packet: Buffer) => {
      if (!isWelcome) {
        isWelcome = true;
        return socket.send(this.#random.chance(0.9) ? WELCOME : this.#mutant(WELCOME));
      }
      for (const { kind, id } of requestsOf(packet)) this.#answer(socket, kind, id);
    });
  }

  /** Sometimes as expected, so that a client gets somewhere; mostly not. */
  #answer(socket: WebSocket, kind: string, id: number): void {
    const random = this.#random;
    const waiting = this.#waiting;
    if (waiting && (waiting.left -= 1) === 0) waiting.resolve();
    if (kind === "subscribe" && random.chance(0.7)) {
      socket.send(packetOf("subscribed", id, SUBSCRIBED));
    }
    for (let count = 1 + random.int(5); count > 0; count -= 1) {
      const seed = withId(random.pick(SEEDS), id);
      socket.send(this.#mutant(seed));
    }
    if (random.chance(0.1))
      socket.close(random.pick([1000, 1001, 1008, 1011, 1013, 3999, 4005, 4008]));
    else if (random.chance(0.05)) socket.send("a text");
    else if (random.chance(0.05)) socket.terminate();
  }

  #mutant(seed: Uint8Array): Uint8Array {
    this.sent += 1;
    const random = this.#random;
    if (random.chance(0.1)) return seed;
    return random.chance(0.7) ? mutateFields(seed, random) : mutate([seed], random);
  }
}

function requestsOf(packet: Uint8Array): { readonly kind: string; readonly id: number }[] {
  const walker = clientPacketWalker();
  const requests = [];
  walker.reset(packet);
  while (walker.next()) requests.push({ kind: walker.kind ?? "", id: walker.requestId });
  return requests;
}

function packetOf<Kind extends Parameters<typeof writeServerFrame>[2]>(
  kind: Kind,
  id: number,
  body: Parameters<typeof writeServerFrame<Kind>>[3],
): Uint8Array {
  const writer = new PacketWriter();
  writeServerFrame(writer, id, kind, body);
  return writer.take();
}

/** The frame of a packet as the answer to another request: the last of equal fields counts. */
function withId(packet: Uint8Array, id: number): Uint8Array {
  // A golden packet is one frame: its tag, its length in one or two bytes, and its fields.
  const size = (packet[1] ?? 0) < 0x80 ? 1 : 2;
  const body = packet.subarray(1 + size);
  const requestId = [0x08, ...numberOf(id)];
  return Uint8Array.from([
    0x0a,
    ...numberOf(body.length + requestId.length),
    ...body,
    ...requestId,
  ]);
}

function numberOf(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...numberOf(value >>> 7)];
}
