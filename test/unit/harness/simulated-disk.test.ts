import { describe, expect, test } from "vitest";

import type { DiskFile } from "../../../src/engines/embedded/disk.js";
import { SeededRandom } from "../../harness/seeded-random.js";
import { DISK_OPERATIONS, type DiskOperation } from "../../harness/disk-faults.js";
import { SimulatedDisk } from "../../harness/simulated-disk.js";

const SECTOR_BYTES = 512;

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

/** A file with this content, all of it durable. */
async function durableFile(
  disk: SimulatedDisk,
  name: string,
  content: Uint8Array,
): Promise<DiskFile> {
  const file = await disk.create(name);
  await file.write([content], 0);
  await file.sync();
  await disk.syncDirectory();
  return file;
}

async function contentOf(disk: SimulatedDisk, name: string): Promise<Uint8Array> {
  const file = await disk.open(name);
  return file.read(0, await file.size());
}

const textOf = async (disk: SimulatedDisk, name: string): Promise<string> =>
  Buffer.from(await contentOf(disk, name)).toString();

/** What is seen after each of many power cuts, each as a string. */
async function outcomesOf(
  disk: SimulatedDisk,
  see: (after: SimulatedDisk) => Promise<string>,
): Promise<ReadonlySet<string>> {
  const outcomes = new Set<string>();
  for (let seed = 0; seed < 400; seed += 1) {
    outcomes.add(await see(disk.imageAfterPowerCut(new SeededRandom(seed))));
  }
  return outcomes;
}

const namesOf = async (disk: SimulatedDisk): Promise<string> =>
  [...(await disk.list())].sort().join();

describe("a power cut", () => {
  test("keeps all that was synced", async () => {
    const disk = new SimulatedDisk();
    await durableFile(disk, "a", bytes("synced"));
    expect(await outcomesOf(disk, (after) => textOf(after, "a"))).toEqual(new Set(["synced"]));
  });

  test("keeps or drops a write that was not synced, and may leave zeros where the file only grew", async () => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, "a", bytes("A"));
    await file.write([bytes("BB")], 1);
    expect(await outcomesOf(disk, (after) => textOf(after, "a"))).toEqual(
      new Set(["A", "A\0\0", "ABB"]),
    );
  });

  test("keeps any of several writes, in any combination", async () => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, "a", bytes("..."));
    for (const [position, letter] of [...["x", "y", "z"].entries()])
      await file.write([bytes(letter)], position);
    const all = ["...", "x..", ".y.", "..z", "xy.", "x.z", ".yz", "xyz"];
    expect(await outcomesOf(disk, (after) => textOf(after, "a"))).toEqual(new Set(all));
  });

  test("tears a write at the borders of sectors, and nowhere else", async () => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, "a", new Uint8Array(4 * SECTOR_BYTES));
    await file.write([new Uint8Array(3 * SECTOR_BYTES).fill(1)], 100);
    const shapes = await outcomesOf(disk, async (after) => {
      const content = await contentOf(after, "a");
      const sectors = [0, 1, 2, 3].map((index) =>
        content.subarray(index * SECTOR_BYTES, (index + 1) * SECTOR_BYTES),
      );
      const sums = sectors.map((sector) => sector.reduce((sum, byte) => sum + byte, 0));
      return sums.join();
    });
    const expected = [0, 1, 2, 3].map((index) => [0, [412, 512, 512, 100][index]]);
    for (const shape of shapes) {
      for (const [index, sum] of shape.split(",").map(Number).entries())
        expect(expected[index]).toContain(sum);
    }
    expect(shapes.size).toBe(16);
  });

  test("leaves a file as long as it was at some moment since the sync", async () => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, "a", bytes("123456"));
    await file.truncate(2);
    await file.write([bytes("xy")], 2);
    const lengths = await outcomesOf(
      disk,
      async (after) => `${(await contentOf(after, "a")).byteLength}`,
    );
    expect(lengths).toEqual(new Set(["6", "2", "4"]));
  });

  test("never brings back what was truncated before a length that is kept", async () => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, "a", bytes("123456"));
    await file.truncate(0);
    await file.write([bytes("z")], 6);
    for (const content of await outcomesOf(disk, (after) => textOf(after, "a"))) {
      if (content.length === 7) expect(["\0\0\0\0\0\0z", "\0\0\0\0\0\0\0"]).toContain(content);
    }
  });

  test("makes a sync cover only the writes that were complete when it was called", async () => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, "a", bytes("."));
    const writing = file.write([bytes("x")], 0);
    await Promise.all([writing, file.sync()]);
    expect(await outcomesOf(disk, (after) => textOf(after, "a"))).toEqual(new Set([".", "x"]));
    await file.sync();
    expect(await outcomesOf(disk, (after) => textOf(after, "a"))).toEqual(new Set(["x"]));
  });

  test("may forget a created file, and the bytes of one whose directory alone was synced", async () => {
    const disk = new SimulatedDisk();
    const file = await disk.create("a");
    await file.write([bytes("x")], 0);
    await file.sync();
    expect(await outcomesOf(disk, namesOf)).toEqual(new Set(["", "a"]));
    await disk.syncDirectory();
    await file.write([bytes("y")], 0);
    await disk.rename("a", "b");
    await disk.syncDirectory();
    expect(await outcomesOf(disk, (after) => textOf(after, "b"))).toEqual(new Set(["x", "y"]));
  });

  test("may undo renames and removals, in order", async () => {
    const disk = new SimulatedDisk();
    await durableFile(disk, "old", bytes("1"));
    await durableFile(disk, "temporary", bytes("2"));
    await disk.rename("temporary", "new");
    await disk.remove("old");
    expect(await outcomesOf(disk, namesOf)).toEqual(new Set(["old,temporary", "new,old", "new"]));
    await disk.syncDirectory();
    expect(await outcomesOf(disk, namesOf)).toEqual(new Set(["new"]));
  });

  test("may undo any of them if the order of names is not kept", async () => {
    const disk = new SimulatedDisk({ directoryOrder: "any" });
    await durableFile(disk, "old", bytes("1"));
    await durableFile(disk, "temporary", bytes("2"));
    await disk.rename("temporary", "new");
    await disk.remove("old");
    const all = ["old,temporary", "new,old", "new", "temporary"];
    expect(await outcomesOf(disk, namesOf)).toEqual(new Set(all));
  });

  test("kills the machine: its handles reject, and the new one is not locked", async () => {
    const disk = new SimulatedDisk();
    await disk.lock();
    const file = await durableFile(disk, "a", bytes("x"));
    const writing = file.write([bytes("y")], 0);
    const after = disk.powerCut(new SeededRandom(1));
    const dead = {
      name: "DiskError",
      kind: "io",
      message: expect.stringContaining("dead") as string,
    };
    await expect(writing).rejects.toMatchObject(dead);
    await expect(file.size()).rejects.toMatchObject(dead);
    await expect(disk.list()).rejects.toMatchObject(dead);
    await expect(disk.open("a")).rejects.toMatchObject(dead);
    await expect(after.lock()).resolves.toBeUndefined();
  });

  test("gives the same for the same seed", async () => {
    const run = async (): Promise<string> => {
      const disk = new SimulatedDisk({ seed: 5 });
      const file = await disk.create("a");
      for (let index = 0; index < 20; index += 1)
        await file.write([new Uint8Array(700).fill(index)], index * 600);
      const after = disk.powerCut(new SeededRandom(9)).powerCut(new SeededRandom(10));
      return `${await namesOf(after)} ${(await after.list()).length > 0 ? await textOf(after, "a") : ""} ${after.trace.lines.join()}`;
    };
    expect(await run()).toBe(await run());
  });

  test("leaves an image as it is, while the disk that it was taken of goes on", async () => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, "a", bytes("before"));
    const [cut, killed] = [disk.imageAfterPowerCut(new SeededRandom(1)), disk.imageAfterCrash()];
    await file.write([bytes("AFTER!")], 0);
    await file.sync();
    expect([await textOf(cut, "a"), await textOf(killed, "a"), await textOf(disk, "a")]).toEqual([
      "before",
      "before",
      "AFTER!",
    ]);
  });
});

describe("a crash of the process", () => {
  test("keeps all that was written, and makes none of it durable", async () => {
    const disk = new SimulatedDisk();
    const file = await disk.create("a");
    await file.write([bytes("x")], 0);
    const after = disk.crash();
    expect(await textOf(after, "a")).toBe("x");
    expect(await outcomesOf(after, namesOf)).toEqual(new Set(["", "a"]));
    await expect(file.sync()).rejects.toMatchObject({ kind: "io" });
  });

  test("finds a write under way done, done in part, or not done", async () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 100; seed += 1) {
      const disk = new SimulatedDisk({ seed });
      const file = await disk.create("a");
      file.write([bytes("xyz")], 0).catch(() => undefined);
      outcomes.add(await textOf(disk.crash(), "a"));
    }
    expect(outcomes).toEqual(new Set(["", "x", "xy", "xyz"]));
  });

  test.each<DiskOperation>(["create", "rename", "remove"])(
    "finds a %s under way done or not done",
    async (operation) => {
      const outcomes = new Set<string>();
      for (let seed = 0; seed < 20; seed += 1) {
        const disk = new SimulatedDisk({ seed });
        if (operation !== "create") await disk.create("a");
        const calls = {
          create: () => disk.create("a"),
          rename: () => disk.rename("a", "b"),
          remove: () => disk.remove("a"),
        };
        calls[operation as keyof typeof calls]().catch(() => undefined);
        outcomes.add(await namesOf(disk.crash()));
      }
      const expected = { create: ["", "a"], rename: ["a", "b"], remove: ["a", ""] };
      expect(outcomes).toEqual(new Set(expected[operation as keyof typeof expected]));
    },
  );
});

describe("a planned fault", () => {
  test.each(DISK_OPERATIONS)("fails the second %s, once", async (operation) => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, "a", bytes("content"));
    let made = 0;
    const calls: Record<DiskOperation, () => Promise<unknown>> = {
      list: () => disk.list(),
      create: () => disk.create(`new-${(made += 1)}`),
      open: () => disk.open("a"),
      read: () => file.read(0, 1),
      write: () => file.write([bytes("x")], 0),
      sync: () => file.sync(),
      truncate: () => file.truncate(7),
      rename: () => disk.rename("a", "a"),
      remove: () => disk.create(`gone-${(made += 1)}`).then(() => disk.remove(`gone-${made}`)),
      syncDirectory: () => disk.syncDirectory(),
    };
    disk.fail({ operation, nth: 2, kind: "full" });
    const kind = operation.startsWith("sync") ? "io" : "full";
    await calls[operation]();
    await expect(calls[operation]()).rejects.toMatchObject({ name: "DiskError", kind, operation });
    await expect(calls[operation]()).resolves.not.toThrow();
  });

  test("fails all calls from the n-th on, until the disk is healed", async () => {
    const disk = new SimulatedDisk();
    const file = await disk.create("a");
    disk.fail({ operation: "write", nth: 2, kind: "io", fromThenOn: true });
    await file.write([bytes("x")], 0);
    for (let index = 0; index < 3; index += 1) {
      await expect(file.write([bytes("x")], 0)).rejects.toMatchObject({ kind: "io" });
    }
    disk.heal();
    await expect(file.write([bytes("x")], 0)).resolves.toBeUndefined();
  });

  test("counts the calls on one file only, if it names one", async () => {
    const disk = new SimulatedDisk();
    const [a, b] = [await disk.create("a"), await disk.create("b")];
    disk.fail({ operation: "write", nth: 1, kind: "io", file: "b" });
    await a.write([bytes("x")], 0);
    await expect(b.write([bytes("x")], 0)).rejects.toMatchObject({ file: "b" });
  });

  test("leaves any first part of a failing write", async () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 100; seed += 1) {
      const disk = new SimulatedDisk({ seed });
      const file = await disk.create("a");
      disk.fail({ operation: "write", nth: 1, kind: "io" });
      await file.write([bytes("xyz")], 0).catch(() => undefined);
      expect("xyz").toContain(await textOf(disk, "a"));
      lengths.add(await file.size());
    }
    expect(lengths).toEqual(new Set([0, 1, 2, 3]));
  });

  test("loses for a power cut what a failed sync should have saved, even if a later sync succeeds", async () => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, "a", bytes("....."));
    await file.write([bytes("x")], 0);
    disk.fail({ operation: "sync", nth: 1, kind: "io" });
    await expect(file.sync()).rejects.toMatchObject({ kind: "io" });
    await file.write([bytes("y")], 4);
    await file.sync();
    expect(await textOf(disk, "a")).toBe("x...y");
    expect(await textOf(disk.imageAfterCrash(), "a")).toBe("x...y");
    expect(await outcomesOf(disk, (after) => textOf(after, "a"))).toEqual(new Set(["....y"]));
    expect(await outcomesOf(disk.crash(), (after) => textOf(after, "a"))).toEqual(
      new Set(["....y"]),
    );
  });

  test("makes no name durable any more once the directory's sync failed", async () => {
    const disk = new SimulatedDisk();
    await disk.create("a");
    disk.fail({ operation: "syncDirectory", nth: 1, kind: "io" });
    await expect(disk.syncDirectory()).rejects.toMatchObject({ kind: "io" });
    await disk.syncDirectory();
    expect(await outcomesOf(disk, namesOf)).toEqual(new Set(["", "a"]));
  });
});

describe("a full disk", () => {
  test("takes what fits of a write", async () => {
    const disk = new SimulatedDisk({ capacityBytes: 1000 });
    const file = await disk.create("a");
    await file.write([new Uint8Array(900)], 0);
    await expect(file.write([new Uint8Array(300)], 800)).rejects.toMatchObject({
      kind: "full",
      operation: "write",
    });
    expect(await file.size()).toBe(1000);
    expect(await disk.space()).toEqual({ freeBytes: 0, totalBytes: 1000 });
  });

  test("can be overwritten, but has no room for holes", async () => {
    const disk = new SimulatedDisk({ capacityBytes: 1000 });
    const file = await disk.create("a");
    await file.truncate(5000);
    expect((await disk.space()).freeBytes).toBe(1000);
    await file.write([new Uint8Array(1000)], 2000);
    await expect(file.write([new Uint8Array(500)], 2500)).resolves.toBeUndefined();
    await expect(file.write([new Uint8Array(1)], 1999)).rejects.toMatchObject({ kind: "full" });
    await expect(file.write([new Uint8Array(1)], 3000)).rejects.toMatchObject({ kind: "full" });
  });

  test("has room again after a truncate and a remove", async () => {
    const disk = new SimulatedDisk({ capacityBytes: 1000 });
    const [a, b] = [await disk.create("a"), await disk.create("b")];
    await a.write([new Uint8Array(600)], 0);
    await b.write([new Uint8Array(400)], 0);
    await a.truncate(100);
    expect((await disk.space()).freeBytes).toBe(500);
    await disk.remove("b");
    expect((await disk.space()).freeBytes).toBe(900);
  });

  test("is still full after a crash", async () => {
    const disk = new SimulatedDisk({ capacityBytes: 10 });
    await durableFile(disk, "a", bytes("1234567890"));
    const after = disk.crash();
    expect((await after.space()).freeBytes).toBe(0);
    expect((await after.powerCut(new SeededRandom(1)).space()).freeBytes).toBe(0);
  });
});

describe("damage", () => {
  test("turns one bit over, for readers and after a power cut", async () => {
    const disk = new SimulatedDisk();
    await durableFile(disk, "a", bytes("aaa"));
    disk.flipBit("a", 1, 1);
    expect(await textOf(disk, "a")).toBe("aca");
    expect(await textOf(disk.powerCut(new SeededRandom(1)), "a")).toBe("aca");
  });

  test("cuts a file, for readers and after a power cut", async () => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, "a", bytes("abcdef"));
    await file.write([bytes("xyz")], 6);
    disk.cut("a", 2);
    expect(await textOf(disk, "a")).toBe("ab");
    expect(await outcomesOf(disk, (after) => textOf(after, "a"))).toEqual(new Set(["ab"]));
  });
});

describe("a scheduler", () => {
  test("holds calls back, and may let one overtake another", async () => {
    const held: { readonly operation: string; readonly complete: () => void }[] = [];
    const disk = new SimulatedDisk({
      schedule: ({ operation }, complete) => void held.push({ operation, complete }),
    });
    const order: string[] = [];
    void disk.create("a").then(() => order.push("a"));
    void disk.create("b").then(() => order.push("b"));
    expect(await disk.list()).toEqual([]);
    for (const { complete } of held.reverse()) complete();
    await expect.poll(() => order).toEqual(["b", "a"]);
  });

  test("makes a buffer that changes while it is written show as what it is by then", async () => {
    const held: (() => void)[] = [];
    const disk = new SimulatedDisk({ schedule: (_call, complete) => void held.push(complete) });
    const creating = disk.create("a");
    held.shift()?.();
    const file = await creating;
    const chunk = bytes("early");
    const writing = file.write([chunk], 0);
    chunk.set(bytes("late!"));
    held.shift()?.();
    await writing;
    const reading = file.read(0, 5);
    held.shift()?.();
    expect(Buffer.from(await reading).toString()).toBe("late!");
  });
});

describe("what a test can see", () => {
  test("is told before and after each call, also of one that fails", async () => {
    const disk = new SimulatedDisk();
    const seen: string[] = [];
    disk.onOperation = (operation, file, phase) => seen.push(`${phase} ${operation} ${file}`);
    disk.fail({ operation: "write", nth: 1, kind: "io" });
    const file = await disk.create("a");
    await file.write([bytes("x")], 0).catch(() => undefined);
    expect(seen).toEqual(["before create a", "after create a", "before write a", "after write a"]);
  });

  test.each([
    ["before", ""],
    ["after", "x"],
  ] as const)(
    "can crash the disk %s the k-th call, which then is never confirmed",
    async (when, expected) => {
      const disk = new SimulatedDisk();
      const file = await disk.create("a");
      const survivors: SimulatedDisk[] = [];
      disk.onOperation = (operation, _file, phase) => {
        if (operation === "write" && phase === when) survivors.push(disk.crash());
      };
      await expect(file.write([bytes("x")], 0)).rejects.toMatchObject({ kind: "io" });
      const [after] = survivors;
      expect(after && (await textOf(after, "a"))).toBe(expected);
    },
  );

  test("counts calls, and records them across a crash", async () => {
    const disk = new SimulatedDisk();
    const file = await disk.create("a");
    await file.write([bytes("abc")], 5);
    await disk.remove("b").catch(() => undefined);
    const after = disk.crash();
    await after.rename("a", "c");
    expect([disk.callCount("write"), after.callCount("write"), after.callCount("rename")]).toEqual([
      1, 0, 1,
    ]);
    expect(after.trace.lines).toEqual([
      "1 create a ok",
      "2 write a 5+3 ok",
      "3 remove b missing",
      "-- crash",
      "4 rename a c ok",
    ]);
  });

  test("keeps only the newest calls of a long run", async () => {
    const disk = new SimulatedDisk();
    const file = await disk.create("a");
    for (let index = 0; index < 5000; index += 1) await file.sync();
    expect(disk.trace.lines).toHaveLength(2000);
    expect(disk.trace.lines.at(-1)).toBe("5001 sync a ok");
  });
});
