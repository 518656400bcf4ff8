import type { DeadLetter, Delivery, Message } from "@peyk/client";
import type { Output } from "./output.js";
import { escapeControls, jsonLine } from "./text.js";

/** What a command prints of messages: from a subscription, live, or looked at. */
export type PrintedMessage = Message &
  Partial<Pick<Delivery, "subscription" | "attempt" | "maxAttempts">>;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Prints a message as the options say; resolves when it is written. */
export type Printer = (message: PrintedMessage) => Promise<void>;

/**
 * On a terminal a line with time, topic, key and the payload, escaped; in a pipe the payload and a newline; with --json
 * an object; with a template what that says.
 */
export function createPrinter(output: Output, template: string | undefined): Printer {
  if (output.isJson) return (message) => output.json(messageObject(message));
  if (template !== undefined) {
    return (message) => output.line(fillTemplate(template, message));
  }
  if (output.isTerminal) return (message) => output.line(terminalLine(output, message));
  return (message) => output.data(Buffer.concat([message.bytes, NEWLINE]));
}

const NEWLINE = Buffer.from("\n");

/** A message as --json has it: the names of the SDK; `value`, or `base64` where the payload is no text. */
export function messageObject(message: PrintedMessage): Record<string, unknown> {
  const { id, topic, subscription, key, priority, publishedAt, contentType, attributes } = message;
  const { attempt, maxAttempts, correlationId } = message;
  return {
    id,
    topic,
    ...(subscription !== undefined && { subscription }),
    ...(attempt !== undefined && { attempt }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(key && { key }),
    priority,
    publishedAt: publishedAt.toISOString(),
    contentType,
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...(correlationId && { correlationId }),
    ...payloadObject(message),
  };
}

export function deadLetterObject(letter: DeadLetter): Record<string, unknown> {
  const { reason, error, attempts, firstFailedAt, deadAt, lastConsumer, redrives } = letter;
  return {
    ...messageObject(letter),
    reason,
    error,
    attempts,
    firstFailedAt: firstFailedAt.toISOString(),
    deadAt: deadAt.toISOString(),
    lastConsumer,
    redrives,
  };
}

/** `value`, or `base64` where the payload is no text. */
export function payloadObject({
  bytes,
  contentType,
}: Pick<Message, "bytes" | "contentType">): Record<string, unknown> {
  const text = textOf(bytes);
  if (text === undefined) return { base64: Buffer.from(bytes).toString("base64") };
  if (!/[/+]json\b/.test(contentType)) return { value: text };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { value: text };
  }
}

/** The payload for people: text with everything escaped that could act on a terminal. */
export function payloadText({ bytes }: Pick<Message, "bytes">): string {
  const text = textOf(bytes);
  if (text !== undefined) return escapeControls(text.replace(/\n$/, ""));
  const start = Buffer.from(bytes.subarray(0, 32)).toString("hex");
  return `(${bytes.byteLength} bytes) ${start}${bytes.byteLength > 32 ? "…" : ""}`;
}

const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
};

function terminalLine(output: Output, message: PrintedMessage): string {
  const { topic, key, attempt = 1, maxAttempts = 0, publishedAt } = message;
  const head = [
    output.paint("dim", publishedAt.toISOString().slice(11, 19)),
    output.paint("bold", escapeControls(topic)),
    ...(key ? [output.paint("green", escapeControls(key))] : []),
    ...(attempt > 1 ? [output.paint("yellow", attemptText(attempt, maxAttempts))] : []),
  ];
  return `${head.join(" ")} ${payloadText(message)}`;
}

const attemptText = (attempt: number, most: number): string =>
  most > 0 ? `attempt ${attempt} of ${most}` : `attempt ${attempt}`;

/** `{payload}`, `{id}`, `{attributes.name}` ...; `\n` and `\t` as in a shell's $'...'. */
function fillTemplate(template: string, message: PrintedMessage): string {
  const escapes: Readonly<Record<string, string>> = { "\\n": "\n", "\\t": "\t", "\\\\": "\\" };
  return template.replace(/\\[nt\\]|\{([a-zA-Z]+)(?:\.([^}]+))?\}/g, (match, field, name) => {
    if (field === undefined) return escapes[match] ?? match;
    return fieldText(message, field as string, name as string | undefined) ?? match;
  });
}

function fieldText(
  message: PrintedMessage,
  field: string,
  name: string | undefined,
): string | undefined {
  switch (field) {
    case "payload":
      return textOf(message.bytes) ?? Buffer.from(message.bytes).toString("base64");
    case "json":
      return jsonLine(messageObject(message));
    case "attributes":
      return name === undefined ? undefined : (message.attributes[name] ?? "");
    case "publishedAt":
      return message.publishedAt.toISOString();
    case "id":
    case "topic":
    case "key":
    case "priority":
    case "contentType":
    case "correlationId":
    case "subscription":
    case "attempt":
      return String(message[field] ?? "");
    default:
      return undefined;
  }
}
