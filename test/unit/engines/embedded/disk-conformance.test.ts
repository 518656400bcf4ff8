import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { DirectoryInUse, type Disk } from "../../../../src/engines/embedded/disk.js";
import { MemoryDisk } from "../../../../src/engines/embedded/memory-disk.js";
import { NodeDisk } from "../../../../src/engines/embedded/node-disk.js";
import { SeededRandom } from "../../../harness/seeded-random.js";
import { SimulatedDisk } from "../../../harness/simulated-disk.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "peyk-disk-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const disks: readonly { readonly kind: string; readonly create: () => Disk }[] = [
  { kind: "NodeDisk", create: () => new NodeDisk(join(directory, "journal")) },
  { kind: "MemoryDisk", create: () => new MemoryDisk() },
  { kind: "SimulatedDisk", create: () => new SimulatedDisk() },
];

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
const text = (chunk: Uint8Array): string => Buffer.from(chunk).toString();

describe.each(disks)("$kind", ({ create }) => {
  let disk: Disk;
  beforeEach(async () => {
    disk = create();
    await disk.lock();
  });
  afterEach(() => disk.unlock());

  async function fileOf(content: string, name = "a") {
    const file = await disk.create(name);
    await file.write([bytes(content)], 0);
    return file;
  }

  describe("names", () => {
    test("lists what was created and not removed, in any order, without the lock", async () => {
      expect(await disk.list()).toEqual([]);
      for (const name of ["a", "b", "c"]) await (await disk.create(name)).close();
      await disk.remove("b");
      expect([...(await disk.list())].sort()).toEqual(["a", "c"]);
    });

    test("refuses to create a file that is there, and leaves it alone", async () => {
      await fileOf("first");
      await expect(disk.create("a")).rejects.toMatchObject({
        kind: "exists",
        operation: "create",
        file: "a",
      });
      expect(text(await (await disk.open("a")).read(0, 9))).toBe("first");
    });

    test("reports a missing file as such", async () => {
      const missing = { name: "DiskError", kind: "missing", file: "a" };
      await expect(disk.open("a")).rejects.toMatchObject({ ...missing, operation: "open" });
      await expect(disk.remove("a")).rejects.toMatchObject({ ...missing, operation: "remove" });
      await expect(disk.rename("a", "b")).rejects.toMatchObject({
        ...missing,
        operation: "rename",
      });
    });

    test("replaces the target of a rename, and keeps the bytes of both for who has them open", async () => {
      const source = await fileOf("new", "temporary");
      const target = await fileOf("old", "snapshot");
      await disk.rename("temporary", "snapshot");
      await disk.syncDirectory();
      expect(await disk.list()).toEqual(["snapshot"]);
      expect(text(await (await disk.open("snapshot")).read(0, 9))).toBe("new");
      expect(text(await source.read(0, 9))).toBe("new");
      expect(text(await target.read(0, 9))).toBe("old");
    });

    test("keeps a removed file for who has it open", async () => {
      const file = await fileOf("still here");
      await disk.remove("a");
      await file.write([bytes("!")], 10);
      expect(text(await file.read(0, 99))).toBe("still here!");
      await file.close();
    });

    test("gives a name that was removed to a new, empty file", async () => {
      await fileOf("old");
      await disk.remove("a");
      expect(await (await disk.create("a")).size()).toBe(0);
    });

    test.each(["", ".", "..", "a/b", "../a", "a\\b", "a\0b", "lock", "lock.x"])(
      "refuses the file name %j",
      async (name) => {
        await fileOf("x");
        const refused = { name: "DiskError", kind: "io" };
        await expect(disk.create(name)).rejects.toMatchObject(refused);
        await expect(disk.open(name)).rejects.toMatchObject(refused);
        await expect(disk.rename("a", name)).rejects.toMatchObject(refused);
        await expect(disk.rename(name, "b")).rejects.toMatchObject(refused);
        await expect(disk.remove(name)).rejects.toMatchObject(refused);
      },
    );
  });

  describe("bytes", () => {
    test("writes chunks one after the other", async () => {
      const file = await disk.create("a");
      await file.write([bytes("one "), bytes(""), bytes("two "), bytes("three")], 0);
      expect(await file.size()).toBe(13);
      expect(text(await file.read(0, 13))).toBe("one two three");
    });

    test("overwrites in the middle and keeps the rest", async () => {
      const file = await fileOf("abcdef");
      await file.write([bytes("XY")], 2);
      expect(text(await file.read(0, 99))).toBe("abXYef");
    });

    test("fills a gap before a write with zeros", async () => {
      const file = await fileOf("a");
      await file.write([bytes("b")], 3);
      expect([...(await file.read(0, 99))]).toEqual([97, 0, 0, 98]);
    });

    test.each([[[]], [[bytes("")]], [[bytes(""), bytes("")]]])(
      "writes nothing for %j",
      async (chunks) => {
        const file = await fileOf("abc");
        await file.write(chunks, 100);
        expect(await file.size()).toBe(3);
      },
    );

    test("writes more chunks in one call than the system takes at once", async () => {
      const random = new SeededRandom(1);
      const chunks = Array.from({ length: 5000 }, () => random.bytes(random.int(9)));
      const file = await disk.create("a");
      await file.write(chunks, 7);
      expect(Buffer.from(await file.read(7, 50_000)).equals(Buffer.concat(chunks))).toBe(true);
    });

    test("reads shorter only where the file ends", async () => {
      const file = await fileOf("abcdef");
      expect(text(await file.read(4, 99))).toBe("ef");
      expect(await file.read(6, 1)).toHaveLength(0);
      expect(await file.read(1000, 1)).toHaveLength(0);
      expect(await file.read(0, 0)).toHaveLength(0);
    });

    test("reads into bytes that belong to the reader", async () => {
      const file = await fileOf("abc");
      const first = await file.read(0, 3);
      first.fill(0);
      expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype);
      expect(text(await file.read(0, 3))).toBe("abc");
    });

    test("keeps its own copy of what was written", async () => {
      const chunk = bytes("abc");
      const file = await disk.create("a");
      await file.write([chunk], 0);
      chunk.fill(0);
      expect(text(await file.read(0, 3))).toBe("abc");
    });

    test("truncates, and does not bring back old bytes when it grows again", async () => {
      const file = await fileOf("abcdef");
      await file.truncate(2);
      expect(await file.size()).toBe(2);
      await file.truncate(4);
      await file.write([bytes("z")], 5);
      expect([...(await file.read(0, 99))]).toEqual([97, 98, 0, 0, 0, 122]);
    });

    test("behaves as an array of bytes in a random order of writes, truncates and reads", async () => {
      await expectLikeArray(disk, new SeededRandom(20_260_101));
    });
  });

  describe("handles", () => {
    test("share one file", async () => {
      const first = await fileOf("abc");
      const second = await disk.open("a");
      await second.write([bytes("X")], 0);
      expect(first.name).toBe("a");
      expect(text(await first.read(0, 3))).toBe("Xbc");
    });

    test("refuse everything once closed", async () => {
      const file = await fileOf("abc");
      await file.close();
      const closed = { name: "DiskError", kind: "io", file: "a" };
      await expect(file.size()).rejects.toMatchObject(closed);
      await expect(file.read(0, 1)).rejects.toMatchObject(closed);
      await expect(file.write([bytes("x")], 0)).rejects.toMatchObject(closed);
      await expect(file.sync()).rejects.toMatchObject(closed);
      await expect(file.truncate(0)).rejects.toMatchObject(closed);
    });

    test("may be closed twice", async () => {
      const file = await fileOf("abc");
      await file.close();
      await expect(file.close()).resolves.toBeUndefined();
    });

    test("keep what was synced for the next one", async () => {
      const file = await fileOf("abc");
      await file.sync();
      await disk.syncDirectory();
      await file.close();
      expect(text(await (await disk.open("a")).read(0, 9))).toBe("abc");
    });
  });

  test("tells how much space there is", async () => {
    const { freeBytes, totalBytes } = await disk.space();
    expect(freeBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeGreaterThanOrEqual(freeBytes);
  });

  test("is locked once at a time, and again after an unlock", async () => {
    const refusal = await disk.lock().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DirectoryInUse);
    expect(refusal).toMatchObject({ location: disk.location, pid: process.pid });
    await disk.unlock();
    await disk.lock();
  });
});

/** Compares 300 random steps around the border of a 256 KiB block with a plain array. */
async function expectLikeArray(disk: Disk, random: SeededRandom): Promise<void> {
  const file = await disk.create("a");
  const model = new Uint8Array(600_000);
  let length = 0;
  for (let step = 0; step < 300; step += 1) {
    const position = random.pick([0, 262_144, length]) + random.int(2000);
    if (random.chance(0.6)) {
      const chunks = [random.bytes(random.int(300)), random.bytes(1 + random.int(3000))];
      await file.write(chunks, position);
      model.set(Buffer.concat(chunks), position);
      length = Math.max(length, position + Buffer.concat(chunks).byteLength);
    } else if (random.chance(0.3)) {
      length = Math.min(position, 500_000);
      await file.truncate(length);
      model.fill(0, length);
    } else {
      const read = await file.read(position, 5000);
      expect(
        Buffer.compare(
          read,
          model.subarray(position, Math.max(Math.min(position + 5000, length), position)),
        ),
      ).toBe(0);
    }
    if (length > 500_000) break;
  }
  expect(await file.size()).toBe(length);
  expect(Buffer.compare(await file.read(0, length), model.subarray(0, length))).toBe(0);
}
