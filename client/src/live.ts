import type { Emitter } from "./emitter.js";
import type { Link } from "./link.js";
import { ReceivedMessage } from "./message.js";
import { validate } from "./payload.js";
import { isPattern, PeykError, writeClientFrame, type LiveMessages } from "./protocol/index.js";
import type { Requests } from "./requests.js";
import type { StandardSchemaV1 } from "./standard-schema.js";
import type { Abortable, Handler, Live, LiveOptions, LogListener } from "./types.js";
import { textOf } from "./waiting.js";

export interface LiveContext {
  readonly link: Link;
  readonly requests: Requests;
  readonly emitter: Emitter;
  readonly log: LogListener;
  ended(listener: LiveListener): void;
}

/** Listens to a topic or pattern: at most once. What was missed is told, never hidden. */
export class LiveListener implements Live {
  readonly number: number;
  readonly pattern: string;
  readonly #context: LiveContext;
  readonly #handler: Handler<ReceivedMessage>;
  readonly #schema: StandardSchemaV1 | undefined;
  readonly #options: LiveOptions;
  #at: Live["at"];
  /** pending: the broker was asked, and a request that is not answered is made again by itself. */
  #state: "pending" | "attached" | "closed" = "pending";

  constructor(
    context: LiveContext,
    listener: {
      readonly number: number;
      readonly pattern: string;
      readonly handler: Handler<ReceivedMessage>;
      readonly schema: StandardSchemaV1 | undefined;
      readonly options: LiveOptions;
    },
  ) {
    this.#context = context;
    this.number = listener.number;
    this.pattern = listener.pattern;
    this.#handler = listener.handler;
    this.#schema = listener.schema;
    this.#options = listener.options;
  }

  get at(): Live["at"] {
    return this.#at;
  }

  /** Resolves when the broker has confirmed it. */
  async attach(options: Abortable = this.#options): Promise<void> {
    this.#state = "pending";
    const { signal, timeoutMs = this.#context.requests.timeoutMs } = options;
    const { from } = this.#options;
    const after = this.#at ?? from;
    const body = {
      live: this.number,
      pattern: this.pattern,
      ...(after && { after: encodePosition(after, this.pattern) }),
    };
    await this.#context.requests.make("startLive", body, "done", {
      timeoutMs,
      ...(signal && { signal }),
      onLate: () => this.#stop(),
    });
    if (this.#isClosed) this.#stop();
    else this.#state = "attached";
  }

  /** The link is open again: the broker knows nothing of it any more, and what came meanwhile is missed. */
  async reopened(): Promise<void> {
    if (this.#state !== "attached") return;
    const canTell = (this.#at ?? this.#options.from) !== undefined;
    try {
      await this.attach({ timeoutMs: Infinity });
    } catch (error) {
      if (this.#isClosed) return;
      this.#end();
      const text = `live ${this.pattern} ended: ${textOf(error)}`;
      return this.#context.log("error", text, { error });
    }
    // Where the broker knows what came last, it tells by itself whether there is a gap.
    if (!canTell) this.#gap("unknown");
  }

  receive({ missed, missedUnknown, runs }: LiveMessages): void {
    if (missedUnknown || missed > 0) this.#gap(missedUnknown ? "unknown" : missed);
    for (const run of runs) {
      for (let index = 0; index < run.batch.count && !this.#isClosed; index += 1) {
        this.#handle(new ReceivedMessage(run, index));
      }
      if (isPattern(this.pattern)) continue;
      const position = run.firstPosition + run.batch.count - 1;
      this.#at = { epoch: run.epoch.toString(16), position };
    }
  }

  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    const wasAttached = this.#state === "attached";
    this.#end();
    if (wasAttached) this.#stop();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #isClosed(): boolean {
    return this.#state === "closed";
  }

  #end(): void {
    this.#state = "closed";
    this.#context.ended(this);
  }

  #stop(): void {
    const { link } = this.#context;
    if (!link.isOpen) return;
    writeClientFrame(link.writer, 0, "stopLive", { live: this.number });
    link.written();
  }

  #handle(message: ReceivedMessage): void {
    try {
      const result = this.#schema
        ? this.#handleChecked(message, this.#schema)
        : this.#handler(message);
      if (result instanceof Promise) result.catch((error: unknown) => this.#failed(message, error));
    } catch (error) {
      this.#failed(message, error);
    }
  }

  #handleChecked(message: ReceivedMessage, schema: StandardSchemaV1): unknown {
    const checked = validate(schema, message.value);
    if (checked instanceof Promise) {
      return checked.then((value) => {
        message.setValue(value);
        return this.#handler(message);
      });
    }
    message.setValue(checked);
    return this.#handler(message);
  }

  #failed(message: ReceivedMessage, error: unknown): void {
    const text = `the live handler of ${this.pattern} failed for ${message.id}: ${textOf(error)}`;
    this.#context.log("warn", text, { error });
  }

  #gap(missed: number | "unknown"): void {
    const gap = { pattern: this.pattern, missed };
    try {
      this.#options.onGap?.(gap);
    } catch (error) {
      this.#context.log("error", `onGap of live ${this.pattern} threw: ${textOf(error)}`, {
        error,
      });
    }
    this.#context.emitter.emit("gap", gap);
    if (this.#options.onGap || this.#context.emitter.has("gap")) return;
    const many = missed === "unknown" ? "an unknown number of" : missed;
    this.#context.log("warn", `live ${this.pattern} missed ${many} messages`, gap);
  }
}

/** Throws `invalid_argument` for what is no position that `at` gave, and where there can be none. */
function encodePosition({ epoch, position }: NonNullable<Live["at"]>, pattern: string) {
  if (isPattern(pattern)) {
    const detail = `from is a place in one topic; ${pattern} stands for many`;
    throw new PeykError("invalid_argument", detail, { field: "from" });
  }
  if (/^[0-9a-f]{1,14}$/.test(epoch) && Number.isSafeInteger(position) && position >= 0) {
    return { epoch: Number.parseInt(epoch, 16), position };
  }
  const detail = `from is ${epoch.slice(0, 32)}:${position}; it must be the "at" of an earlier listener`;
  throw new PeykError("invalid_argument", detail, { field: "from" });
}
