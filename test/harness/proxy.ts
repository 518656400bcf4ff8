import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { connect } from "node:net";

type Direction = "toBroker" | "toClient";

/** What happens to one connection. Bytes count from its first. */
export interface Faults {
  /** Cuts it once so many bytes have gone this way; those before are passed on. */
  readonly cutAfter?: { readonly direction: Direction; readonly bytes: number };
  /** Passes bytes on later, in ms. */
  readonly delayMs?: number;
  /** Passes every chunk on in two pieces, split at this byte. */
  readonly splitAt?: number;
}

/** A TCP proxy between a client and a broker that can cut, delay and halve what goes through. */
export class Proxy {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<Pair>();
  #faults: Faults = {};
  #isBlackHole = false;
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
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** For the next connection; those after it have none. */
  set faults(faults: Faults) {
    this.#faults = faults;
  }

  /** Ends all connections, without a goodbye. */
  cut(): void {
    for (const pair of [...this.#pairs]) pair.cut();
  }

  /** Lets nothing through any more, and closes nothing: as a cable that was pulled out. */
  freeze(): void {
    for (const pair of this.#pairs) pair.freeze();
    this.#isBlackHole = true;
  }

  thaw(): void {
    this.#isBlackHole = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #onConnection(client: Socket): void {
    this.connectionCount += 1;
    this.passed.toBroker = 0;
    this.passed.toClient = 0;
    const broker = connect(this.#target);
    const faults = this.#faults;
    this.#faults = {};
    const pair = new Pair(client, broker, faults, this.passed, () => this.#pairs.delete(pair));
    this.#pairs.add(pair);
    if (this.#isBlackHole) pair.freeze();
  }
}

class Pair {
  readonly #client: Socket;
  readonly #broker: Socket;
  readonly #faults: Faults;
  readonly #passed: Record<Direction, number>;
  readonly #ended: () => void;
  readonly #own = { toBroker: 0, toClient: 0 };
  #isFrozen = false;

  constructor(
    client: Socket,
    broker: Socket,
    faults: Faults,
    passed: Record<Direction, number>,
    ended: () => void,
  ) {
    this.#client = client;
    this.#broker = broker;
    this.#faults = faults;
    this.#passed = passed;
    this.#ended = ended;
    client.setNoDelay(true);
    broker.setNoDelay(true);
    this.#join(client, broker, "toBroker");
    this.#join(broker, client, "toClient");
  }

  cut(): void {
    this.#client.destroy();
    this.#broker.destroy();
    this.#ended();
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  #join(from: Socket, to: Socket, direction: Direction): void {
    from.on("error", () => {});
    from.on("close", () => {
      if (!this.#isFrozen) to.end();
      this.#ended();
    });
    from.on("data", (chunk: Buffer) => {
      if (this.#isFrozen) return;
      const { delayMs } = this.#faults;
      if (delayMs === undefined) this.#pass(chunk, to, direction);
      else setTimeout(() => this.#pass(chunk, to, direction), delayMs);
    });
  }

  #pass(chunk: Buffer, to: Socket, direction: Direction): void {
    const { cutAfter, splitAt } = this.#faults;
    const before = this.#own[direction];
    const left = cutAfter?.direction === direction ? cutAfter.bytes - before : Infinity;
    const passed = chunk.subarray(0, Math.max(0, left));
    this.#own[direction] += passed.length;
    this.#passed[direction] += passed.length;
    if (splitAt === undefined || splitAt >= passed.length) to.write(passed);
    else {
      to.write(passed.subarray(0, splitAt));
      to.write(passed.subarray(splitAt));
    }
    // The other side gets what came before the cut, and then nothing.
    if (left <= chunk.length) to.end(() => this.cut());
  }
}
