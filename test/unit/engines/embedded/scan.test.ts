import { beforeAll, describe, expect, test } from "vitest";

import { Commit } from "../../../../src/engines/embedded/commit.js";
import { createJournalId } from "../../../../src/engines/embedded/format.js";
import { provesDurable, scanCommits } from "../../../../src/engines/embedded/scan.js";
import { numbered } from "../../../harness/messages.js";
import { SeededRandom } from "../../../harness/seeded-random.js";

const journal = createJournalId(new SeededRandom(1).bytes(16));
const FILE = 2;
const FROM = 64;
const FIRST = 11;
/** Five commits, each written when the one before it was durable. */
const COMMITS = 5;

let bytes: Buffer;
/** Where each of the commits begins, and where they end. */
const offsets: number[] = [];

beforeAll(() => {
  const chunks: Uint8Array[] = [Buffer.alloc(FROM)];
  let offset = FROM;
  for (let index = 0; index < COMMITS; index += 1) {
    const commit = new Commit(100 + index);
    commit.entry({ booted: { boot: index } });
    commit.messages(1, 1 + index * 3, numbered(index * 3, 3, 40));
    const place = { number: FIRST + index, file: FILE, offset, mark: FIRST + index - 1, journal };
    const sealed = commit.seal(place);
    chunks.push(...sealed.chunks);
    offsets.push(offset);
    offset += sealed.length;
  }
  offsets.push(offset);
  bytes = Buffer.concat(chunks);
});

function scan(scanned: Uint8Array, place: Partial<Parameters<typeof scanCommits>[1]> = {}) {
  const numbers: number[] = [];
  const complete = { file: FILE, from: FROM, firstCommit: FIRST, ...place };
  const end = scanCommits(scanned, complete, journal, ({ header }) => numbers.push(header.number));
  return { numbers, end };
}

describe("scanCommits", () => {
  test("reads all commits in order, and says where they end", () => {
    const { numbers, end } = scan(bytes);
    expect(numbers).toEqual([11, 12, 13, 14, 15]);
    expect(end).toEqual({ offset: offsets[COMMITS], lastCommit: 15, mark: 14, timeMs: 104 });
  });

  test("takes in only whole commits, wherever the bytes end", () => {
    for (let length = FROM; length <= bytes.byteLength; length += 1) {
      const whole = offsets.filter((offset) => offset <= length).length - 1;
      expect(scan(bytes.subarray(0, length)).numbers).toHaveLength(Math.max(whole, 0));
    }
  });

  test("ends before the commit in which any bit is turned over", () => {
    for (let bit = FROM * 8; bit < bytes.byteLength * 8; bit += 1) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const whole = offsets.filter((offset) => offset <= bit >> 3).length - 1;
      expect(scan(damaged).numbers).toHaveLength(whole);
    }
  });

  test("takes in no commit of another file, journal or place", () => {
    expect(scan(bytes, { file: FILE + 1 }).numbers).toEqual([]);
    expect(scan(bytes, { firstCommit: FIRST + 1 }).numbers).toEqual([]);
    expect(scan(Buffer.concat([Buffer.alloc(1), bytes]), { from: FROM + 1 }).numbers).toEqual([]);
    const zeros = scan(Buffer.concat([bytes, Buffer.alloc(4_096)]));
    expect(zeros.numbers).toHaveLength(COMMITS);
  });
});

describe("provesDurable", () => {
  const proves = (scanned: Uint8Array, from: number, number: number): boolean =>
    provesDurable(scanned, from, FILE, number, journal);

  test("finds a later header that was written when the commit was durable", () => {
    expect(proves(bytes, (offsets[1] ?? 0) + 1, 12)).toBe(true);
    expect(proves(bytes, (offsets[3] ?? 0) + 1, 14)).toBe(true);
  });

  test("finds none for the last commit", () => {
    expect(proves(bytes, (offsets[4] ?? 0) + 1, 15)).toBe(false);
  });

  test("believes no header that stands where it was not written", () => {
    const moved = Buffer.concat([Buffer.alloc(3), bytes]);
    expect(proves(moved, 0, 12)).toBe(false);
  });
});
