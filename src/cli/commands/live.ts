import type { Command } from "commander";
import type { Live, Message } from "@peyk/client";
import { withClient, type Context } from "../context.js";
import { act, parsed } from "../declare.js";
import { EXIT } from "../failures.js";
import { Interruption } from "../interruption.js";
import { createPrinter } from "../messages.js";
import { parseDuration, parseWhole, plural } from "../text.js";

/** Messages that may wait to be written; what comes beyond them is dropped and counted. */
const MAX_UNWRITTEN = 10_000;

interface Flags {
  readonly count?: number;
  readonly idle?: number;
  readonly from?: Place;
  readonly format?: string;
}

type Place = NonNullable<Live["at"]>;

export function live(program: Command): void {
  const command = program
    .command("live <pattern>")
    .description(
      "Look at messages as they come: at most once, from now, without taking them from anybody.",
    )
    .option(
      "--count <number>",
      "end after so many",
      parsed((text) => parseWhole(text, 1)),
    )
    .option("--idle <duration>", "end when nothing came for so long", parsed(parseDuration))
    .option("--from <epoch:position>", "go on after this message, or its id", parsed(parsePlace))
    .option("--format <template>", 'how to print, such as "{topic} {payload}"');
  act(command, (context, [pattern = ""], flags) => run(context, pattern, flags));
}

async function run(context: Context, pattern: string, flags: Flags): Promise<number | void> {
  const { checkPattern } = await import("@peyk/client/protocol");
  checkPattern(pattern);
  const { output } = context;
  const { count = Infinity, idle } = flags;
  const interruption = new Interruption();
  const written = await withClient(context, async (client) => {
    const view = new View(createPrinter(output, flags.format), count, idle, interruption.signal);
    const onGap = ({ missed }: { readonly missed: number | "unknown" }): void =>
      output.warn(
        missed === "unknown" ? "some messages were missed" : `${plural(missed, "message")} missed`,
      );
    const { from } = flags;
    const options = { onGap, ...(from && { from }) };
    const listener: Live = await client.live(pattern, (message) => view.show(message), options);
    view.begin();
    const start = from ? `${from.epoch}:${from.position}` : "now";
    if (output.isTerminal) output.say(`Looks at ${pattern} from ${start} on. Ctrl-C ends.`);
    else output.detail(`looks at ${pattern}`);
    await view.finished;
    await listener.close();
    if (view.dropped > 0)
      output.warn(`${plural(view.dropped, "message")} dropped: the reader is slow`);
    return view.written;
  });
  if (interruption.exit !== undefined) return interruption.exit;
  if (written >= count || count === Infinity) return;
  output.say(`${plural(written, "message")} came, not ${count}`);
  return EXIT.no;
}

/** "a1:7", or the id of a message, "a1-7". */
function parsePlace(text: string): Place {
  const [, epoch, position] = /^([0-9a-f]{1,14})[:-](\d{1,15})$/.exec(text) ?? [];
  if (epoch !== undefined && position !== undefined) return { epoch, position: Number(position) };
  throw new Error(`"${text}" is no place in a topic; write it like 1f9d1ee55f:42`);
}

/** Writes one message after the other, until there were enough, none came or somebody wants an end. */
class View {
  readonly finished: Promise<void>;
  written = 0;
  dropped = 0;
  readonly #print: (message: Message) => Promise<void>;
  readonly #count: number;
  readonly #idleMs: number | undefined;
  #shown = 0;
  #end: () => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #idle: NodeJS.Timeout | undefined;

  constructor(
    print: (message: Message) => Promise<void>,
    count: number,
    idleMs: number | undefined,
    signal: AbortSignal,
  ) {
    this.#print = print;
    this.#count = count;
    this.#idleMs = idleMs;
    this.finished = new Promise((resolve, reject) => {
      this.#end = () => {
        clearTimeout(this.#idle);
        resolve();
      };
      this.#fail = reject;
    });
    signal.addEventListener("abort", () => this.#end(), { once: true });
  }

  /** It listens: from now on nothing may come. */
  begin(): void {
    this.#wait();
  }

  show(message: Message): void {
    if (this.#shown >= this.#count) return;
    if (this.#shown - this.written >= MAX_UNWRITTEN) {
      this.dropped += 1;
      return;
    }
    this.#shown += 1;
    this.#print(message).then(
      () => {
        this.written += 1;
        if (this.written >= this.#count) this.#end();
        else this.#wait();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #wait(): void {
    clearTimeout(this.#idle);
    if (this.#idleMs !== undefined) this.#idle = setTimeout(() => this.#end(), this.#idleMs);
  }
}
