/** Makes the state of a survey fit to what is left in the files. */
import { matches } from "@peyk/client/protocol";
import type { Topic } from "../../../broker/engine.js";
import type { Random } from "../../../runtime/random.js";
import { isFedByTopics } from "../catalog.js";
import { Cursor } from "../cursor.js";
import { parseFileName } from "../format.js";
import { PositionSet } from "../position-set.js";
import type { Positions } from "../positions.js";
import type { SubscriptionState } from "../state.js";
import type { KnownState } from "./known-state.js";
import { logsByPositions } from "./losses.js";
import type { Survey } from "./survey.js";

/** Such topics keep what they have until somebody has looked: the most that a topic may keep, in bytes. */
const KEEP_BYTES = 2 ** 50;

/** Numbers are left free for what was made in commits that are lost: it may be named by others. */
const NUMBERS_PER_COMMIT = 16;

/** A topic with messages of which nothing says any more who waits for them. */
export interface FoundTopic {
  readonly name: string;
  readonly messages: number;
}

/** Entries of the repair are newer than all others. */
const NOW = Number.MAX_SAFE_INTEGER;

/**
 * Changes `survey.state`, so that a snapshot of it needs no file that is not there. Returns topics that keep all they have
 * from now on: those that it had to make, and those of subscriptions that are lost.
 */
export function mendState(survey: Survey, random: Random, nowMs: number): FoundTopic[] {
  const { state } = survey;
  forgetMissingFiles(survey);
  skipNumbers(survey);
  const found = [...keepForLost(survey), ...adoptLogs(survey, random, nowMs)];
  const logs = logsByPositions(state);
  for (const [positions, ids] of logs) {
    const ranges = storedRanges(survey, ids);
    fillGaps(survey, positions, ranges);
    for (const { log, first, count } of ranges) {
      if (first + count > positions.next) state.appended(log, first, count, NOW);
    }
    for (const cursor of positions.cursors) settleMissing(cursor as Cursor, survey, positions.log);
  }
  for (const owner of state.subscriptions.values()) {
    if (!state.parents.has(owner.subscription.id)) returnHeld(owner, survey);
  }
  for (const [positions, ids] of logs) {
    const ranges = storedRanges(survey, ids);
    for (const cursor of [...positions.cursors] as Cursor[]) {
      cursor.unsettledCount = ranges.reduce(
        (sum, { first, count }) => sum + cursor.countUnsettled(first, count),
        0,
      );
    }
  }
  return found;
}

function forgetMissingFiles({ state, files }: Survey): void {
  const there = new Set(files.map(({ number }) => number));
  for (const number of [...state.coldFiles]) {
    if (!there.has(number)) state.coldFiles.delete(number);
  }
}

/** Nothing new gets a number that something lost may have had. */
function skipNumbers({ state, files, others, lostCommits, lastCommit }: Survey): void {
  const logs = files.flatMap((file) => [...file.logs.keys()]);
  const highest = logs.reduce((most, log) => Math.max(most, log), 0);
  state.nextLog = Math.max(state.nextLog, highest + 1);
  for (const { name } of [...files, ...others]) {
    const parsed = parseFileName(name);
    if (parsed.kind !== "segment" && parsed.kind !== "cold") continue;
    state.nextFile = Math.max(state.nextFile, parsed.number + 1);
  }
  for (const { times } of files) state.lastTimeMs = Math.max(state.lastTimeMs, times?.last ?? 0);
  if (lostCommits === 0) return;
  const skipped = Math.min(lostCommits, lastCommit) * NUMBERS_PER_COMMIT;
  state.nextLog += skipped;
  state.nextId += skipped;
  state.boot += lostCommits;
}

/** Every log of messages that nobody names becomes a topic that keeps them. */
function adoptLogs({ state, used }: Survey, random: Random, nowMs: number): FoundTopic[] {
  const orphans = new Map<number, { first: number; last: number; messages: number }>();
  for (const { logs } of used) {
    for (const [log, { kind, positions, first, last }] of logs) {
      if (kind !== "messages" || state.logs.has(log) || !state.isOrphan(log)) continue;
      const known = orphans.get(log) ?? { first, last, messages: 0 };
      orphans.set(log, {
        first: Math.min(known.first, first),
        last: Math.max(known.last, last),
        messages: known.messages + positions.size,
      });
    }
  }
  return [...orphans].map(([log, { first, last, messages }]) => {
    const { topic, positions } = state.addTopic(newTopic(state, log, random, nowMs), log, NOW);
    positions.next = last + 1;
    positions.reservedUntil = last + 1;
    const added = state.topics.get(topic.id);
    if (added) added.retainedFrom = first;
    for (const owner of state.subscriptions.values()) {
      const isFed = isFedByTopics(owner.subscription, state.parents);
      if (isFed && matches(owner.subscription.source, topic.name)) {
        state.addCursor(owner, positions, positions.next);
      }
    }
    return { name: topic.name, messages };
  });
}

/** Whoever makes a lost subscription again, from the earliest message on, finds what it had. */
function keepForLost({ state, used, lostSubscriptions }: Survey): FoundTopic[] {
  const logs = new Set([...lostSubscriptions.values()].flatMap((each) => [...each]));
  return [...state.topics.values()].flatMap((topic) => {
    const { topic: before, positions } = topic;
    if (![...topic.logs.values()].some(({ id }) => logs.has(id))) return [];
    topic.topic = { ...before, settings: { ...before.settings, retainBytes: KEEP_BYTES } };
    topic.retainedFrom = 1;
    positions.isRetained = true;
    const messages = used.reduce((sum, file) => {
      const own = [...topic.logs.values()].map(({ id }) => file.logs.get(id)?.positions.size ?? 0);
      return sum + own.reduce((total, count) => total + count, 0);
    }, 0);
    return [{ name: before.name, messages }];
  });
}

function newTopic(state: KnownState, log: number, random: Random, createdAtMs: number): Topic {
  const names = new Set([...state.topics.values()].map(({ topic }) => topic.name));
  let name = `recovered.log-${log}`;
  while (names.has(name)) name += "-1";
  return {
    id: state.nextId,
    name,
    epoch: random.bytes(6).reduce((sum, byte) => sum * 256 + byte, 0),
    settings: {
      retainMs: 0,
      retainBytes: KEEP_BYTES,
      expireUnsettledMs: 0,
      maxBacklogBytes: 0,
      overflow: "reject",
    },
    createdAtMs,
    autoCreated: false,
  };
}

interface StoredRange {
  readonly log: number;
  readonly first: number;
  readonly count: number;
}

/** Where files have messages of these positions, in order; those included that a footer names and that cannot be read. */
function storedRanges({ used }: Survey, logs: ReadonlySet<number>): StoredRange[] {
  const ranges: StoredRange[] = [];
  for (const file of used) {
    for (const log of logs) {
      for (const range of file.logs.get(log)?.positions.ranges() ?? [])
        ranges.push({ log, ...range });
    }
    for (const { log, first, count } of file.unreadable) {
      if (logs.has(log)) ranges.push({ log, first, count });
    }
  }
  return ranges.sort((a, b) => a.first - b.first);
}

/**
 * What commits stored that are lost looks like gaps to those after them, but files may have it: cold ones, above all.
 * Nobody knows what became of it, so it is unsettled.
 */
function fillGaps({ state }: Survey, positions: Positions, stored: readonly StoredRange[]): void {
  const found = new PositionSet();
  for (const { first, count } of stored) {
    const end = first + count;
    for (let at = first; at < end;) {
      const gapEnd = Math.min(positions.afterGap(at), end);
      if (gapEnd > at) found.add(at, gapEnd - at);
      at = gapEnd > at ? gapEnd : Math.min(positions.nextGap(at), end);
    }
  }
  if (found.size === 0) return;
  const gaps = without(positions.gaps(), found);
  positions.trimGaps(Infinity);
  positions.restoreGaps(gaps);
  for (const cursor of [...positions.cursors] as Cursor[]) {
    const owner = state.subscriptions.get(cursor.subscription);
    const begin = state.beginOf(cursor);
    const returned = [...positionsOf(found)].filter((position) => position >= begin);
    if (owner && returned.length > 0) unsettle(owner, cursor, returned);
  }
}

/** Gaps as pairs of numbers, without the positions of a set. */
function without(gaps: readonly number[], found: PositionSet): number[] {
  const left: number[] = [];
  for (let index = 0; index < gaps.length; index += 2) {
    const end = gaps[index + 1] ?? 0;
    for (let at = found.nextAbsent(gaps[index] ?? 0); at < end;) {
      const until = found.nextPresent(at, end);
      left.push(at, until);
      at = found.nextAbsent(until);
    }
  }
  return left;
}

function* positionsOf(set: PositionSet): Generator<number, void> {
  for (const { first, count } of set.ranges()) {
    for (let position = first; position < first + count; position += 1) yield position;
  }
}

/** What is in no file is settled: nobody can have it any more. */
function settleMissing(cursor: Cursor, { losses }: Survey, log: number): void {
  const missing = losses.missing.get(log);
  for (const { first, count } of missing ? missing.ranges() : []) cursor.settle(first, count);
}

/** Messages that died or were redriven, and to which nothing refers any more, are unsettled again: nobody else has them. */
function returnHeld(owner: SubscriptionState, { state, used }: Survey): void {
  const queue = state.subscriptions.get(owner.subscription.deadLetters ?? 0);
  const named = new Map<Positions, PositionSet>();
  for (const { references, cursors } of [owner, queue].filter((each) => each !== undefined)) {
    const cursor = references && cursors.get(references.id);
    for (const found of used.flatMap((file) => file.references)) {
      const positions = state.logs.get(found.originLog)?.positions;
      const isLive = found.log === references?.id && !cursor?.isSettled(found.position);
      if (isLive && positions) setOf(named, positions).add(found.originPosition, 1);
    }
  }
  for (const cursor of [...owner.cursors.values()]) {
    const isNamed = (position: number): boolean =>
      named.get(cursor.positions)?.has(position) === true;
    const returned = [...positionsOf(cursor.held)].filter((position) => !isNamed(position));
    if (returned.length > 0) unsettle(owner, cursor, returned);
  }
}

/** A floor does not go back: another cursor takes the place of this one. */
function unsettle(owner: SubscriptionState, old: Cursor, returned: readonly number[]): void {
  const { subscription, positions } = old;
  const lowest = returned.reduce((least, position) => Math.min(least, position), old.floor);
  old.close();
  const cursor = new Cursor(subscription, positions, lowest);
  owner.cursors.set(positions.log, cursor);
  cursor.retries = old.retries;
  cursor.settled.add(lowest, old.floor - lowest);
  for (const { first, count } of old.settled.ranges()) cursor.settled.add(first, count);
  for (const { first, count } of old.held.ranges()) cursor.held.add(first, count);
  for (const position of returned) {
    cursor.settled.remove(position, 1);
    cursor.held.remove(position, 1);
  }
}

function setOf(sets: Map<Positions, PositionSet>, positions: Positions): PositionSet {
  const set = sets.get(positions) ?? new PositionSet();
  sets.set(positions, set);
  return set;
}
