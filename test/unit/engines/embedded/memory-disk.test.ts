import { totalmem } from "node:os";
import { describe, expect, test } from "vitest";

import { MemoryDisk } from "../../../../src/engines/embedded/memory-disk.js";

const BLOCK_BYTES = 256 * 1024;

describe("MemoryDisk", () => {
  test("says that it is no directory", () => {
    expect(new MemoryDisk().location).toBe("(memory)");
  });

  test("takes at most half of the memory by default", async () => {
    const { freeBytes, totalBytes } = await new MemoryDisk().space();
    expect(totalBytes).toBeLessThanOrEqual(totalmem() / 2);
    expect(freeBytes).toBe(totalBytes);
  });

  test("counts whole blocks", async () => {
    const disk = new MemoryDisk({ maxBytes: 10 * BLOCK_BYTES });
    const file = await disk.create("a");
    await file.write([new Uint8Array(10)], BLOCK_BYTES - 5);
    expect(await disk.space()).toEqual({
      freeBytes: 8 * BLOCK_BYTES,
      totalBytes: 10 * BLOCK_BYTES,
    });
  });

  test("is full at its limit, keeps what fitted, and can still overwrite", async () => {
    const disk = new MemoryDisk({ maxBytes: BLOCK_BYTES });
    const file = await disk.create("a");
    const tooMuch = new Uint8Array(BLOCK_BYTES + 1).fill(7);
    await expect(file.write([tooMuch], 0)).rejects.toMatchObject({
      kind: "full",
      operation: "write",
    });
    expect(await file.size()).toBe(BLOCK_BYTES);
    await expect(file.write([new Uint8Array(9)], 100)).resolves.toBeUndefined();
  });

  test("has room again after a truncate, a remove and a replacing rename", async () => {
    const disk = new MemoryDisk({ maxBytes: 3 * BLOCK_BYTES });
    const block = new Uint8Array(BLOCK_BYTES);
    const [a, b, c] = [await disk.create("a"), await disk.create("b"), await disk.create("c")];
    for (const file of [a, b, c]) await file.write([block], 0);
    expect((await disk.space()).freeBytes).toBe(0);
    await disk.rename("a", "b");
    expect((await disk.space()).freeBytes).toBe(BLOCK_BYTES);
    await disk.remove("c");
    expect((await disk.space()).freeBytes).toBe(2 * BLOCK_BYTES);
    await a.truncate(0);
    expect((await disk.space()).freeBytes).toBe(3 * BLOCK_BYTES);
  });

  test("does not count what a removed file still holds for its readers", async () => {
    const disk = new MemoryDisk({ maxBytes: 2 * BLOCK_BYTES });
    const file = await disk.create("a");
    await file.write([new Uint8Array(BLOCK_BYTES)], 0);
    await disk.remove("a");
    await file.write([new Uint8Array(BLOCK_BYTES)], BLOCK_BYTES);
    await file.truncate(0);
    expect((await disk.space()).freeBytes).toBe(2 * BLOCK_BYTES);
  });

  test("keeps a file that is renamed to itself", async () => {
    const disk = new MemoryDisk();
    await disk.create("a");
    await disk.rename("a", "a");
    expect(await disk.list()).toEqual(["a"]);
  });

  test("has a lock for each instance", async () => {
    await new MemoryDisk().lock();
    await expect(new MemoryDisk().lock()).resolves.toBeUndefined();
  });
});
