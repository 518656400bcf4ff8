import { MessageBatch } from "@peyk/client/protocol";
import { describe, expect, test } from "vitest";

import { Commit, type SealedCommit } from "../../../../src/engines/embedded/commit.js";
import {
  createJournalId,
  MAX_RECORD_BYTES,
  RecordKind,
} from "../../../../src/engines/embedded/format.js";
import { decodeEntries } from "../../../../src/engines/embedded/entries.js";
import { readCommit } from "../../../../src/engines/embedded/scan.js";
import { idsOf, numbered } from "../../../harness/messages.js";
import { SeededRandom } from "../../../harness/seeded-random.js";

const journal = createJournalId(new SeededRandom(1).bytes(16));
const PLACE = { number: 3, file: 2, offset: 100, mark: 2, journal };

const seal = (commit: Commit): SealedCommit => commit.seal(PLACE);

/** The commit as it is read back from a file. */
function readBack(sealed: SealedCommit) {
  const bytes = Buffer.concat([Buffer.alloc(PLACE.offset), ...sealed.chunks]);
  const commit = readCommit(bytes, PLACE.offset, journal);
  if (!commit) throw new Error("the commit is not whole");
  expect(bytes.byteLength).toBe(PLACE.offset + commit.header.length);
  return commit;
}

/** Logs, first positions and counts of the records of messages, in the order of the file. */
const placesOf = ({ records }: SealedCommit) =>
  records
    .filter(({ kind }) => kind === RecordKind.messages)
    .map(({ log, first, count }) => [log, first, count]);

describe("Commit", () => {
  test("has its entries first and the records of a log together", () => {
    const commit = new Commit(5);
    commit.messages(1, 10, numbered(1, 2));
    commit.entry({ settled: { subscription: 1, log: 1, first: 1, count: 2 } });
    commit.messages(2, 20, numbered(3, 1));
    commit.messages(1, 12, numbered(4, 1));
    commit.entry({ booted: { boot: 4 } });
    const { records } = readBack(seal(commit));
    expect(records.map(({ kind, log }) => [kind, log])).toEqual([
      [RecordKind.entries, 0],
      [RecordKind.messages, 1],
      [RecordKind.messages, 2],
    ]);
    const [entries] = records;
    expect(decodeEntries(entries?.body ?? new Uint8Array())).toHaveLength(2);
    expect(records[1]?.count).toBe(3);
  });

  test.each([
    ["copies a small part of a packet, so as not to keep the packet", 1024 * 1024, false],
    ["leaves most of a packet where it lies", 32 * 1024, true],
  ])("%s", (_, packetBytes, isKept) => {
    const { bytes } = numbered(1, 1, 20_000);
    const packet = new Uint8Array(packetBytes);
    packet.set(bytes, 100);
    const commit = new Commit(5);
    commit.messages(1, 1, new MessageBatch(packet.subarray(100, 100 + bytes.byteLength), 1));
    const batch = seal(commit).records[0]?.batch;
    expect(batch?.bytes.buffer === packet.buffer).toBe(isKept);
    expect(batch?.bytes.buffer.byteLength).toBe(isKept ? packetBytes : bytes.byteLength);
    expect(batch && Buffer.compare(batch.bytes, bytes)).toBe(0);
  });

  test("joins small batches of a log while their positions follow one another", () => {
    const commit = new Commit(5);
    for (let index = 0; index < 5; index += 1)
      commit.messages(1, 1 + index * 2, numbered(index, 2));
    commit.messages(1, 90, numbered(9, 1));
    const sealed = seal(commit);
    expect(placesOf(sealed)).toEqual([
      [1, 1, 10],
      [1, 90, 1],
    ]);
    const [record] = readBack(sealed).records;
    const batch = new MessageBatch(record?.body ?? new Uint8Array(), 10);
    expect(idsOf({ batch, from: 0, count: 10 })).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
  });

  test("has no record above 64 KiB that holds more than one message", () => {
    const commit = new Commit(5);
    commit.messages(1, 1, numbered(1, 30, 10_000));
    commit.messages(1, 31, numbered(31, 300, 1_000));
    commit.messages(1, 331, numbered(331, 1, 1_048_576));
    for (let index = 0; index < 40; index += 1) {
      commit.messages(1, 332 + index, numbered(332 + index, 1, 5_000));
    }
    const { records } = readBack(seal(commit));
    for (const { bodyBytes, count } of records) {
      expect(bodyBytes <= MAX_RECORD_BYTES || count === 1).toBe(true);
    }
    const ids = records.flatMap(({ body, count }) =>
      idsOf({ batch: new MessageBatch(body, count), from: 0, count }),
    );
    expect(ids).toEqual(Array.from({ length: 371 }, (_, index) => index + 1));
  });

  test("writes large batches from where they lie, and copies small ones", () => {
    const large = numbered(1, 2, 10_000);
    const small = numbered(3, 2);
    const commit = new Commit(5);
    commit.messages(1, 1, large);
    commit.messages(1, 3, small);
    const { chunks, records } = seal(commit);
    expect(chunks).toContain(large.bytes);
    expect(records.some(({ body }) => body === small.bytes)).toBe(false);
  });

  test("is written in few pieces however many small records it has", () => {
    const commit = new Commit(5);
    for (let log = 1; log <= 1_000; log += 1) commit.messages(log, 1, numbered(log, 1));
    expect(seal(commit).chunks).toHaveLength(2);
  });

  test("is the same again where it could not be written to the first place", () => {
    const commit = new Commit(5);
    commit.entry({ settled: { subscription: 1, log: 1, first: 1, count: 2 } });
    commit.messages(1, 10, numbered(1, 2));
    const first = seal(commit);
    const second = commit.seal({ ...PLACE, file: 9, offset: 64 });
    expect(second.length).toBe(first.length);
    const bytes = Buffer.concat([Buffer.alloc(64), ...second.chunks]);
    const commitAgain = readCommit(bytes, 64, journal);
    expect(commitAgain?.records.map(({ kind }) => kind)).toEqual([
      RecordKind.entries,
      RecordKind.messages,
    ]);
  });

  test("says where each record will stand", () => {
    const commit = new Commit(5);
    commit.messages(1, 1, numbered(1, 20, 5_000));
    commit.messages(2, 1, numbered(21, 1));
    const sealed = seal(commit);
    const offsets = readBack(sealed).records.map(({ offset }) => offset);
    expect(sealed.records.map(({ offset }) => offset)).toEqual(offsets);
  });

  test("is empty until something is added, and may be kept so for its mark", () => {
    const commit = new Commit(5);
    expect(commit.isEmpty).toBe(true);
    commit.whenDurable(() => {});
    expect(commit.isEmpty).toBe(true);
    commit.keepEmpty();
    expect(commit.isEmpty).toBe(false);
    expect(readBack(seal(commit)).records).toEqual([]);
  });

  test("answers those who wait in the order in which they came", () => {
    const commit = new Commit(5);
    const answers: number[] = [];
    for (const index of [1, 2, 3]) commit.whenDurable(() => answers.push(index));
    commit.durable();
    expect(answers).toEqual([1, 2, 3]);
  });
});
