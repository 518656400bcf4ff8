import { describe, expect, test } from "vitest";

import {
  COMMIT_HEADER_BYTES,
  coldName,
  createJournalId,
  decodeCommitHeader,
  decodeRecord,
  decodeSegmentHeader,
  decodeSegmentTail,
  encodeCommitHeader,
  encodeSegmentHeader,
  encodeSegmentTail,
  FileKind,
  findCommitMagic,
  FORMAT_VERSION,
  parseFileName,
  readPosition,
  RECORD_HEADER_BYTES,
  RecordKind,
  segmentName,
  snapshotName,
  writePosition,
  writeRecordHeader,
} from "../../../../src/engines/embedded/format.js";
import { SeededRandom } from "../../../harness/seeded-random.js";

const journal = createJournalId(new SeededRandom(1).bytes(16));
const stranger = createJournalId(new SeededRandom(2).bytes(16));

const segmentHeader = {
  version: FORMAT_VERSION,
  kind: FileKind.hot,
  journal,
  file: 7,
  firstCommit: 2 ** 40 + 3,
  createdAtMs: 1_767_225_600_000,
};

const commitHeader = {
  number: 2 ** 41 + 1,
  file: 7,
  offset: 2 ** 31 + 5,
  length: 3 * 2 ** 30,
  mark: 2 ** 41,
  timeMs: 1_767_225_600_001,
  recordCount: 4,
  recordsChecksum: 0xdead_beef,
};

/** A record with this body, header included. */
function recordOf(body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(RECORD_HEADER_BYTES + body.byteLength);
  const header = {
    kind: RecordKind.messages,
    codec: 0,
    keyId: 0,
    log: 9,
    firstPosition: 2 ** 33,
    count: 2,
    timeMs: 5,
    bodyBytes: body.byteLength,
  };
  writeRecordHeader(bytes, 0, header, body, journal);
  bytes.set(body, RECORD_HEADER_BYTES);
  return bytes;
}

/** Every way in which one bit differs. */
function* flipped(bytes: Uint8Array): Generator<Buffer> {
  for (let bit = 0; bit < bytes.byteLength * 8; bit += 1) {
    const copy = Buffer.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield copy;
  }
}

describe("a segment header", () => {
  test("reads as it was written", () => {
    expect(decodeSegmentHeader(encodeSegmentHeader(segmentHeader))).toEqual(segmentHeader);
  });

  test("is refused with any bit turned over, or cut off", () => {
    const bytes = encodeSegmentHeader(segmentHeader);
    for (const damaged of flipped(bytes)) expect(decodeSegmentHeader(damaged)).toBeUndefined();
    expect(decodeSegmentHeader(bytes.subarray(0, 63))).toBeUndefined();
    expect(decodeSegmentHeader(new Uint8Array(64))).toBeUndefined();
  });

  test("of a later version is read, so that it can be named", () => {
    const bytes = encodeSegmentHeader({ ...segmentHeader, version: 9 });
    expect(decodeSegmentHeader(bytes)?.version).toBe(9);
  });
});

describe("a commit header", () => {
  test("reads as it was written, from any place", () => {
    const bytes = Buffer.concat([Buffer.alloc(5), encodeCommitHeader(commitHeader, journal)]);
    expect(decodeCommitHeader(bytes, 5, journal)).toEqual(commitHeader);
    expect(findCommitMagic(bytes, 0)).toBe(5);
    expect(findCommitMagic(bytes, 6)).toBe(-1);
  });

  test("is refused with any bit turned over, or cut off", () => {
    const bytes = encodeCommitHeader(commitHeader, journal);
    for (const damaged of flipped(bytes)) {
      expect(decodeCommitHeader(damaged, 0, journal)).toBeUndefined();
    }
    const cut = bytes.subarray(0, COMMIT_HEADER_BYTES - 1);
    expect(decodeCommitHeader(cut, 0, journal)).toBeUndefined();
  });

  test("of another journal is none, so that no payload can forge one", () => {
    const bytes = encodeCommitHeader(commitHeader, stranger);
    expect(decodeCommitHeader(bytes, 0, journal)).toBeUndefined();
  });

  test("is never found in zeros", () => {
    expect(decodeCommitHeader(new Uint8Array(64), 0, journal)).toBeUndefined();
    const withoutLength = encodeCommitHeader({ ...commitHeader, length: 0 }, journal);
    expect(decodeCommitHeader(withoutLength, 0, journal)).toBeUndefined();
  });
});

describe("a record", () => {
  test("reads as it was written", () => {
    const body = Buffer.from("a body");
    expect(decodeRecord(recordOf(body), 0, journal)).toMatchObject({
      kind: RecordKind.messages,
      log: 9,
      firstPosition: 2 ** 33,
      count: 2,
      timeMs: 5,
      body,
    });
  });

  test("is refused with any bit of header or body turned over, or cut off", () => {
    const bytes = recordOf(Buffer.from("a body"));
    for (const damaged of flipped(bytes)) expect(decodeRecord(damaged, 0, journal)).toBeUndefined();
    for (let length = 0; length < bytes.byteLength; length += 1) {
      expect(decodeRecord(bytes.subarray(0, length), 0, journal)).toBeUndefined();
    }
  });

  test("of another journal is none", () => {
    expect(decodeRecord(recordOf(Buffer.from("a body")), 0, stranger)).toBeUndefined();
  });
});

describe("the tail of a sealed file", () => {
  test("reads as it was written, and not with any bit turned over", () => {
    const tail = { footerOffset: 2 ** 32 + 1, lastCommit: 2 ** 35 };
    const bytes = encodeSegmentTail(tail, journal);
    expect(decodeSegmentTail(bytes, journal)).toEqual(tail);
    expect(decodeSegmentTail(bytes, stranger)).toBeUndefined();
    expect(decodeSegmentTail(bytes.subarray(1), journal)).toBeUndefined();
    for (const damaged of flipped(bytes)) {
      expect(decodeSegmentTail(damaged, journal)).toBeUndefined();
    }
  });
});

describe("file names", () => {
  test("name what they are made for", () => {
    expect(parseFileName(segmentName(12))).toEqual({ kind: "segment", number: 12 });
    expect(parseFileName(coldName(3))).toEqual({ kind: "cold", number: 3 });
    expect(parseFileName(snapshotName(2 ** 45))).toEqual({ kind: "snapshot", number: 2 ** 45 });
    expect(parseFileName("spare.peyk")).toEqual({ kind: "spare" });
    expect(parseFileName("snapshot-0000000000000001.peyk.tmp")).toEqual({ kind: "temporary" });
  });

  test.each(["segment-1.peyk", "notes.txt", "segment-0000000000000001.peyk~", ""])(
    "leave %j to others",
    (name) => expect(parseFileName(name)).toEqual({ kind: "foreign" }),
  );
});

describe("positions", () => {
  test.each([0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1])("take eight bytes, exactly: %d", (value) => {
    const bytes = Buffer.alloc(8);
    writePosition(bytes, value, 0);
    expect(readPosition(bytes, 0)).toBe(value);
  });
});
