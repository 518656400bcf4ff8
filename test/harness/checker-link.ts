import { connect, type Socket } from "node:net";
import type { CheckerAnswer } from "./checker-main.js";
import type { Judgement, LedgerEvent } from "./ledger-events.js";
import type { Asking, Delivered, Place, Sighting } from "./ledger.js";

/** Numbers of messages and asks of the n-th connection are n modulo this: so many loads may tell one checker. */
const MAX_CONNECTIONS = 101;

/**
 * Tells the checker what a load does and sees. What is told leaves at the end of the turn, in order; a promise resolves
 * once the checker has it on disk: wait for it before you do what it says.
 */
export class CheckerLink {
  /** Confirmations that this load has told of, of publishes and verdicts. */
  confirmedCount = 0;
  /** Called at each. */
  onConfirmed: () => void = () => {};
  readonly #socket: Socket;
  #connection = 0;
  #lines: string[] = [];
  #told = 0;
  #synced = 0;
  #nextNumber = 1;
  #counts: CheckerAnswer["counts"] = {};
  readonly #waiting: { readonly until: number; readonly resolve: () => void }[] = [];
  readonly #judgements: ((judgement: Judgement) => void)[] = [];
  readonly #onLost: ((error: Error) => void)[] = [];
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(address: string): Promise<CheckerLink> {
    const socket = connect(address);
    const link = new CheckerLink(socket);
    const opened = new Promise<void>((resolve) => {
      let rest = "";
      socket.setEncoding("utf8").on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) link.#answered(JSON.parse(line) as CheckerAnswer);
        resolve();
      });
    });
    socket.on("error", () => {});
    socket.on("close", () => link.#lost());
    await opened;
    return link;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** About how many messages wait for this subscription. */
  backlog(subscription: string): number {
    // What was told and not answered may all be publishes to it.
    return (this.#counts[subscription]?.[0] ?? 0) + this.#waiting.length;
  }

  /** The same of its dead-letter queue. */
  deadLetters(subscription: string): number {
    return this.#counts[subscription]?.[1] ?? 0;
  }

  /** A message is about to be published; resolves with its number. */
  async publish(topic: string): Promise<number> {
    const number = this.#draw();
    await this.#intend({ kind: "publish", number, topic });
    return number;
  }

  confirmed(
    number: number,
    { id, subscriptions }: { readonly id: string; readonly subscriptions: number },
  ): void {
    this.#tell({ kind: "confirmed", number, id, subscriptions });
    this.#countConfirmed();
  }

  refused(number: number): void {
    this.#tell({ kind: "refused", number });
  }

  delivered(place: Place, delivered: Delivered): void {
    this.#tell({ kind: "delivered", place, delivered });
  }

  /** A verdict is about to be sent; resolves with the number by which its answer is told. */
  async ask(asking: Asking): Promise<number> {
    const ask = this.#draw();
    await this.#intend({ kind: "ask", ask, asking });
    return ask;
  }

  settled(ask: number): void {
    this.#tell({ kind: "settled", ask });
    this.#countConfirmed();
  }

  leaseLost(ask: number): void {
    this.#tell({ kind: "leaseLost", ask });
  }

  async redrive(subscription: string): Promise<number> {
    const sweep = this.#draw();
    await this.#intend({ kind: "redrive", sweep, subscription });
    return sweep;
  }

  redriven(sweep: number): void {
    this.#tell({ kind: "redriven", sweep });
  }

  async drop(place: Place, outcome: "purged" | "expired"): Promise<number> {
    const sweep = this.#draw();
    await this.#intend({ kind: "drop", sweep, place, outcome });
    return sweep;
  }

  dropped(sweep: number, count?: number): void {
    this.#tell({ kind: "dropped", sweep, ...(count !== undefined && { count }) });
  }

  died(): void {
    this.#tell({ kind: "died" });
  }

  doom(consumer: string): Promise<void> {
    return this.#intend({ kind: "doom", consumer });
  }

  audit(subscription: string, live: readonly Sighting[], dead: readonly Sighting[]): void {
    this.#tell({ kind: "audit", subscription, live, dead });
  }

  complain(what: string): void {
    this.#tell({ kind: "complain", what });
  }

  /** Resolves when all that was told is on disk. */
  async synced(): Promise<void> {
    await this.judgement();
  }

  judgement(): Promise<Judgement> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new Error("the checker is gone"));
      this.#judgements.push(resolve);
      this.#onLost.push(reject);
      this.#send(JSON.stringify({ kind: "judge" }));
    });
  }

  /** Rejects with what was broken, if anything was. */
  async check(): Promise<void> {
    const { broken } = await this.judgement();
    if (broken.length === 0) return;
    const more = broken.length > 5 ? `\nand ${broken.length - 5} more` : "";
    throw new Error(`${broken.slice(0, 5).join("\n")}${more}`);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #draw(): number {
    return this.#nextNumber++ * MAX_CONNECTIONS + this.#connection;
  }

  #tell(event: LedgerEvent): void {
    this.#told += 1;
    this.#send(JSON.stringify(event));
  }

  #intend(event: LedgerEvent): Promise<void> {
    this.#tell(event);
    const until = this.#told;
    return new Promise((resolve) => this.#waiting.push({ until, resolve }));
  }

  #send(line: string): void {
    if (this.#isClosed) return;
    if (this.#lines.length === 0) setImmediate(() => this.#flush());
    this.#lines.push(line);
  }

  #flush(): void {
    this.#socket.write(`${this.#lines.join("\n")}\n`);
    this.#lines = [];
  }

  #answered({ connection, synced, counts, judgement }: CheckerAnswer): void {
    if (connection !== undefined) this.#connection = connection;
    this.#synced = synced;
    this.#counts = counts;
    while ((this.#waiting[0]?.until ?? Infinity) <= this.#synced) this.#waiting.shift()?.resolve();
    if (judgement) for (const resolve of this.#judgements.splice(0)) resolve(judgement);
  }

  #countConfirmed(): void {
    this.confirmedCount += 1;
    this.onConfirmed();
  }

  #lost(): void {
    const wasClosed = this.#isClosed;
    this.#isClosed = true;
    const error = new Error("the checker is gone");
    for (const reject of this.#onLost.splice(0)) reject(error);
    // Nothing that waits for it may go on unseen.
    if (!wasClosed) throw error;
  }
}
