import { backoffMs } from "./backoff.js";
import type { Clock, Timer } from "./clock.js";
import { NEXT, SilenceWatch, type LinkState } from "./link-state.js";
import { Outgoing } from "./outgoing.js";
import {
  CLOSE_CODES,
  closeReason,
  limits,
  PacketWriter,
  PeykError,
  PROTOCOL_VERSION,
  MIN_PROTOCOL_VERSION,
  readErrorFrame,
  readServerFrame,
  serverPacketWalker,
  writeClientFrame,
  type CloseReason,
  type ErrorCode,
  type peyk,
  type ServerFrameKind,
} from "./protocol/index.js";
import type { Random } from "./random.js";
import type { OpenSocket, Socket } from "./socket.js";
import type { Health } from "./types.js";
import { textOf } from "./waiting.js";

/** A request that waits for its answer. Exactly one of the two is called. */
export interface Pending {
  /** The body of the answer is `packet[start, end)`. */
  answered(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void;
  /** The connection ended first. */
  lost(): void;
}

/** What the owner of a link does with what comes. */
export interface LinkEvents {
  /**
   * It is open. `resumed`: the session goes on, with its leases and consumers. `estranged`: what was sent before went to
   * another broker, or to this one so long ago that it may have forgotten who sent it.
   */
  opened(welcome: peyk.v1.Welcome, resumed: boolean, estranged: boolean): void;
  /** It was open and is not any more; after `lost` of every pending request. */
  interrupted(cause: PeykError): void;
  state(state: Health["state"], cause: PeykError | undefined, retryInMs: number | undefined): void;
  /** A frame that answers nothing: deliveries, live messages, notices. */
  frame(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void;
  /** An error that answers nothing, on an open connection. */
  complaint(error: PeykError): void;
  /** How far each consumer has received. */
  positions(): { readonly consumer: number; readonly lastDelivery: number }[];
}

export interface LinkOptions {
  readonly urls: readonly string[];
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly random: Random;
  readonly name: string;
  readonly software: string;
  readonly producerId: Uint8Array;
  readonly token: () => string | Promise<string>;
  readonly connectTimeoutMs: number;
}

/** One attempt to connect, from the socket to the welcome, in ms. */
const ATTEMPT_MS = 10_000;

/** A connection that ends sooner than this counts as a failed attempt, in ms: a broker that closes at once gets no storm. */
const BRIEF_MS = 1_000;

/** What is added to the pings that a broker may miss before it counts as silent, in ms. */
const SILENCE_SLACK_MS = 4_000;

/** Consumers of a session in the first packet, if there is room for them; more come in a second one. */
const FIRST_CONSUMERS = 64;

/** Bytes of the first packet: a broker takes 4 KiB of a stranger, what WebSocket puts around it included. */
const MAX_HELLO_BYTES = limits.MAX_PACKET_BYTES_BEFORE_HELLO - 16;

/** A broker remembers whoever published for 10 minutes after their session; less than that, in ms. */
const REMEMBERED_MS = 9 * 60_000;

const FINAL_CLOSES: Partial<Record<CloseReason, ErrorCode>> = {
  unauthenticated: "unauthenticated",
  forbidden_origin: "permission_denied",
  unsupported_version: "unsupported",
  unsupported_data: "unsupported",
  session_taken: "fenced",
};

/** The line to a broker: connects, comes back after an interruption, takes frames out and in. */
export class Link {
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  readonly #outgoing: Outgoing;
  readonly #walker = serverPacketWalker();
  readonly #pending = new Map<number, Pending>();
  #state: LinkState;
  #nextRequest = 1;
  #session: { readonly id: Uint8Array; readonly secret: Uint8Array } | undefined;
  #urlIndex = 0;
  /** Where it was open last, and until when. */
  #home: { readonly url: string; readonly leftAt: number } | undefined;
  /** Runs until it was open for the first time. */
  #deadline: Timer | undefined;
  /** Why the last attempt failed. */
  #lastFailure: PeykError | undefined;
  /** What the broker said of this attempt before it closed. */
  #refusal: PeykError | undefined;
  #lastReceivedAt = 0;
  #watch: SilenceWatch | undefined;

  constructor(options: LinkOptions, events: LinkEvents) {
    this.#options = options;
    this.#events = events;
    this.#outgoing = new Outgoing(options.clock, (packet) => this.#sent(packet));
    this.#state = { name: "waiting", attempt: 0, timer: { cancel: () => {} } };
  }

  /** Begins to connect; events come from now on. */
  start(): void {
    const { clock, connectTimeoutMs } = this.#options;
    this.#deadline = clock.setTimer(connectTimeoutMs, () => this.#giveUp(), true);
    this.#connect(0);
  }

  get state(): Health["state"] {
    return this.#state.name === "leaving" ? "open" : this.#state.name;
  }

  /** Frames can be written. */
  get isOpen(): boolean {
    return this.#state.name === "open" || this.#state.name === "leaving";
  }

  /** It is open, and the broker takes what is new. */
  get takesNew(): boolean {
    return this.#state.name === "open";
  }

  get isLeaving(): boolean {
    return this.#state.name === "leaving";
  }

  /** When something last came, on the monotonic clock; 0 if nothing did. */
  get lastReceivedAt(): number {
    return this.#lastReceivedAt;
  }

  /** Requests that were sent and not answered. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Where frames are written while it is open; call `written` after each. */
  get writer(): PacketWriter {
    return this.#outgoing.writer;
  }

  /** Bytes of a packet, and so of a frame, that the broker takes. */
  get maxPacketBytes(): number {
    return this.#outgoing.maxPacketBytes;
  }

  /** Registers a request that is about to be written, and gives it its id. */
  expect(pending: Pending): number {
    const id = this.#nextRequest++;
    this.#pending.set(id, pending);
    return id;
  }

  /** It was not written after all. */
  forget(id: number): void {
    this.#pending.delete(id);
  }

  /**
   * Says that a frame was written: it leaves at the end of the turn. Throws `payload_too_large` for one that no packet of
   * this broker takes; nothing is left of it.
   */
  written(): void {
    this.#outgoing.written();
  }

  flush(): void {
    this.#outgoing.flush();
  }

  #sent(packet: Uint8Array): boolean {
    const state = this.#state;
    if (state.name !== "open" && state.name !== "leaving") return false;
    state.socket.send(packet);
    return true;
  }

  /** The broker said goodbye. Once nothing runs any more, `moveOn` looks for another one. */
  leave(): void {
    const state = this.#state;
    if (state.name === "open") this.#enter({ ...state, name: "leaving" });
  }

  moveOn(cause: PeykError): void {
    if (this.#state.name === "leaving") this.#interrupt(cause);
  }

  /** Ends it for good. */
  close(cause?: PeykError): void {
    if (this.#state.name === "closed") return;
    this.flush();
    this.#enter({ name: "closed", cause });
    this.#lose();
    this.#events.state("closed", cause, undefined);
  }

  // ---- Connecting ----------------------------------------------------------------------------------------------------

  #connect(attempt: number): void {
    const { openSocket, clock } = this.#options;
    const url = this.#url;
    let socket: Socket | undefined = undefined;
    const isCurrent = (): boolean => "socket" in this.#state && this.#state.socket === socket;
    const timer = clock.setTimer(ATTEMPT_MS, () => {
      if (isCurrent())
        this.#interrupt(unavailable(`${url} did not answer within ${ATTEMPT_MS} ms`));
    });
    try {
      socket = openSocket(url, {
        opened: () => {
          if (isCurrent()) void this.#sayHello();
        },
        packet: (packet) => {
          if (isCurrent()) this.#receive(packet);
        },
        closed: (code, reason, end) => {
          if (!isCurrent()) return;
          if (end) this.close(end);
          else this.#onClosed(code, reason);
        },
      });
    } catch (cause) {
      timer.cancel();
      const detail = `${url} cannot be connected to: ${textOf(cause)}`;
      const error = new PeykError("invalid_argument", detail, { field: "url", cause });
      return this.close(PeykError.is(cause) ? cause : error);
    }
    this.#refusal = undefined;
    this.#enter({ name: "connecting", attempt, socket, timer });
    this.#events.state("connecting", undefined, undefined);
  }

  /** Where it is, or tries next. */
  get #url(): string {
    const { urls } = this.#options;
    return urls[this.#urlIndex % urls.length] ?? "";
  }

  async #sayHello(): Promise<void> {
    const state = this.#state;
    let token: string;
    try {
      token = await this.#options.token();
    } catch (cause) {
      // Whoever gives out tokens may be back at the next attempt.
      const detail = `the token could not be had: ${textOf(cause)}`;
      if (this.#state === state)
        this.#interrupt(new PeykError("unauthenticated", detail, { cause }));
      return;
    }
    if (this.#state !== state || state.name !== "connecting" || !state.socket) return;
    const session = this.#session;
    const resume = session && { sessionId: session.id, secret: session.secret };
    const consumers = session ? this.#events.positions() : [];
    let first = Math.min(consumers.length, FIRST_CONSUMERS);
    let hello = this.#hello(token, resume && resumeOf(resume, consumers, first));
    if (hello.byteLength > MAX_HELLO_BYTES && first > 0) {
      first = 0;
      hello = this.#hello(token, resume && resumeOf(resume, consumers, first));
    }
    if (hello.byteLength > MAX_HELLO_BYTES) return this.#refuseToken(hello.byteLength);
    state.socket.send(hello);
    if (first === consumers.length) return;
    const rest = { ...resume, consumers: consumers.slice(first) };
    state.socket.send(packetOf({ resume: rest }));
  }

  #hello(token: string, resume: peyk.v1.IResume | undefined): Uint8Array {
    return packetOf({
      version: PROTOCOL_VERSION,
      minVersion: MIN_PROTOCOL_VERSION,
      clientName: this.#options.name,
      clientSoftware: this.#options.software,
      producerId: this.#options.producerId,
      credentials: token === "" ? undefined : { token },
      resume,
    });
  }

  /** Nothing else in a hello is that long. A broker would close the connection, however often it is tried. */
  #refuseToken(bytes: number): void {
    const limit = MAX_HELLO_BYTES;
    const detail = `the hello has ${bytes} bytes with its token; a broker takes at most ${limit}: use a shorter one`;
    this.close(new PeykError("invalid_argument", detail, { field: "token", limit }));
  }

  #welcome(welcome: peyk.v1.Welcome): void {
    const state = this.#state;
    if (state.name !== "connecting" || !state.socket) return;
    const { clock } = this.#options;
    this.#session = { id: welcome.sessionId.slice(), secret: welcome.sessionSecret.slice() };
    const { attempt, socket } = state;
    this.#enter({ name: "open", attempt, socket, openedAt: clock.monotonic() });
    this.#outgoing.maxPacketBytes = welcome.limits?.maxPacketBytes ?? 0;
    const pingMs = welcome.limits?.pingIntervalMs || limits.PING_INTERVAL_MS;
    const longestMs = limits.MAX_MISSED_PINGS * pingMs + SILENCE_SLACK_MS;
    this.#watch = new SilenceWatch(clock, longestMs, (silentMs) =>
      this.#interrupt(unavailable(`the broker was silent for ${Math.round(silentMs / 1000)} s`)),
    );
    this.#events.state("open", undefined, undefined);
    const home = this.#home;
    const isElsewhere = home !== undefined && home.url !== this.#url;
    const wasLong = home !== undefined && clock.monotonic() - home.leftAt > REMEMBERED_MS;
    this.#events.opened(welcome, welcome.resumed, isElsewhere || wasLong);
  }

  /** The time for the first connection is up. */
  #giveUp(): void {
    const { connectTimeoutMs, urls } = this.#options;
    const why = this.#lastFailure;
    const detail = `no broker let us in at ${urls.join(", ")} within ${connectTimeoutMs} ms`;
    // While an attempt is under way the time is the cause, whatever became of those before it.
    const cause = this.#state.name === "waiting" ? why : undefined;
    const error = unavailable(why ? `${detail}: ${why.message}` : detail, cause);
    this.close(why && !why.retryable ? why : error);
  }

  // ---- Receiving -----------------------------------------------------------------------------------------------------

  #receive(packet: Uint8Array): void {
    this.#lastReceivedAt = this.#options.clock.monotonic();
    this.#watch?.heard();
    const state = this.#state;
    const walker = this.#walker;
    try {
      walker.reset(packet);
      while (walker.next()) {
        const { kind, requestId, start, end } = walker;
        if (kind !== undefined) this.#frame(kind, requestId, packet, start, end);
      }
    } catch (cause) {
      if (!this.isOpen && this.#state !== state) return;
      const detail = `the broker sent what cannot be read: ${textOf(cause)}`;
      this.#interrupt(new PeykError("protocol_violation", detail, { cause }));
    }
  }

  #frame(
    kind: ServerFrameKind,
    requestId: number,
    packet: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (requestId !== 0) {
      const pending = this.#pending.get(requestId);
      this.#pending.delete(requestId);
      pending?.answered(kind, packet, start, end);
    } else if (kind === "welcome") this.#welcome(readServerFrame("welcome", packet, start, end));
    else if (kind === "ping") this.#answerPing(packet, start, end);
    else if (kind === "error") this.#refused(readErrorFrame(packet, start, end));
    else this.#events.frame(kind, packet, start, end);
  }

  #answerPing(packet: Uint8Array, start: number, end: number): void {
    const { nonce } = readServerFrame("ping", packet, start, end);
    writeClientFrame(this.writer, 0, "pong", { nonce });
    this.written();
  }

  /** About the connection as a whole. What the broker will never have of this client ends it. */
  #refused(error: PeykError): void {
    if (this.#state.name !== "connecting") return this.#events.complaint(error);
    this.#refusal = error;
    if (!error.retryable && error.code !== "internal") this.close(error);
  }

  // ---- Interruptions -------------------------------------------------------------------------------------------------

  /** The session is to go on elsewhere, so nothing is said at this end. */
  #interrupt(cause: PeykError): void {
    const state = this.#state;
    if (!("socket" in state)) return;
    this.#retry(cause);
    state.socket?.close(CLOSE_CODES.going_away.code, "");
  }

  #onClosed(code: number, reason: string): void {
    const why = closeReason(code);
    const detail = `the connection ended (${code}${reason ? `: ${reason}` : ""})`;
    const finalCode = why && FINAL_CLOSES[why];
    if (finalCode) return this.close(new PeykError(finalCode, reason || detail));
    this.#retry(this.#refusal ?? unavailable(detail));
  }

  #retry(cause: PeykError): void {
    const { clock, random, urls } = this.#options;
    const state = this.#state;
    if (!("socket" in state)) return;
    const wasOpen = state.name !== "connecting";
    const isBrief = !wasOpen || clock.monotonic() - state.openedAt < BRIEF_MS;
    const attempt = isBrief ? state.attempt + 1 : 0;
    if (wasOpen) this.#home = { url: this.#url, leftAt: clock.monotonic() };
    // A session can only be resumed where it was: that broker is asked first, unless it said goodbye.
    if (state.name !== "open") this.#urlIndex += 1;
    if (!wasOpen) this.#lastFailure = cause;
    const round = Math.floor(Math.max(0, attempt - 1) / urls.length);
    const retryInMs = backoffMs(round, random.fraction());
    const timer = clock.setTimer(retryInMs, () => this.#connect(attempt), true);
    this.#enter({ name: "waiting", attempt, timer });
    this.#lose();
    if (wasOpen) this.#events.interrupted(cause);
    this.#events.state("waiting", cause, retryInMs);
  }

  /** Tells everybody who waits for an answer that none will come. */
  #lose(): void {
    this.#outgoing.clear();
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of lost) pending.lost();
  }

  /** The only place that changes the state; what the old one held is let go here. */
  #enter(next: LinkState): void {
    const last = this.#state;
    if (!NEXT[last.name].includes(next.name)) {
      throw new Error(`a link cannot go ${last.name} -> ${next.name}`);
    }
    if ("timer" in last) last.timer.cancel();
    if (next.name === "open" || next.name === "closed") this.#deadline?.cancel();
    if (next.name === "waiting" || next.name === "closed") this.#watch?.stop();
    this.#state = next;
    if (next.name === "closed" && "socket" in last) {
      last.socket?.close(CLOSE_CODES.normal.code, "");
    }
  }
}

function packetOf(hello: Parameters<typeof writeClientFrame<"hello">>[3]): Uint8Array {
  const writer = new PacketWriter();
  writeClientFrame(writer, 0, "hello", hello);
  return writer.take();
}

const resumeOf = (
  session: { readonly sessionId: Uint8Array; readonly secret: Uint8Array },
  consumers: readonly peyk.v1.IConsumerPosition[],
  first: number,
): peyk.v1.IResume => ({
  ...session,
  consumers: consumers.slice(0, first),
  more: first < consumers.length,
});

const unavailable = (detail: string, cause?: unknown): PeykError =>
  new PeykError("unavailable", detail, cause === undefined ? {} : { cause });
