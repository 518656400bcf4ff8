import type { OpenSocket, Socket, SocketEvents } from "../../../client/src/socket.js";
import { CLOSE_CODES } from "../../../client/src/protocol/index.js";
import type { Accept, Line, LineEvents } from "../../../src/transport/line.js";
import type { SeededRandom } from "../seeded-random.js";
import { Pipe } from "./simulated-pipe.js";
import type { SimulatedProcess } from "./simulated-process.js";

/** How long it takes an operating system to tell that a connection is gone, at most, in ms. */
const TELL_MS = 50;

interface Listening {
  readonly process: SimulatedProcess;
  readonly accept: Accept;
}

/** Connections between clients and one broker. Each has its own delays, so that they overtake one another. */
export class SimulatedNetwork {
  readonly connections = new Set<SimulatedConnection>();
  /** The longest usual delay of a packet, in ms; connections draw theirs below it. */
  longestDelayMs = 20;
  readonly #random: SeededRandom;
  readonly #blocked = new Set<SimulatedProcess>();
  #listening: Listening | undefined;
  #nextNumber = 1;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  listen(process: SimulatedProcess, accept: Accept): void {
    this.#listening = { process, accept };
  }

  /** Nobody listens any more. */
  deafen(): void {
    this.#listening = undefined;
  }

  /** Packets of this process go nowhere, until `unblock`. Nobody is told. */
  block(process: SimulatedProcess): void {
    this.#blocked.add(process);
    for (const each of this.#of(process)) each.hold();
  }

  /** What was held up arrives now, where somebody still waits for it. */
  unblock(process: SimulatedProcess): void {
    this.#blocked.delete(process);
    for (const each of this.#of(process)) each.release();
  }

  /** A process is gone, and its connections with it; or its machine, which tells nobody. */
  died(process: SimulatedProcess, how: "process" | "machine"): void {
    for (const each of this.#of(process)) {
      if (how === "process") each.cut();
      else each.hold();
    }
    if (this.#listening?.process === process) this.#listening = undefined;
  }

  socketsOf(client: SimulatedProcess): OpenSocket {
    return (_url, events) => {
      const broker = this.#listening;
      if (!broker || !broker.process.isAlive) return this.#refuse(client, events);
      const delayMs = this.#random.fraction() * this.longestDelayMs;
      const connection = new SimulatedConnection(
        { client, broker: broker.process },
        { number: this.#nextNumber++, delayMs, random: this.#random.fork() },
        events,
        () => this.connections.delete(connection),
      );
      this.connections.add(connection);
      if (this.#blocked.has(client)) connection.hold();
      connection.open(broker.accept);
      return connection.socket;
    };
  }

  #of(process: SimulatedProcess): SimulatedConnection[] {
    return [...this.connections].filter((each) => each.joins(process));
  }

  /** Told at once, or after a long time, or never. */
  #refuse(client: SimulatedProcess, events: SocketEvents): Socket {
    let isOver = false;
    const afterMs = this.#random.chance(0.8) ? this.#random.fraction() * 20 : 60_000;
    client.run(afterMs, "is not let in", () => {
      if (!isOver) events.closed(1006, "nobody listens");
    });
    return { bufferedBytes: 0, send: () => {}, close: () => void (isOver = true) };
  }
}

/** One connection: a socket at the client, a line at the broker, and a pipe each way. */
export class SimulatedConnection {
  readonly socket: Socket;
  readonly #client: SimulatedProcess;
  readonly #broker: SimulatedProcess;
  readonly #random: SeededRandom;
  readonly #name: string;
  readonly #events: SocketEvents;
  readonly #ended: () => void;
  readonly #toBroker: Pipe;
  readonly #toClient: Pipe;
  #lineEvents: LineEvents | undefined;
  #isClientDone = false;
  #isBrokerDone = false;

  constructor(
    between: { readonly client: SimulatedProcess; readonly broker: SimulatedProcess },
    parts: { readonly number: number; readonly delayMs: number; readonly random: SeededRandom },
    events: SocketEvents,
    ended: () => void,
  ) {
    const { client, broker } = between;
    const { delayMs, random } = parts;
    this.#client = client;
    this.#broker = broker;
    this.#random = random;
    this.#name = `connection ${parts.number}`;
    this.#events = events;
    this.#ended = ended;
    const pipe = { delayMs, random };
    this.#toBroker = new Pipe(client, broker, { ...pipe, name: `${this.#name} up` }, (packet) => {
      if (!this.#isBrokerDone) this.#lineEvents?.packet(packet);
    });
    this.#toClient = new Pipe(broker, client, { ...pipe, name: `${this.#name} down` }, (packet) => {
      if (!this.#isClientDone) events.packet(packet);
    });
    this.socket = this.#createSocket();
  }

  joins(process: SimulatedProcess): boolean {
    return this.#client === process || this.#broker === process;
  }

  open(accept: Accept): void {
    this.#toBroker.then("accepts", () => {
      if (this.#isBrokerDone) return;
      this.#lineEvents = accept(this.#createLine());
      this.#toClient.then("is open", () => {
        if (!this.#isClientDone) this.#events.opened();
      });
    });
  }

  /** It ends as when a router forgets it: what is on its way may still arrive, or not, and each end is told. */
  cut(): void {
    for (const pipe of [this.#toBroker, this.#toClient]) pipe.loseSome();
    this.#tellBroker(false);
    this.#tellClient(1006, "it was cut");
  }

  /** Nothing arrives, and nobody is told. */
  hold(): void {
    for (const pipe of [this.#toBroker, this.#toClient]) pipe.hold();
  }

  release(): void {
    for (const pipe of [this.#toBroker, this.#toClient]) pipe.release();
  }

  #createSocket(): Socket {
    const pipe = this.#toBroker;
    return {
      get bufferedBytes() {
        return pipe.bufferedBytes;
      },
      // The client uses its buffer again.
      send: (packet) => pipe.send(packet.slice(), () => {}),
      close: (code, reason) => {
        if (this.#isClientDone) return;
        const isClean = code === CLOSE_CODES.normal.code;
        if (!isClean) pipe.loseSome();
        pipe.then("is closed", () => this.#tellBroker(isClean, 0));
        this.#tellClient(code, reason);
      },
    };
  }

  #createLine(): Line {
    const pipe = this.#toClient;
    return {
      peer: this.#name,
      get bufferedBytes() {
        return pipe.bufferedBytes;
      },
      keepsPackets: false,
      sharesProcess: false,
      send: (packet, sent) => pipe.send(packet, sent),
      pause: () => this.#toBroker.pause(),
      resume: () => this.#toBroker.resume(),
      opened: () => {},
      close: (reason, detail) => {
        const { code } = CLOSE_CODES[reason];
        pipe.then("is closed", () => this.#tellClient(code, detail, 0));
        this.#tellBroker(false);
      },
    };
  }

  #tellBroker(wasClean: boolean, withinMs = TELL_MS): void {
    this.#broker.run(this.#random.fraction() * withinMs, `${this.#name} ended`, () => {
      if (this.#isBrokerDone) return;
      this.#isBrokerDone = true;
      void this.#lineEvents?.closed(wasClean);
      this.#checkEnded();
    });
  }

  #tellClient(code: number, reason: string, withinMs = TELL_MS): void {
    this.#client.run(this.#random.fraction() * withinMs, `${this.#name} ended (${code})`, () => {
      if (this.#isClientDone) return;
      this.#isClientDone = true;
      this.#events.closed(code, reason);
      this.#checkEnded();
    });
  }

  #checkEnded(): void {
    const isOver =
      (this.#isClientDone || !this.#client.isAlive) &&
      (this.#isBrokerDone || !this.#broker.isAlive);
    if (isOver) this.#ended();
  }
}
