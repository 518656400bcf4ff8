import {
  limits,
  PeykError,
  PublishWalker,
  readClientFrame,
  clientPacketWalker,
  writeErrorFrame,
  writeServerFrame,
  type ClientFrameKind,
  type CloseReason,
  type ErrorCode,
  type PacketWriter,
  type peyk,
} from "@peyk/client/protocol";
import { asPeykError } from "../broker/errors.js";
import type { Alarm } from "../runtime/timers.js";
import { Allowance } from "./allowance.js";
import type { Peer, TransportContext } from "./context.js";
import { HANDLERS, type HandledKind } from "./handlers/table.js";
import { checkHello, joinHellos, sayHello } from "./handlers/hello.js";
import { Heartbeat } from "./heartbeat.js";
import { Inbox } from "./inbox.js";
import type { Line, LineEvents } from "./line.js";
import { Outbox } from "./outbox.js";
import { Reads } from "./reads.js";
import type { Session } from "./session.js";

type State =
  /** Waits for Hello. */
  | { readonly name: "new"; readonly deadline: Alarm }
  | { readonly name: "open"; readonly session: Session }
  | { readonly name: "closed" };

/** Frames that are not requests: they carry no id and are not answered. */
const UNANSWERED: ReadonlySet<ClientFrameKind> = new Set(["credit", "stopLive"]);

/** What begins something new: refused while the broker stops. */
const BEGINNINGS: ReadonlySet<ClientFrameKind> = new Set([
  "publish",
  "subscribe",
  "credit",
  "startLive",
  "redriveDeadLetters",
]);

/** How a connection ends that Hello was refused on; others with `policy_violation`. */
const REFUSED_HELLO: Partial<Record<ErrorCode, CloseReason>> = {
  unauthenticated: "unauthenticated",
  unsupported: "unsupported_version",
  unavailable: "going_away",
  internal: "internal",
};

/** With more requests than this unanswered nothing is read. */
const MAX_OPEN_REQUESTS = 10_000;

/** The same for ranges of settles of its session: each is kept until its answer is durable. */
const MAX_SETTLING_RANGES = 100_000;

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/** What one line says, frame by frame: checks it, hands it to its handler, and answers. */
export class Connection implements Peer, LineEvents {
  readonly context: TransportContext;
  readonly line: Line;
  readonly outbox: Outbox;
  readonly publishWalker: PublishWalker;
  readonly attaching = new Set<number>();
  administering = 0;
  readonly reads: Reads;
  readonly #inbox: Inbox;
  readonly #walker = clientPacketWalker();
  readonly #heartbeat: Heartbeat;
  #state: State;
  /** What was accepted of a Hello that comes in parts. */
  #beginning: peyk.v1.Hello | undefined;
  /** Requests that wait for their answer. */
  readonly #open = new Set<number>();
  readonly #badFrames = new Allowance(limits.MAX_BAD_FRAMES_PER_MINUTE, MINUTE_MS);
  readonly #pings = new Allowance(limits.MAX_PINGS_PER_SECOND, SECOND_MS);
  /** What was published and not answered: too much, and nothing more is read. */
  #unconfirmedMessages = 0;
  #unconfirmedBytes = 0;
  #isPaused = false;
  /** Handles what is left of a large frame. */
  #rest: (() => boolean) | undefined;
  /** The line has ended; the connection does when what came before was handled. */
  #ending: { readonly wasClean: boolean; readonly ended: () => void } | undefined;

  constructor(context: TransportContext, line: Line) {
    const { clock, timers, config } = context;
    this.context = context;
    this.line = line;
    this.publishWalker = new PublishWalker({ maxPayloadBytes: config.maxPayloadBytes });
    this.outbox = new Outbox(line, context, {
      behind: () => this.#onBehind(),
      caughtUp: () => this.#onCaughtUp(),
      stalled: () => this.close("slow_or_flooding", "it reads too slowly"),
    });
    this.reads = new Reads(clock, this);
    this.#inbox = new Inbox(context.turns, {
      begin: (packet) => this.#begin(packet),
      frame: (packet) => this.#nextFrame(packet),
      unreadable: (error) => this.#badFrame(0, error),
      filled: () => this.#setReading(),
      emptied: () => this.#onEmptied(),
    });
    this.#heartbeat = new Heartbeat(clock, timers, config.pingIntervalMs, {
      isReading: () => !this.#isPaused,
      ping: (nonce) => this.#write("ping", { nonce }),
      dead: () => this.close("going_away", "it does not answer pings"),
    });
    const deadline = timers.createAlarm(() => this.close("hello_timeout", "no Hello came in time"));
    deadline.set(clock.monotonic() + config.helloTimeoutMs);
    this.#state = { name: "new", deadline };
    context.connections.add(this);
  }

  get session(): Session {
    if (this.#state.name !== "open") throw new PeykError("closed", "the connection is closed");
    return this.#state.session;
  }

  get isOpen(): boolean {
    return this.#state.name === "open";
  }

  get isBehind(): boolean {
    return this.outbox.isBehind;
  }

  get sharesProcess(): boolean {
    return this.line.sharesProcess;
  }

  get openRequests(): number {
    return this.#open.size + (this.#inbox.isBusy ? 1 : 0);
  }

  // ---- The line ------------------------------------------------------------------------------------------------------

  packet(packet: Uint8Array): void {
    this.#heartbeat.heard();
    this.#inbox.add(packet);
    if (this.#open.size > MAX_OPEN_REQUESTS) this.#setReading();
  }

  unreadable(error: PeykError): void {
    this.#inbox.add(error);
  }

  closed(wasClean: boolean): Promise<void> | undefined {
    if (!this.#inbox.isBusy) {
      this.#end(wasClean);
      return undefined;
    }
    this.outbox.close();
    return new Promise((ended) => (this.#ending = { wasClean, ended }));
  }

  // ---- For handlers --------------------------------------------------------------------------------------------------

  answer(requestId: number, write: (writer: PacketWriter, requestId: number) => void): void {
    if (!this.#open.delete(requestId) || this.#state.name === "closed") return;
    const { writer } = this.outbox;
    const { length } = writer;
    try {
      write(writer, requestId);
    } catch (error) {
      // Whoever calls this back must not stumble over an answer that cannot be written.
      writer.truncate(length);
      writeErrorFrame(writer, requestId, this.#reported(error));
    }
    this.outbox.written();
    if (this.#isPaused) this.#setReading();
  }

  fail(requestId: number, error: unknown): void {
    // When the journal fails all requests are answered; what becomes of them after that is no news, and no bug.
    if (!this.#open.has(requestId)) return;
    const answer = this.#reported(error);
    this.answer(requestId, (writer) => writeErrorFrame(writer, requestId, answer));
  }

  handleRest(part: () => boolean): void {
    this.#rest = part;
  }

  opened(session: Session): void {
    if (this.#state.name === "new") this.#state.deadline.clear();
    this.#state = { name: "open", session };
    session.connected(this.outbox);
    this.context.bySession.set(session, this);
    this.line.opened();
    this.#heartbeat.start();
    this.#setReading();
  }

  publishing(count: number, bytes: number): void {
    this.#unconfirmedMessages += count;
    this.#unconfirmedBytes += bytes;
    this.#setReading();
  }

  confirmed(count: number, bytes: number): void {
    this.#unconfirmedMessages -= count;
    this.#unconfirmedBytes -= bytes;
    this.#setReading();
  }

  settling(count: number): void {
    const { session } = this;
    session.settlingRanges += count;
    if (session.settlingRanges > MAX_SETTLING_RANGES) this.#setReading();
  }

  settled(session: Session, count: number): void {
    const wasTooMuch = session.settlingRanges > MAX_SETTLING_RANGES;
    session.settlingRanges -= count;
    // The session may have gone on at another connection.
    if (wasTooMuch) this.context.bySession.get(session)?.readOn();
  }

  readOn(): void {
    this.#setReading();
  }

  close(reason: CloseReason, detail: string): void {
    if (this.#state.name === "closed") return;
    const state = this.#state;
    this.outbox.flush();
    this.#enterClosed();
    this.line.close(reason, detail);
    if (state.name === "open") this.context.sessions.disconnected(state.session, false);
  }

  abort(error: PeykError): void {
    for (const requestId of [...this.#open]) this.fail(requestId, error);
    this.close("going_away", error.message);
  }

  taken(): void {
    if (this.#state.name !== "open") return;
    const { session } = this.#state;
    this.#enterClosed();
    session.disconnected();
    this.line.close("session_taken", "the session goes on at another connection");
  }

  goAway(reason: string, graceMs: number): void {
    if (this.#state.name === "open") this.#write("goAway", { reason, graceMs });
  }

  // ---- Inside --------------------------------------------------------------------------------------------------------

  #begin(packet: Uint8Array): boolean {
    const isStranger = this.#state.name === "new" && !this.#beginning;
    if (isStranger && packet.byteLength > limits.MAX_PACKET_BYTES_BEFORE_HELLO) {
      const limit = limits.MAX_PACKET_BYTES_BEFORE_HELLO;
      this.close("packet_too_large", `at most ${limit} bytes are allowed before Hello`);
      return false;
    }
    try {
      this.#walker.reset(packet);
      return true;
    } catch (error) {
      this.#badFrame(0, asPeykError(error));
      return false;
    }
  }

  /** Nothing that follows what cannot be read can be trusted. */
  #nextFrame(packet: Uint8Array): boolean {
    if (this.#state.name === "closed") return false;
    try {
      if (this.#rest) this.#handleRest(this.#rest);
      else if (this.#walker.next()) this.#frame(packet);
    } catch (error) {
      this.#rest = undefined;
      this.#badFrame(0, asPeykError(error));
      return false;
    }
    return this.#rest !== undefined || this.#walker.hasMore;
  }

  #handleRest(part: () => boolean): void {
    if (!part()) this.#rest = undefined;
  }

  #onEmptied(): void {
    if (this.#ending) this.#end(this.#ending.wasClean);
    else this.#setReading();
  }

  #end(wasClean: boolean): void {
    const state = this.#state;
    this.#enterClosed();
    if (state.name === "open") this.context.sessions.disconnected(state.session, wasClean);
  }

  #frame(packet: Uint8Array): void {
    const { kind, requestId, start, end } = this.#walker;
    if (kind === undefined) {
      const detail = `frame ${this.#walker.field} is not known to this broker`;
      return this.#badFrame(requestId, new PeykError("invalid_argument", detail));
    }
    if (this.#state.name === "new") return this.#firstFrame(kind, packet, start, end);
    if (kind === "pong") return;
    if (kind === "hello") return this.#secondHello();
    const id = UNANSWERED.has(kind) ? 0 : requestId;
    if (!UNANSWERED.has(kind)) {
      const misuse = this.#checkRequestId(kind, id);
      if (misuse) return this.#badFrame(0, misuse);
      this.#open.add(id);
    }
    if (kind === "ping") return this.#onPing(id, packet, start, end);
    const { refusal } = this.context;
    if (refusal && BEGINNINGS.has(kind)) return this.fail(id, refusal);
    this.#handle(kind, id, packet, start, end);
  }

  #handle(kind: HandledKind, id: number, packet: Uint8Array, start: number, end: number): void {
    try {
      const pending = HANDLERS[kind](this, { id, packet, start, end });
      pending?.catch((error: unknown) => this.#refuse(id, error));
    } catch (error) {
      this.#refuse(id, error);
    }
  }

  /** A frame that cannot be read counts against its sender; one that asks for what cannot be had does not. */
  #refuse(requestId: number, error: unknown): void {
    const answer = asPeykError(error);
    const isUnreadable =
      answer.code === "invalid_argument" &&
      answer.field === undefined &&
      answer.limit === undefined;
    if (isUnreadable) {
      this.#open.delete(requestId);
      return this.#badFrame(requestId, answer);
    }
    if (requestId !== 0) return this.fail(requestId, answer);
    if (this.#state.name === "closed") return;
    writeErrorFrame(this.outbox.writer, 0, this.#reported(answer));
    this.outbox.written();
  }

  #checkRequestId(kind: ClientFrameKind, requestId: number): PeykError | undefined {
    if (requestId === 0) {
      const detail = `a ${kind} needs a request id of at least 1`;
      return new PeykError("invalid_argument", detail, { field: "requestId" });
    }
    if (!this.#open.has(requestId)) return undefined;
    const detail = `request ${requestId} is not answered yet; its id cannot be used again`;
    return new PeykError("invalid_argument", detail, { field: "requestId" });
  }

  #firstFrame(kind: ClientFrameKind, packet: Uint8Array, start: number, end: number): void {
    if (kind !== "hello") return this.close("unauthenticated", `a ${kind} came before Hello`);
    try {
      const next = readClientFrame("hello", packet, start, end);
      const hello = this.#beginning ? joinHellos(this.#beginning, next) : next;
      if (!hello.resume?.more) return sayHello(this, hello);
      checkHello(this, hello);
      this.#beginning = hello;
      this.line.opened();
    } catch (error) {
      const refusal = this.#reported(error);
      if (this.#state.name === "closed") return;
      writeErrorFrame(this.outbox.writer, 0, refusal);
      this.close(REFUSED_HELLO[refusal.code] ?? "policy_violation", refusal.message);
    }
  }

  #secondHello(): void {
    const error = new PeykError("conflict", "Hello was said before");
    writeErrorFrame(this.outbox.writer, 0, error);
    this.outbox.written();
  }

  #onPing(requestId: number, packet: Uint8Array, start: number, end: number): void {
    if (!this.#pings.take(this.context.clock.monotonic())) {
      return this.close("slow_or_flooding", "it sends pings without end");
    }
    try {
      const { nonce } = readClientFrame("ping", packet, start, end);
      this.answer(requestId, (writer) => writeServerFrame(writer, requestId, "pong", { nonce }));
    } catch (error) {
      this.#refuse(requestId, error);
    }
  }

  /** What cannot be read is answered a few times; then nothing of it can be trusted. */
  #badFrame(requestId: number, error: PeykError): void {
    if (this.#state.name === "closed") return;
    this.context.counters.framesRejected += 1;
    if (this.#state.name === "new") return this.close("unauthenticated", error.message);
    if (!this.#badFrames.take(this.context.clock.monotonic())) {
      return this.close("policy_violation", "too many frames could not be read");
    }
    writeErrorFrame(this.outbox.writer, requestId, this.#reported(error));
    this.outbox.written();
  }

  /** What goes to the client; what it must not see, because it is a bug, goes to the log. */
  #reported(error: unknown): PeykError {
    const answer = asPeykError(error);
    if (answer.code === "internal") this.context.events.failed(answer);
    return answer;
  }

  #write<Kind extends "ping" | "goAway">(
    kind: Kind,
    body: Parameters<typeof writeServerFrame<Kind>>[3],
  ): void {
    writeServerFrame(this.outbox.writer, 0, kind, body);
    this.outbox.written();
  }

  #onBehind(): void {
    if (this.#state.name === "open") this.#state.session.behind();
    this.#setReading();
  }

  #onCaughtUp(): void {
    if (this.#state.name === "open") this.#state.session.caughtUp();
    this.reads.goOn();
    this.#setReading();
  }

  /** Reads on only while the publisher is within its credit and the peer takes what it is sent. */
  #setReading(): void {
    const { maxUnconfirmedMessages, maxUnconfirmedBytes } = this.context.config;
    const mustPause =
      this.#state.name !== "closed" &&
      (this.#inbox.isBusy ||
        this.outbox.isBehind ||
        this.#unconfirmedMessages > maxUnconfirmedMessages ||
        this.#unconfirmedBytes > maxUnconfirmedBytes ||
        this.#open.size > MAX_OPEN_REQUESTS ||
        (this.#state.name === "open" && this.#state.session.settlingRanges > MAX_SETTLING_RANGES));
    if (mustPause === this.#isPaused) return;
    this.#isPaused = mustPause;
    if (mustPause) this.line.pause();
    else this.line.resume();
  }

  #enterClosed(): void {
    const state = this.#state;
    if (state.name === "closed") return;
    if (state.name === "new") state.deadline.clear();
    this.#state = { name: "closed" };
    this.#heartbeat.stop();
    this.outbox.close();
    this.#inbox.clear();
    this.#open.clear();
    this.context.connections.delete(this);
    if (state.name === "open" && this.context.bySession.get(state.session) === this) {
      this.context.bySession.delete(state.session);
    }
    this.reads.goOn();
    this.#ending?.ended();
    // What the closing handshake needs must be read.
    this.#setReading();
  }
}
