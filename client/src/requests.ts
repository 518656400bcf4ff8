import type { Clock, Timer } from "./clock.js";
import type { Link, Pending } from "./link.js";
import {
  PeykError,
  readErrorFrame,
  readServerFrame,
  writeClientFrame,
  type PlainClientKind,
  type PlainServerKind,
  type ServerFrameKind,
} from "./protocol/index.js";
import type { Abortable } from "./types.js";

type Body<Kind extends PlainClientKind> = Parameters<typeof writeClientFrame<Kind>>[3];
type Answer<Kind extends PlainServerKind> = ReturnType<typeof readServerFrame<Kind>>;

/** Requests that may be made twice with the same effect: they are made again after a reconnect. */
const REPEATABLE: ReadonlySet<PlainClientKind> = new Set([
  "createTopic",
  "updateTopic",
  "getTopic",
  "listTopics",
  "peekTopic",
  "createSubscription",
  "updateSubscription",
  "getSubscription",
  "listSubscriptions",
  "peekSubscription",
  "listDeadLetters",
  "getStatus",
  "subscribe",
  "startLive",
  "unsubscribe",
]);

/** Requests that are not publishes or settles: each is answered, or rejects by its deadline. */
export class Requests {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  /** Made and not answered. */
  readonly #open = new Set<Request>();

  constructor(link: Link, clock: Clock, timeoutMs: number) {
    this.#link = link;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Resolves with the answer of kind `answerKind`; rejects with what the broker, or the wait for it, ended with. */
  async make<Kind extends PlainClientKind, AnswerKind extends PlainServerKind>(
    kind: Kind,
    body: Body<Kind>,
    answerKind: AnswerKind,
    options: Abortable = {},
  ): Promise<Answer<AnswerKind>> {
    options.signal?.throwIfAborted();
    if (this.#link.state === "closed") throw new PeykError("closed", "the client is closed");
    return new Promise((resolve, reject) => {
      const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
      const request = new Request(kind, {
        write: (id) => writeClientFrame(this.#link.writer, id, kind, body),
        answered: (answered, packet, start, end) => {
          if (answered === answerKind) resolve(readServerFrame(answerKind, packet, start, end));
          else if (answered === "error") reject(readErrorFrame(packet, start, end));
          else reject(new PeykError("protocol_violation", `${kind} was answered by ${answered}`));
        },
        failed: reject,
        ended: () => this.#open.delete(request),
        timer: this.#clock.setTimer(timeoutMs, () => request.fail(tooLate(request, timeoutMs))),
      });
      const { signal } = options;
      signal?.addEventListener("abort", () => request.fail(asError(signal.reason)), { once: true });
      this.#open.add(request);
      if (this.#link.isOpen) this.#send(request);
    });
  }

  /** The link is open: makes again what was not answered. */
  resend(): void {
    for (const request of this.#open) this.#send(request);
  }

  close(error: PeykError): void {
    for (const request of [...this.#open]) request.fail(error);
  }

  #send(request: Request): void {
    request.send(this.#link.expect(request));
    this.#link.written();
  }
}

interface RequestParts {
  write(id: number): void;
  answered(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void;
  failed(error: Error): void;
  ended(): void;
  readonly timer: Timer;
}

class Request implements Pending {
  readonly kind: PlainClientKind;
  wasSent = false;
  readonly #parts: RequestParts;
  #isEnded = false;

  constructor(kind: PlainClientKind, parts: RequestParts) {
    this.kind = kind;
    this.#parts = parts;
  }

  send(id: number): void {
    this.wasSent = true;
    this.#parts.write(id);
  }

  answered(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void {
    if (!this.#end()) return;
    try {
      this.#parts.answered(kind, packet, start, end);
    } catch (error) {
      this.#parts.failed(asError(error));
    }
  }

  lost(): void {
    if (REPEATABLE.has(this.kind)) return;
    const detail = `the connection was lost before ${this.kind} was answered: it may have been done or not`;
    this.fail(new PeykError("outcome_unknown", detail));
  }

  fail(error: Error): void {
    if (this.#end()) this.#parts.failed(error);
  }

  #end(): boolean {
    if (this.#isEnded) return false;
    this.#isEnded = true;
    this.#parts.timer.cancel();
    this.#parts.ended();
    return true;
  }
}

function tooLate(request: Request, timeoutMs: number): PeykError {
  const what = request.wasSent ? "was not answered" : "could not be sent";
  return new PeykError("timeout", `${request.kind} ${what} within ${timeoutMs} ms`);
}

export const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error(String(reason));
