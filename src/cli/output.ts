import type { Failure } from "./failures.js";
import { escapeControls, jsonLine } from "./text.js";

/** A stream as the output needs it: process.stdout, or a test's. */
export interface Sink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(chunk: string | Uint8Array, done?: (error?: Error | null) => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: "auto" | "always" | "never";
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One column of a table; `value` is a cell as text. */
export interface Column<Item> {
  readonly title: string;
  readonly value: (item: Item) => string;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
}

/** Nobody reads our output any more: ends a command quietly. */
export class BrokenPipe extends Error {
  override readonly name = "BrokenPipe";
}

/** The output cannot be written, though somebody wants it: what reads it would miss something. */
export class OutputFailed extends Error {
  override readonly name = "OutputFailed";
}

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;
type Style = keyof typeof STYLES;

/** What a write fails with when nobody reads any more. */
const NO_READER = new Set(["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED"]);

/** Everything that a command prints goes through here: data to stdout, talk to stderr. */
export class Output {
  readonly isJson: boolean;
  /** A person looks at stdout. */
  readonly isTerminal: boolean;
  readonly #quiet: boolean;
  readonly #verbose: boolean;
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  readonly #colors: { readonly stdout: boolean; readonly stderr: boolean };
  #broken: Error | undefined;
  #progress = "";
  #progressAt = 0;

  constructor(stdout: Sink, stderr: Sink, options: OutputOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.isJson = options.json;
    this.isTerminal = stdout.isTTY === true;
    this.#quiet = options.quiet;
    this.#verbose = options.verbose;
    const { NO_COLOR: noColor, TERM: term } = options.environment;
    const isPlain = (noColor !== undefined && noColor !== "") || term === "dumb";
    const colored = (sink: Sink): boolean =>
      options.color === "always" || (options.color === "auto" && sink.isTTY === true && !isPlain);
    this.#colors = { stdout: colored(stdout), stderr: colored(stderr) };
    // Without a listener a closed pipe would end the process with a stack.
    stdout.on("error", (error) => (this.#broken ??= error));
    stderr.on("error", () => {});
  }

  // ---- Data ----------------------------------------------------------------------------------------------------------

  /** Resolves when it is written; rejects with BrokenPipe when nobody reads any more, else with OutputFailed. */
  data(chunk: string | Uint8Array): Promise<void> {
    if (this.#broken) return Promise.reject(explainWrite(this.#broken));
    this.#clearProgress();
    return new Promise((resolve, reject) => {
      this.#stdout.write(chunk, (error) => {
        if (!error) return resolve();
        // What follows it is refused because of it, and says less.
        this.#broken ??= error;
        reject(explainWrite(this.#broken));
      });
    });
  }

  line(text: string): Promise<void> {
    return this.data(`${text}\n`);
  }

  /** One object a line. */
  json(value: unknown): Promise<void> {
    return this.line(jsonLine(value));
  }

  /** The answer of a command that does something: an object, or a sentence unless it is to be quiet. */
  async answer(value: object, sentence: string): Promise<void> {
    if (this.isJson) await this.json(value);
    else if (!this.#quiet) await this.line(sentence);
  }

  /** Rows: a table on a terminal, values between tabs in a pipe. */
  async table<Item>(items: readonly Item[], columns: readonly Column<Item>[]): Promise<void> {
    const rows = items.map((item) => columns.map(({ value }) => escapeControls(value(item))));
    if (!this.isTerminal) {
      for (const row of rows) await this.line(row.join("\t"));
      return;
    }
    const widths = columns.map(({ title }, index) =>
      Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
    );
    const format = (cells: readonly string[]): string =>
      cells
        .map((cell, index) => {
          const width = index === cells.length - 1 && !columns[index]?.isNumber ? 0 : widths[index];
          return columns[index]?.isNumber ? cell.padStart(width ?? 0) : cell.padEnd(width ?? 0);
        })
        .join("  ");
    await this.line(this.paint("dim", format(columns.map(({ title }) => title))));
    for (const row of rows) await this.line(this.#fit(format(row)));
  }

  /** One thing, a line for each of its sides. */
  async sheet(sides: readonly (readonly [name: string, value: string])[]): Promise<void> {
    const width = Math.max(...sides.map(([name]) => name.length));
    for (const [name, value] of sides) {
      const text = escapeControls(value);
      await this.line(
        this.isTerminal ? `${this.paint("dim", name.padEnd(width))}  ${text}` : `${name}\t${text}`,
      );
    }
  }

  paint(style: Style, text: string): string {
    return paint(style, text, this.#colors.stdout);
  }

  /** The same for what is said, on stderr. */
  paintTalk(style: Style, text: string): string {
    return paint(style, text, this.#colors.stderr);
  }

  // ---- Talk ----------------------------------------------------------------------------------------------------------

  /** Tells a person something that is no data. */
  say(text: string): void {
    if (!this.#quiet) this.#tell(text);
  }

  /** Only where somebody asked for more. */
  detail(text: string): void {
    if (this.#verbose) this.#tell(this.paintTalk("dim", text));
  }

  warn(text: string): void {
    this.#tell(`${this.paintTalk("yellow", "warning:")} ${escapeLines(text)}`);
  }

  /** Written over by whatever comes next; only where a person watches. At most ten times a second. */
  progress(text: string): void {
    if (this.#stderr.isTTY !== true || this.#quiet || this.isJson) return;
    const now = Date.now();
    if (now - this.#progressAt < 100) return;
    this.#progressAt = now;
    this.#progress = text;
    this.#stderr.write(`\r\u001b[K${text}`);
  }

  failure({ body, stack }: Failure): void {
    this.#clearProgress();
    if (this.isJson) {
      this.#tell(jsonLine(body));
      return;
    }
    this.#tell(`${this.paintTalk("red", "error:")} ${escapeLines(body.message)}`);
    if (stack === undefined) return;
    this.#tell(
      `This is a bug in Peyk. Please report it where you have Peyk from, with what follows:\n${stack}`,
    );
  }

  /** Clears the screen, for a view that is drawn again; only on a terminal. */
  async clear(): Promise<void> {
    if (this.isTerminal) await this.data("\u001b[2J\u001b[H");
  }

  #tell(text: string): void {
    this.#clearProgress();
    this.#stderr.write(`${text}\n`);
  }

  #clearProgress(): void {
    if (this.#progress === "") return;
    this.#progress = "";
    this.#stderr.write("\r\u001b[K");
  }

  /** Cuts a line where the terminal ends. */
  #fit(text: string): string {
    const { columns = 0 } = this.#stdout;
    return columns > 20 && text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
  }
}

function explainWrite(error: NodeJS.ErrnoException): Error {
  if (NO_READER.has(error.code ?? "")) return new BrokenPipe();
  return new OutputFailed(`the output cannot be written: ${error.message}`, { cause: error });
}

const paint = (style: Style, text: string, isColored: boolean): string =>
  isColored ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;

/** Escapes every line by itself: our own sentences may have several. */
const escapeLines = (text: string): string => text.split("\n").map(escapeControls).join("\n");
