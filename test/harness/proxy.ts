import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Pipe, type Direction, type Faults } from "./proxy-pipe.js";

export type { Direction, Faults } from "./proxy-pipe.js";

/** Clients that all come back at once wait here instead of trying again a second later. */
const MAX_BACKLOG = 4_096;

/** A TCP proxy between a client and a broker that can cut, delay, halve and hold back what goes through. */
export class Proxy {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<Pair>();
  #faults: Faults = {};
  #isBlackHole = false;
  #isRefusing = false;
  readonly #onCut: (() => void)[] = [];
  /** Connections so far. */
  connectionCount = 0;
  /** Bytes that went through the newest connection. */
  readonly passed = { toBroker: 0, toClient: 0 };

  private constructor(server: Server, target: string) {
    const { hostname, port } = new URL(target);
    this.#target = { host: hostname, port: Number(port) };
    this.#server = server;
    server.on("connection", (socket) => this.#onConnection(socket));
  }

  /** Listens on a free port, in front of a broker's URL. */
  static async start(target: string): Promise<Proxy> {
    const server = createServer();
    const proxy = new Proxy(server, target);
    await new Promise<void>((resolve) => {
      server.listen({ port: 0, host: "127.0.0.1", backlog: MAX_BACKLOG }, resolve);
    });
    return proxy;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that are open. */
  get openCount(): number {
    return this.#pairs.size;
  }

  /** For the next connection; those after it have none. */
  set faults(faults: Faults) {
    this.#faults = faults;
  }

  /** For the connections that are open: bytes count from now. */
  setFaultsNow(faults: Faults): void {
    for (const pair of this.#pairs) pair.setFaults(faults);
  }

  /** Resolves when a connection is cut, by a fault or by `cut`. */
  nextCut(): Promise<void> {
    return new Promise((resolve) => this.#onCut.push(resolve));
  }

  /** Ends all connections, without a goodbye. */
  cut(by: "end" | "reset" = "end"): void {
    for (const pair of [...this.#pairs]) pair.cut(by);
  }

  /** Lets nobody in: whoever connects is cut off at once. */
  refuse(): void {
    this.#isRefusing = true;
  }

  admit(): void {
    this.#isRefusing = false;
  }

  /** Lets nothing through any more, and closes nothing: as a cable that was pulled out. */
  freeze(): void {
    for (const pair of this.#pairs) pair.drop();
    this.#isBlackHole = true;
  }

  thaw(): void {
    this.#isBlackHole = false;
  }

  /** Keeps what goes this way back, on the connections that are open, until `release`. */
  hold(direction: Direction): void {
    for (const pair of this.#pairs) pair.pipes[direction].hold();
  }

  release(direction: Direction): void {
    for (const pair of this.#pairs) pair.pipes[direction].release();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #onConnection(client: Socket): void {
    this.connectionCount += 1;
    this.passed.toBroker = 0;
    this.passed.toClient = 0;
    if (this.#isRefusing) {
      client.on("error", () => {});
      client.destroy();
      return;
    }
    const faults = this.#faults;
    this.#faults = {};
    const pair = new Pair(client, connect(this.#target), faults, {
      passed: (direction, bytes) => (this.passed[direction] += bytes),
      cut: () => {
        for (const resolve of this.#onCut.splice(0)) resolve();
      },
      ended: () => this.#pairs.delete(pair),
    });
    this.#pairs.add(pair);
    if (this.#isBlackHole) pair.drop();
  }
}

interface PairEvents {
  readonly passed: (direction: Direction, bytes: number) => void;
  readonly cut: () => void;
  readonly ended: () => void;
}

/** A connection of a client, and the one that goes on to the broker. */
class Pair {
  readonly pipes: Readonly<Record<Direction, Pipe>>;
  readonly #sockets: readonly Socket[];
  readonly #events: PairEvents;
  #faults: Faults;

  constructor(client: Socket, broker: Socket, faults: Faults, events: PairEvents) {
    this.#events = events;
    this.#faults = faults;
    this.#sockets = [client, broker];
    const pipe = (direction: Direction, from: Socket, to: Socket): Pipe =>
      new Pipe(
        { from, to, direction },
        {
          cut: () => this.#finish(),
          passed: (bytes) => events.passed(direction, bytes),
        },
      );
    this.pipes = {
      toBroker: pipe("toBroker", client, broker),
      toClient: pipe("toClient", broker, client),
    };
    this.setFaults(faults);
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", events.ended);
    }
    for (const each of Object.values(this.pipes)) void each.run();
  }

  setFaults(faults: Faults): void {
    this.#faults = faults;
    for (const pipe of Object.values(this.pipes)) pipe.faults = faults;
  }

  drop(): void {
    for (const pipe of Object.values(this.pipes)) pipe.drop();
  }

  cut(by: "end" | "reset"): void {
    for (const socket of this.#sockets) {
      if (by === "reset") socket.resetAndDestroy();
      else socket.destroy();
    }
    this.#events.ended();
    this.#events.cut();
  }

  /** A fault cuts it: what was passed on is in the hands of the system by now, and arrives unless it is reset. */
  #finish(): void {
    this.cut(this.#faults.cutBy ?? "end");
  }
}
