import {
  clientPacketWalker,
  limits,
  PeykError,
  PublishWalker,
  readClientFrame,
  writeErrorFrame,
  writeServerFrame,
  type ClientFrameKind,
  type CloseReason,
  type PacketWriter,
} from "@peyk/client/protocol";
import { asPeykError } from "../broker/broker.js";
import type { Alarm } from "../runtime/timers.js";
import type { Peer, TransportContext } from "./context.js";
import { HANDLERS } from "./handlers/table.js";
import { sayHello } from "./handlers/hello.js";
import type { Line, LineEvents } from "./line.js";
import { Outbox } from "./outbox.js";
import type { Session } from "./session.js";

type State =
  /** Waits for Hello. */
  | { readonly name: "new"; readonly deadline: Alarm }
  | { readonly name: "open"; readonly session: Session }
  | { readonly name: "closed" };

/** Frames that are not requests: they carry no id and are not answered. */
const UNANSWERED: ReadonlySet<ClientFrameKind> = new Set(["credit", "stopLive"]);

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/** What one line says, frame by frame: checks it, hands it to its handler, and answers. */
export class Connection implements Peer, LineEvents {
  readonly context: TransportContext;
  readonly line: Line;
  readonly outbox: Outbox;
  /** Reads the Publish frames of this connection. */
  readonly publishWalker: PublishWalker;
  readonly #walker = clientPacketWalker();
  readonly #heartbeat: Alarm;
  #state: State;
  /** Requests that wait for their answer. */
  readonly #open = new Set<number>();
  #missedPongs = 0;
  #nextNonce = 1;
  readonly #badFrames = new Allowance(limits.MAX_BAD_FRAMES_PER_MINUTE, MINUTE_MS);
  readonly #pings = new Allowance(limits.MAX_PINGS_PER_SECOND, SECOND_MS);
  /** Messages that were published and not answered: too many, and nothing more is read. */
  #unconfirmed = 0;
  #isPaused = false;

  constructor(context: TransportContext, line: Line) {
    const { clock, timers, config } = context;
    this.context = context;
    this.line = line;
    this.publishWalker = new PublishWalker({ maxPayloadBytes: config.maxPayloadBytes });
    this.outbox = new Outbox(line, clock, timers, config, {
      behind: () => this.#onBehind(),
      caughtUp: () => this.#onCaughtUp(),
      stalled: () => this.close("slow_or_flooding", "it reads too slowly"),
    });
    this.#heartbeat = timers.createAlarm(() => this.#beat());
    const deadline = timers.createAlarm(() => this.close("hello_timeout", "no Hello came in time"));
    deadline.set(clock.monotonic() + config.helloTimeoutMs);
    this.#state = { name: "new", deadline };
    context.connections.add(this);
  }

  /** The client behind it; only while it is open. */
  get session(): Session {
    if (this.#state.name !== "open") throw new PeykError("closed", "the connection is closed");
    return this.#state.session;
  }

  get isOpen(): boolean {
    return this.#state.name === "open";
  }

  // ---- The line ------------------------------------------------------------------------------------------------------

  packet(packet: Uint8Array): void {
    this.#missedPongs = 0;
    try {
      this.#walker.reset(packet);
      while (this.#state.name !== "closed" && this.#walker.next()) this.#frame(packet);
    } catch (error) {
      this.#badFrame(0, asPeykError(error));
    }
  }

  unreadable(error: PeykError): void {
    this.#badFrame(0, error);
  }

  closed(wasClean: boolean): void {
    const state = this.#state;
    this.#enterClosed();
    if (state.name === "open") this.context.sessions.disconnected(state.session, wasClean);
  }

  // ---- For handlers --------------------------------------------------------------------------------------------------

  /** Answers a request; `write` writes the frame. What was answered before, or has nobody to hear it, is left out. */
  answer(requestId: number, write: (writer: PacketWriter, requestId: number) => void): void {
    if (!this.#open.delete(requestId) || this.#state.name === "closed") return;
    write(this.outbox.writer, requestId);
    this.outbox.written();
  }

  fail(requestId: number, error: unknown): void {
    const answer = asPeykError(error);
    if (answer.code === "internal") this.context.events.failed(answer);
    this.answer(requestId, (writer) => writeErrorFrame(writer, requestId, answer));
  }

  /** Hello was accepted. */
  opened(session: Session): void {
    if (this.#state.name === "new") this.#state.deadline.clear();
    this.#state = { name: "open", session };
    session.connected(this.outbox);
    this.context.bySession.set(session, this);
    this.#setHeartbeat();
  }

  /** So many messages were published and wait for their answer. */
  publishing(count: number): void {
    this.#unconfirmed += count;
    this.#setReading();
  }

  confirmed(count: number): void {
    this.#unconfirmed -= count;
    this.#setReading();
  }

  /** Says why, and ends the connection; the session, if there is one, lives on for its grace. */
  close(reason: CloseReason, detail: string): void {
    if (this.#state.name === "closed") return;
    const state = this.#state;
    this.outbox.flush();
    this.#enterClosed();
    this.line.close(reason, detail);
    if (state.name === "open") this.context.sessions.disconnected(state.session, false);
  }

  /** The session goes on at another connection: nothing more is read here. */
  taken(): void {
    this.#enterClosed();
    this.line.close("session_taken", "the session goes on at another connection");
  }

  goAway(reason: string, graceMs: number): void {
    if (this.#state.name !== "open") return;
    writeServerFrame(this.outbox.writer, 0, "goAway", { reason, graceMs });
    this.outbox.written();
  }

  // ---- Inside --------------------------------------------------------------------------------------------------------

  #frame(packet: Uint8Array): void {
    const { kind, requestId, start, end } = this.#walker;
    if (kind === undefined) {
      const detail = `frame ${this.#walker.field} is not known to this broker`;
      return this.#badFrame(requestId, new PeykError("invalid_argument", detail));
    }
    if (this.#state.name === "new") return this.#firstFrame(kind, packet, start, end);
    if (kind === "hello") {
      return this.#badFrame(0, new PeykError("invalid_argument", "Hello was said before"));
    }
    if (kind === "ping") return this.#onPing(packet, start, end);
    if (kind === "pong") return;
    const refusal = this.#checkRequest(kind, requestId);
    if (refusal) return this.#badFrame(requestId, refusal);
    try {
      const pending = HANDLERS[kind](this, { id: requestId, packet, start, end });
      pending?.catch((error: unknown) => this.fail(requestId, error));
    } catch (error) {
      if (!UNANSWERED.has(kind)) this.fail(requestId, error);
      else this.#badFrame(0, asPeykError(error));
    }
  }

  #checkRequest(kind: ClientFrameKind, requestId: number): PeykError | undefined {
    if (UNANSWERED.has(kind)) return undefined;
    if (requestId === 0) {
      const detail = `a ${kind} needs a request id of at least 1`;
      return new PeykError("invalid_argument", detail, { field: "requestId" });
    }
    if (this.#open.has(requestId)) {
      const detail = `request ${requestId} is not answered yet; its id cannot be used again`;
      return new PeykError("invalid_argument", detail, { field: "requestId" });
    }
    this.#open.add(requestId);
    return undefined;
  }

  #firstFrame(kind: ClientFrameKind, packet: Uint8Array, start: number, end: number): void {
    if (kind !== "hello") return this.close("unauthenticated", `a ${kind} came before Hello`);
    try {
      sayHello(this, readClientFrame("hello", packet, start, end));
    } catch (error) {
      const refusal = asPeykError(error);
      if (refusal.code === "internal") this.context.events.failed(refusal);
      writeErrorFrame(this.outbox.writer, 0, refusal);
      this.close(
        refusal.code === "unsupported" ? "unsupported_version" : "unauthenticated",
        refusal.message,
      );
    }
  }

  #onPing(packet: Uint8Array, start: number, end: number): void {
    if (!this.#pings.take(this.context.clock.monotonic())) {
      return this.close("slow_or_flooding", "it sends pings without end");
    }
    const { nonce } = readClientFrame("ping", packet, start, end);
    writeServerFrame(this.outbox.writer, 0, "pong", { nonce });
    this.outbox.written();
  }

  /** What cannot be read is answered a few times; then nothing of it can be trusted. */
  #badFrame(requestId: number, error: PeykError): void {
    if (this.#state.name === "closed") return;
    this.context.counters.framesRejected += 1;
    if (error.code === "internal") this.context.events.failed(error);
    if (this.#state.name === "new") return this.close("unauthenticated", error.message);
    if (!this.#badFrames.take(this.context.clock.monotonic())) {
      return this.close("policy_violation", "too many frames could not be read");
    }
    writeErrorFrame(this.outbox.writer, requestId, error);
    this.outbox.written();
  }

  #onBehind(): void {
    if (this.#state.name === "open") this.#state.session.behind();
    this.#setReading();
  }

  #onCaughtUp(): void {
    if (this.#state.name === "open") this.#state.session.caughtUp();
    this.#setReading();
  }

  /** Reads on only while the publisher is within its credit and the peer takes what it is sent. */
  #setReading(): void {
    const mustPause =
      this.outbox.isBehind || this.#unconfirmed > this.context.config.maxUnconfirmedMessages;
    if (mustPause === this.#isPaused) return;
    this.#isPaused = mustPause;
    if (mustPause) this.line.pause();
    else this.line.resume();
  }

  #setHeartbeat(): void {
    const { clock, config } = this.context;
    this.#heartbeat.set(clock.monotonic() + config.pingIntervalMs);
  }

  #beat(): void {
    if (this.#missedPongs >= limits.MAX_MISSED_PINGS) {
      return this.close("going_away", "it does not answer pings");
    }
    this.#missedPongs += 1;
    writeServerFrame(this.outbox.writer, 0, "ping", { nonce: this.#nextNonce++ });
    this.outbox.written();
    this.#setHeartbeat();
  }

  #enterClosed(): void {
    const state = this.#state;
    if (state.name === "new") state.deadline.clear();
    this.#state = { name: "closed" };
    this.#heartbeat.clear();
    this.outbox.close();
    this.context.connections.delete(this);
    if (state.name === "open" && this.context.bySession.get(state.session) === this) {
      this.context.bySession.delete(state.session);
    }
  }
}

/** So many of something in so long, counted in windows. */
class Allowance {
  readonly #limit: number;
  readonly #windowMs: number;
  #windowStart = -Infinity;
  #taken = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  take(nowMs: number): boolean {
    if (nowMs - this.#windowStart >= this.#windowMs) {
      this.#windowStart = nowMs;
      this.#taken = 0;
    }
    this.#taken += 1;
    return this.#taken <= this.#limit;
  }
}
