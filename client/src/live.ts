import type { Emitter } from "./emitter.js";
import type { Link } from "./link.js";
import { ReceivedMessage } from "./message.js";
import { validate } from "./payload.js";
import { writeClientFrame, type LiveMessages } from "./protocol/index.js";
import type { Requests } from "./requests.js";
import type { StandardSchemaV1 } from "./standard-schema.js";
import type { Handler, Live, LiveOptions, LogListener } from "./types.js";

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
  #at: { readonly epoch: string; readonly position: number } | undefined;
  #isClosed = false;

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
  async attach(): Promise<void> {
    const body = { live: this.number, pattern: this.pattern };
    await this.#context.requests.make("startLive", body, "done", this.#options);
  }

  /** The connection was lost: what came meanwhile is missed. */
  async reattach(): Promise<void> {
    await this.attach();
    this.#gap("unknown");
  }

  receive({ missed, missedUnknown, runs }: LiveMessages): void {
    if (missedUnknown || missed > 0) this.#gap(missedUnknown ? "unknown" : missed);
    for (const run of runs) {
      for (let index = 0; index < run.batch.count && !this.#isClosed; index += 1) {
        this.#handle(new ReceivedMessage(run, index));
      }
      const position = run.firstPosition + run.batch.count - 1;
      this.#at = { epoch: run.epoch.toString(16), position };
    }
  }

  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isClosed = true;
    this.#context.ended(this);
    if (this.#context.link.isOpen) {
      writeClientFrame(this.#context.link.writer, 0, "stopLive", { live: this.number });
      this.#context.link.written();
    }
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
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
    const text = `the live handler of ${this.pattern} failed for ${message.id}`;
    this.#context.log("warn", text, { error });
  }

  #gap(missed: number | "unknown"): void {
    const gap = { pattern: this.pattern, missed };
    this.#options.onGap?.(gap);
    this.#context.emitter.emit("gap", gap);
    if (this.#options.onGap || this.#context.emitter.has("gap")) return;
    const many = missed === "unknown" ? "an unknown number of" : missed;
    this.#context.log("warn", `live ${this.pattern} missed ${many} messages`, gap);
  }
}
