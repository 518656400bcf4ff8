import { describe, expect, test } from "vitest";
import { createPrinter } from "../../../src/cli/messages.js";
import { BrokenPipe, Output, type OutputOptions, type Sink } from "../../../src/cli/output.js";

class FakeSink implements Sink {
  readonly isTTY: boolean;
  readonly columns = 80;
  text = "";
  isBroken = false;
  code = "EPIPE";

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(chunk: string | Uint8Array, done?: (error?: Error | null) => void): boolean {
    if (!this.isBroken) this.text += Buffer.from(chunk).toString();
    done?.(this.isBroken ? Object.assign(new Error(), { code: this.code }) : null);
    return true;
  }

  on(): this {
    return this;
  }
}

function createOutput(isTerminal: boolean, options: Partial<OutputOptions> = {}) {
  const stdout = new FakeSink(isTerminal);
  const stderr = new FakeSink(isTerminal);
  const output = new Output(stdout, stderr, {
    json: false,
    quiet: false,
    verbose: false,
    color: "auto",
    environment: {},
    ...options,
  });
  return { output, stdout, stderr };
}

const message = {
  id: "e-1",
  topic: "orders.created",
  priority: 0,
  publishedAt: new Date(0),
  value: undefined,
  bytes: new TextEncoder().encode("a\u001b[2Jb"),
  contentType: "text/plain",
  attributes: {},
};

const COLUMNS = [
  { title: "NAME", value: ({ name }: { name: string }) => name },
  { title: "COUNT", value: ({ count }: { count: number }) => String(count), isNumber: true },
] as const;
const ITEMS = [
  { name: "orders\n", count: 5 },
  { name: "x", count: 1_000 },
];

describe("on a terminal", () => {
  test("a table has a header, aligned columns and no line of its own from a name", async () => {
    const { output, stdout } = createOutput(true, { environment: { NO_COLOR: "1" } });
    await output.table(ITEMS, COLUMNS);
    expect(stdout.text).toBe("NAME      COUNT\norders\\n      5\nx          1000\n");
  });

  test("a message has its controls escaped, and colours unless NO_COLOR is set", async () => {
    const colored = createOutput(true);
    await createPrinter(colored.output, undefined)(message);
    expect(colored.stdout.text).toContain("\u001b[1morders.created\u001b[0m a\\u{1b}[2Jb\n");
    const plain = createOutput(true, { environment: { NO_COLOR: "1" } });
    await createPrinter(plain.output, undefined)(message);
    expect(plain.stdout.text).toBe("00:00:00 orders.created a\\u{1b}[2Jb\n");
  });

  test("progress is wiped before anything else is said", () => {
    const { output, stderr } = createOutput(true, { color: "never" });
    output.progress("half");
    output.say("done");
    expect(stderr.text).toBe("\r\u001b[Khalf\r\u001b[Kdone\n");
  });
});

describe("in a pipe", () => {
  test("a table is values between tabs", async () => {
    const { output, stdout } = createOutput(false);
    await output.table(ITEMS, COLUMNS);
    expect(stdout.text).toBe("orders\\n\t5\nx\t1000\n");
  });

  test("a message is its payload as it is, and a newline", async () => {
    const { output, stdout } = createOutput(false, { color: "always" });
    await createPrinter(output, undefined)(message);
    expect(stdout.text).toBe("a\u001b[2Jb\n");
  });

  test("nothing is progress", () => {
    const { output, stderr } = createOutput(false);
    output.progress("half");
    expect(stderr.text).toBe("");
  });

  test("rejects with BrokenPipe when nobody reads any more", async () => {
    const { output, stdout } = createOutput(false);
    stdout.isBroken = true;
    await expect(output.line("x")).rejects.toBeInstanceOf(BrokenPipe);
  });
});

test("a bug tells where to report it, with the stack; a mistake does not", () => {
  const { output, stderr } = createOutput(false);
  output.failure({ exit: 64, body: { message: "wrong" } });
  expect(stderr.text).toBe("error: wrong\n");
  output.failure({ exit: 70, body: { message: "oops" }, stack: "Error: oops\n    at x" });
  expect(stderr.text).toMatch(/bug in Peyk\. Please report it.*\nError: oops\n {4}at x/);
});
