/** What the tools for a data directory found, as people and programs are told. */
import type {
  Damage,
  FileReport,
  JournalReport,
  Loss,
  RecordReport,
  Repair,
} from "../journal-tools.js";
import { payloadObject, payloadText } from "./messages.js";
import type { Column } from "./output.js";
import { escapeControls, formatBytes, formatCount, plural } from "./text.js";

export const FILE_COLUMNS: readonly Column<FileReport>[] = [
  { title: "FILE", value: ({ name }) => name },
  { title: "SIZE", value: ({ bytes }) => formatBytes(bytes), isNumber: true },
  { title: "COMMITS", value: ({ commits }) => rangeText(commits) },
  { title: "FROM", value: ({ times, createdAtMs }) => timeText(times?.first ?? createdAtMs) },
  { title: "TO", value: ({ times }) => timeText(times?.last) },
  {
    title: "MESSAGES",
    value: ({ logs }) => (logs ? formatCount(messagesIn(logs)) : "-"),
    isNumber: true,
  },
  { title: "TOPICS", value: ({ logs }) => topicsIn(logs ?? []) || "-" },
  { title: "STATE", value: stateOf },
];

export const TOPIC_COLUMNS: readonly Column<JournalReport["topics"][number]>[] = [
  { title: "TOPIC", value: ({ name }) => name },
  { title: "STORED", value: ({ storedMessages }) => formatCount(storedMessages), isNumber: true },
  {
    title: "POSITIONS",
    value: ({ storedMessages, firstStored, lastStored }) =>
      storedMessages > 0 ? rangeText({ first: firstStored, last: lastStored }) : "-",
  },
  { title: "NEXT", value: ({ nextPosition }) => String(nextPosition), isNumber: true },
];

export const SUBSCRIPTION_COLUMNS: readonly Column<JournalReport["subscriptions"][number]>[] = [
  { title: "SUBSCRIPTION", value: ({ name }) => name },
  { title: "UNSETTLED", value: ({ unsettled }) => formatCount(unsettled), isNumber: true },
  { title: "DEAD", value: ({ dead }) => formatCount(dead), isNumber: true },
];

/** A file as --json has it: times as everywhere. */
export function fileObject({ createdAtMs, times, ...file }: FileReport): Record<string, unknown> {
  return {
    ...file,
    ...(createdAtMs !== undefined && { createdAt: isoTime(createdAtMs) }),
    ...(times && { firstAt: isoTime(times.first), lastAt: isoTime(times.last) }),
  };
}

/** One damage: where and what, then what it costs. */
export function damageLines({ file, offset, bytes, detail, lost, effects }: Damage): string[] {
  const place = bytes > 0 ? `${file}, byte ${offset} (${plural(bytes, "byte")})` : file;
  return [
    escapeControls(`${place}: ${detail}`),
    ...lost.map((loss) => `  lost: ${lossText(loss)}`),
    ...effects.map((effect) => `  ${effect}`),
  ];
}

function lossText({ kind, log, owner, first, last, needed, isCertain }: Loss): string {
  const what = {
    messages: "",
    references: "dead letters or redriven messages of ",
    notes: "error texts of ",
  }[kind];
  const whose = escapeControls(owner ?? `log ${log} (whose it was is lost)`);
  const count = last - first + 1;
  const positions = count === 1 ? `position ${first}` : `positions ${first} to ${last}`;
  const perhaps = isCertain ? "" : ", of which some may never have been used";
  const need =
    kind === "notes"
      ? ""
      : ` (${formatCount(needed)} of ${formatCount(count)} still needed${perhaps})`;
  return `${what}${whose} ${positions}${need}`;
}

/** What a repair would do, or did. */
export function repairLines(repair: Repair, tense: "would" | "did"): string[] {
  const { reason, steps, damages, foundTopics, neededLost } = repair;
  const verb = tense === "would" ? "would be " : "";
  return [
    `why: ${escapeControls((reason ?? "").replace(/\. Nothing was changed\.[^]*$/, ""))}`,
    ...steps.map(({ file, action, cutBytes }) => {
      const cut = cutBytes > 0 ? `; ${formatBytes(cutBytes)} behind its last commit cut` : "";
      return `${file}: ${verb}${ACTIONS[action]}${cut}`;
    }),
    ...damages.filter(({ lost }) => lost.length > 0).flatMap(damageLines),
    ...foundTopics.map(
      ({ name, messages }) =>
        `topic ${escapeControls(name)} keeps all it has (${plural(messages, "message")}): nobody knows ` +
        "who waits for them",
    ),
    ...(repair.lostSubscriptions > 0
      ? [
          `${plural(repair.lostSubscriptions, "subscription")} lost, to be made again with --start earliest`,
        ]
      : []),
    `lost for good: ${plural(neededLost, "message")} that somebody needs`,
    `there: ${plural(repair.topics, "topic")}, ${plural(repair.subscriptions, "subscription")}, ` +
      `${plural(repair.unsettledMessages, "message")} that wait`,
  ];
}

const ACTIONS: Readonly<Record<Repair["steps"][number]["action"], string>> = {
  "set aside": "set aside",
  "header written": "given its header again",
  "footer written": "closed with what can be read of it",
  made: "made",
};

// ---- Records -------------------------------------------------------------------------------------------------------

/** A record in one line, with tabs between its sides. */
export function recordText(record: RecordReport): string {
  const { file, offset, commit, timeMs, kind, owner, log, first, last, bytes } = record;
  const positions = first === undefined ? "-" : rangeText({ first, last: last ?? first });
  const whose = owner ?? (log === undefined ? "-" : `log ${log}`);
  const sides = [file, offset, commit ?? "-", timeText(timeMs), kind, whose, positions, bytes];
  return [...sides, contentText(record)].map((side) => escapeControls(String(side))).join("\t");
}

function contentText({ entries, messages, references, note }: RecordReport): string {
  if (entries) return countText(entries.flatMap((entry) => Object.keys(entry)));
  if (messages) return messages.map(({ payload }) => payloadText({ bytes: payload })).join(" ");
  if (references) return countText(references.map(({ death }) => death?.reason ?? "redriven"));
  return note ?? "";
}

/** "settled 3, booted 1" */
function countText(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${word} ${count}`).join(", ");
}

/** A record as --json has it. */
export function recordObject({ timeMs, messages, ...record }: RecordReport): unknown {
  return plain({
    ...record,
    ...(timeMs !== undefined && { at: isoTime(timeMs) }),
    ...(messages && {
      messages: messages.map(({ payload, contentType, ...message }) => ({
        ...message,
        contentType,
        ...payloadObject({ bytes: payload, contentType }),
      })),
    }),
  });
}

/** Ids are bytes: they are told as hexadecimal digits. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, side]) => [name, plain(side)]));
}

// ---- Words ---------------------------------------------------------------------------------------------------------

function stateOf({ isDamaged, tornBytes, kind, isSealed }: FileReport): string {
  if (isDamaged) return "damaged";
  if (kind === "foreign") return "not of Peyk";
  if (kind === "temporary") return "unfinished";
  if (tornBytes > 0) return `ends with ${formatBytes(tornBytes)} that are no commit`;
  if (isSealed === undefined) return "whole";
  return isSealed ? "closed" : "open";
}

const messagesIn = (logs: NonNullable<FileReport["logs"]>): number =>
  logs.reduce((sum, { kind, count }) => sum + (kind === "messages" ? count : 0), 0);

/** The first few names. */
function topicsIn(logs: NonNullable<FileReport["logs"]>): string {
  const owners = logs
    .filter(({ kind }) => kind === "messages")
    .map(({ owner, log }) => owner ?? `log ${log}`);
  const names = [...new Set(owners)];
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

const rangeText = (range: { readonly first: number; readonly last: number } | undefined): string =>
  range ? (range.first === range.last ? `${range.first}` : `${range.first}-${range.last}`) : "-";

const isoTime = (ms: number): string => new Date(ms).toISOString();

const timeText = (ms: number | undefined): string =>
  ms === undefined || ms === 0 ? "-" : `${isoTime(ms).slice(0, 19)}Z`;
