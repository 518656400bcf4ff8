import { parseFileName } from "../format.js";
import type {
  FileReport,
  JournalReport,
  LogReport,
  SubscriptionReport,
  TopicReport,
} from "./report.js";
import type { OtherFile, Survey } from "./survey.js";
import type { SurveyedFile } from "./surveyed-file.js";

/** A survey in numbers and names. */
export function describeJournal(survey: Survey): JournalReport {
  const { location, journal, files, others, damages, remarks } = survey;
  const reports = [
    ...files.map((file) => describeFile(survey, file)),
    ...others.map((file) => describeOther(file)),
  ];
  return {
    location,
    journalId: journal && Buffer.from(journal.bytes).toString("hex"),
    bytes: reports.reduce((sum, { bytes }) => sum + bytes, 0),
    files: reports.sort(inOrder),
    topics: topicsOf(survey),
    subscriptions: subscriptionsOf(survey),
    damages,
    remarks,
    neededLost: survey.losses.neededLost,
  };
}

function describeFile(survey: Survey, file: SurveyedFile): FileReport {
  const { name, kind, size, header, commits, times, tornBytes } = file;
  return {
    name,
    kind,
    bytes: size,
    isDamaged: survey.damages.some((damage) => damage.file === name),
    tornBytes: file.damages.length > 0 ? 0 : tornBytes,
    createdAtMs: header.createdAtMs,
    isSealed: file.isSealed,
    ...(commits && { commits }),
    ...(times && { times }),
    logs: describeLogs(survey, file),
  };
}

function describeOther({ name, kind, size, header, isDamaged, snapshot }: OtherFile): FileReport {
  return {
    name,
    kind,
    bytes: size,
    isDamaged,
    tornBytes: 0,
    ...(header && { createdAtMs: header.createdAtMs }),
    ...(snapshot && { commits: { first: 1, last: snapshot.covers } }),
  };
}

function describeLogs({ state }: Survey, file: SurveyedFile): LogReport[] {
  return [...file.logs]
    .sort(([a], [b]) => a - b)
    .map(([log, { kind, positions, first, last, bytes }]) => {
      const { owner, priority = 0 } = state.knownLogs.get(log) ?? {};
      return { log, kind, owner, priority, count: positions.size, first, last, bytes };
    });
}

function topicsOf({ state, used }: Survey): TopicReport[] {
  const topics = [...state.topics.values()].map(({ topic, logs, positions }) => {
    const stored = used.flatMap((file) =>
      [...logs.values()].flatMap(({ id }) => file.logs.get(id) ?? []),
    );
    return {
      name: topic.name,
      nextPosition: positions.next,
      storedMessages: stored.reduce((sum, contents) => sum + contents.positions.size, 0),
      firstStored: stored.reduce((least, { first }) => Math.min(least, first), positions.next),
      lastStored: stored.reduce((most, { last }) => Math.max(most, last), 0),
    };
  });
  return topics.sort(byName);
}

function subscriptionsOf({ state }: Survey): SubscriptionReport[] {
  const unsettledOf = (id: number): number => {
    const cursors = [...(state.subscriptions.get(id)?.cursors.values() ?? [])];
    return cursors.reduce((sum, { unsettledCount }) => sum + unsettledCount, 0);
  };
  const subscriptions = [...state.subscriptions.values()]
    .filter(({ subscription }) => !state.parents.has(subscription.id))
    .map(({ subscription: { id, name, deadLetters = 0 } }) => ({
      name,
      unsettled: unsettledOf(id),
      dead: unsettledOf(deadLetters),
    }));
  return subscriptions.sort(byName);
}

/** Segments and cold files by number, then snapshots, then what is no part of the journal. */
function inOrder(a: FileReport, b: FileReport): number {
  const rank = ({ kind }: FileReport): number =>
    ["segment", "cold", "snapshot", "spare", "temporary", "foreign"].indexOf(kind);
  const numberOf = ({ name }: FileReport): number => {
    const parsed = parseFileName(name);
    return "number" in parsed ? parsed.number : 0;
  };
  return Math.max(rank(a), 1) - Math.max(rank(b), 1) || numberOf(a) - numberOf(b) || byName(a, b);
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
