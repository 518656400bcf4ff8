import type { Clock, Timer } from "./clock.js";
import type { Link, Pending } from "./link.js";
import {
  checkReadable,
  PeykError,
  readErrorFrame,
  readServerFrame,
  writeClientFrame,
  type PlainClientKind,
  type PlainServerKind,
  type ServerFrameKind,
} from "./protocol/index.js";
import type { Abortable } from "./types.js";
import { asError, onAbort } from "./waiting.js";

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

/** Requests that end something: a broker that said goodbye still takes them. */
const ENDINGS: ReadonlySet<PlainClientKind> = new Set(["unsubscribe"]);

/** So many are with the broker at a time, which refuses too many; others wait for their turn. */
const MAX_SENT = 128;

export interface RequestOptions extends Abortable {
  /** Once it is sent, it takes as long as it takes; it ends with the connection. Default: it has the deadline. */
  readonly takesLong?: boolean;
  /** It succeeded when nobody waited for it any more. */
  readonly onLate?: () => void;
}

/** Requests that are not publishes or settles: each is answered, or rejects by its deadline. */
export class Requests {
  readonly #link: Link;
  readonly #clock: Clock;
  /** The deadline of those that do not say otherwise. */
  readonly timeoutMs: number;
  /** Made and not answered. */
  readonly #open = new Set<Request>();
  /** Of these: not sent on this connection, in order. */
  readonly #waiting = new Set<Request>();

  constructor(link: Link, clock: Clock, timeoutMs: number) {
    this.#link = link;
    this.#clock = clock;
    this.timeoutMs = timeoutMs;
  }

  /** Resolves with the answer of kind `answerKind`; rejects with what the broker, or the wait for it, ended with. */
  make<Kind extends PlainClientKind, AnswerKind extends PlainServerKind>(
    kind: Kind,
    body: Body<Kind>,
    answerKind: AnswerKind,
    { signal, timeoutMs = this.timeoutMs, takesLong = false, onLate }: RequestOptions = {},
  ): Promise<Answer<AnswerKind>> {
    return new Promise((resolve, reject) => {
      if (this.#link.state === "closed") throw new PeykError("closed", "the client is closed");
      // The broker answers it, too, but closes the connection of those who send many such frames.
      checkReadable(kind, body);
      let timer: Timer | undefined;
      let forgetSignal = (): void => {};
      const request = new Request(kind, {
        write: (id) => writeClientFrame(this.#link.writer, id, kind, body),
        again: () => void this.#waiting.add(request),
        isHeldBack: (error) => error.code === "unavailable" && this.#link.isLeaving,
        answered: (answered, packet, start, end) => {
          if (answered === answerKind) resolve(readServerFrame(answerKind, packet, start, end));
          else reject(new PeykError("protocol_violation", `${kind} was answered by ${answered}`));
        },
        failed: reject,
        late: (answered) => {
          if (answered === answerKind) onLate?.();
        },
        ended: () => {
          timer?.cancel();
          forgetSignal();
          this.#open.delete(request);
          this.#waiting.delete(request);
          this.#pump();
        },
      });
      this.#open.add(request);
      if (timeoutMs !== Infinity) {
        const onTime = (): void => {
          if (!takesLong || !request.wasSent) request.fail(tooLate(request, timeoutMs));
        };
        timer = this.#clock.setTimer(timeoutMs, onTime);
      }
      forgetSignal = onAbort(signal, (reason) => request.fail(reason));
      if (request.isEnded) return;
      this.#waiting.add(request);
      if (this.#link.isLeaving && ENDINGS.has(kind)) this.#send(request);
      else this.#pump();
    });
  }

  /** The link is open: makes again what was not answered. */
  resend(): void {
    this.#pump();
  }

  close(error: PeykError): void {
    for (const request of [...this.#open]) request.fail(error);
  }

  #pump(): void {
    for (const request of this.#waiting) {
      const sentCount = this.#open.size - this.#waiting.size;
      if (!this.#link.takesNew || sentCount >= MAX_SENT) return;
      this.#send(request);
    }
  }

  #send(request: Request): void {
    this.#waiting.delete(request);
    const id = this.#link.expect(request);
    try {
      request.send(id);
      this.#link.written();
    } catch (error) {
      // What cannot be written, such as a negative number, or is larger than a packet.
      this.#link.forget(id);
      request.fail(asError(error));
    }
  }
}

interface RequestParts {
  write(id: number): void;
  /** It is to be made again. */
  again(): void;
  /** The broker refused it only because it stops: the next connection will do. */
  isHeldBack(error: PeykError): boolean;
  answered(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void;
  failed(error: Error): void;
  late(kind: ServerFrameKind): void;
  ended(): void;
}

class Request implements Pending {
  readonly kind: PlainClientKind;
  wasSent = false;
  isEnded = false;
  readonly #parts: RequestParts;

  constructor(kind: PlainClientKind, parts: RequestParts) {
    this.kind = kind;
    this.#parts = parts;
  }

  send(id: number): void {
    this.wasSent = true;
    this.#parts.write(id);
  }

  answered(kind: ServerFrameKind, packet: Uint8Array, start: number, end: number): void {
    if (this.isEnded) return this.#parts.late(kind);
    try {
      if (kind === "error") this.#refused(readErrorFrame(packet, start, end));
      else if (this.#end()) this.#parts.answered(kind, packet, start, end);
    } catch (error) {
      this.#parts.failed(asError(error));
    }
  }

  lost(): void {
    if (this.isEnded) return;
    if (REPEATABLE.has(this.kind)) return this.#parts.again();
    const detail = `the connection was lost before ${this.kind} was answered: it may have been done or not`;
    this.fail(new PeykError("outcome_unknown", detail));
  }

  fail(error: Error): void {
    if (this.#end()) this.#parts.failed(error);
  }

  #refused(error: PeykError): void {
    if (!this.#parts.isHeldBack(error)) return this.fail(error);
    this.wasSent = false;
    this.#parts.again();
  }

  #end(): boolean {
    if (this.isEnded) return false;
    this.isEnded = true;
    this.#parts.ended();
    return true;
  }
}

function tooLate(request: Request, timeoutMs: number): PeykError {
  const what = request.wasSent ? "was not answered" : "could not be sent";
  return new PeykError("timeout", `${request.kind} ${what} within ${timeoutMs} ms`);
}
