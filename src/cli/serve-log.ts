import pino from "pino";
import type { LogListener } from "../options.js";
import type { Output } from "./output.js";
import { escapeControls, escapeInJson, formatBytes, formatDuration, plural } from "./text.js";

export interface ServeLogOptions {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  readonly format: "pretty" | "json";
}

/** The broker's log on stderr: a JSON object a line, or a sentence a line for people. */
export function createServeLog(options: ServeLogOptions, output: Output): LogListener {
  const formatters = { level: (level: string) => ({ level }) };
  const settings = { level: options.level, base: null, formatters };
  const json = pino(
    { ...settings, timestamp: pino.stdTimeFunctions.isoTime },
    options.format === "json"
      ? escapedTo(pino.destination({ dest: 2, sync: true }))
      : { write: (line: string) => output.say(prettyLine(line, output)) },
  );
  return (level, event, fields) => json[level](fields, event);
}

const escapedTo = (stream: pino.DestinationStream): pino.DestinationStream => ({
  write: (line) => stream.write(`${escapeInJson(line.trimEnd())}\n`),
});

type Fields = Readonly<Record<string, unknown>>;

function prettyLine(line: string, output: Output): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as {
    readonly level: keyof typeof LEVELS;
    readonly time: string;
    readonly msg: string;
  };
  const head = `${output.paintTalk("dim", time.slice(11, 19))} ${LEVELS[level](output)}`;
  return `${head} ${escapeControls(sentence(msg, fields))}`;
}

const LEVELS = {
  debug: (output: Output) => output.paintTalk("dim", "debug"),
  info: (output: Output) => output.paintTalk("green", "info "),
  warn: (output: Output) => output.paintTalk("yellow", "warn "),
  error: (output: Output) => output.paintTalk("red", "error"),
};

/** Events that a newcomer meets in the first hour, as sentences; the others are told as they are. */
const SENTENCES: Readonly<Record<string, (fields: Fields) => string>> = {
  stopping: ({ signal }) =>
    `${text(signal)}: stopping; consumers may finish what they run. Once more ends at once`,
  "consumer lost": ({ subscription, consumer, messages, returnInMs }) =>
    `${text(subscription)} lost consumer ${text(consumer)}; ` +
    `${returning(messages)} in ` +
    `${formatDuration(Number(returnInMs))} unless it resumes`,
  "consumer resumed": ({ consumer, messages }) =>
    `${text(consumer)} is back and keeps ${plural(Number(messages), "message")}`,
  "consumer did not come back": ({ consumer, messages }) =>
    `${text(consumer)} did not come back; ${returning(messages)} now`,
  "consumer gone": ({ subscription, consumer, running, buffered }) =>
    `${text(subscription)}: consumer ${text(consumer)} is gone; ` +
    `${plural(Number(running), "message")} it worked on and ${text(buffered)} that waited come back`,
  "delivery failed": (fields) =>
    `${text(fields["subscription"])}: ${messages(fields["id"], fields["count"])}, attempt ` +
    `${text(fields["attempt"])}${ofMost(fields["maxAttempts"])} failed at ${text(fields["consumer"])}: ` +
    `${text(fields["error"])}; next in ${formatDuration(Number(fields["retryInMs"]))}`,
  "message dead-lettered": ({ subscription, id, count, reason, error, attempts, hint }) =>
    `${text(subscription)}: ${messages(id, count)} dead-lettered after ` +
    `${plural(Number(attempts), "attempt")} (${text(reason)}): ${text(error)}; see: ${text(hint)}`,
  "lease lost": ({ subscription, consumer, id, count, reason }) =>
    `${text(subscription)}: ${text(consumer)} lost its lease on ${messages(id, count)} ` +
    `(${text(reason)})`,
  "journal recovered": ({ tornBytes, damagedSnapshots, rebuiltFooters, replayedCommits }) =>
    [
      `the last stop was no clean one; ${plural(Number(replayedCommits), "commit")} read again`,
      ...(Number(tornBytes) > 0
        ? [`an unfinished end of ${formatBytes(Number(tornBytes))} cut`]
        : []),
      ...some(damagedSnapshots, "damaged snapshot", "not used"),
      ...some(rebuiltFooters, "damaged footer", "not used"),
    ].join(", "),
  "page refused": ({ origin, hint }) =>
    `a web page of ${text(origin)} may not connect${hint === undefined ? "" : `; to let it: ${text(hint)}`}`,
  "journal damaged": ({ file, offset, hint }) =>
    `messages at byte ${text(offset)} of ${text(file)} cannot be read: they become dead letters; ` +
    `see what else is damaged: ${text(hint)}`,
  "log lines left out": ({ of, count }) =>
    `${plural(Number(count), "more line")} like "${text(of)}" left out`,
  "published to nobody": ({ topic, hint }) =>
    `${text(topic)} has no subscription: what is published there is gone. Make one: ${text(hint)}`,
};

const some = (count: unknown, what: string, fate: string): string[] =>
  Number(count) > 0 ? [`${plural(Number(count), what)} ${fate}`] : [];

/** "message a1-7", "3 messages from a1-7 on" */
const messages = (id: unknown, count: unknown): string =>
  count === 1 ? `message ${text(id)}` : `${plural(Number(count), "message")} from ${text(id)} on`;

/** "1 message returns", "3 messages return" */
const returning = (count: unknown): string =>
  `${plural(Number(count), "message")} ${count === 1 ? "returns" : "return"}`;

function sentence(event: string, fields: Fields): string {
  const say = SENTENCES[event];
  if (say) return say(fields);
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${text(value)}`);
  return `${event}${rest.join("")}`;
}

const ofMost = (most: unknown): string => (Number(most) > 0 ? ` of ${Number(most)}` : "");

const text = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "?");
