import { expect, test } from "vitest";

import { DiskError, type Disk } from "../../../../../src/engines/embedded/disk.js";
import { MemoryDisk } from "../../../../../src/engines/embedded/memory-disk.js";
import { OverlayDisk } from "../../../../../src/engines/embedded/tools/overlay-disk.js";

const text = (content: string): Uint8Array => Buffer.from(content);

async function write(disk: Disk, name: string, content: string): Promise<void> {
  const file = await disk.create(name);
  await file.write([text(content)], 0);
  await file.close();
}

async function read(disk: Disk, name: string): Promise<string> {
  const file = await disk.open(name);
  const bytes = await file.read(0, await file.size());
  await file.close();
  return Buffer.from(bytes).toString();
}

async function overlay(): Promise<{ below: MemoryDisk; disk: OverlayDisk }> {
  const below = new MemoryDisk();
  await write(below, "a", "aaaa");
  await write(below, "b", "bbbb");
  return { below, disk: new OverlayDisk(below) };
}

test("shows what is below", async () => {
  const { disk } = await overlay();
  expect([...(await disk.list())].sort()).toEqual(["a", "b"]);
  expect(await read(disk, "a")).toBe("aaaa");
});

test("keeps writes and cuts to itself", async () => {
  const { below, disk } = await overlay();
  const file = await disk.open("a");
  await file.write([text("xy")], 1);
  await file.truncate(3);
  await file.close();
  expect(await read(disk, "a")).toBe("axy");
  expect(await read(below, "a")).toBe("aaaa");
});

test("keeps new names, renames and removals to itself", async () => {
  const { below, disk } = await overlay();
  await write(disk, "c", "cccc");
  await disk.rename("b", "a");
  await disk.remove("c");
  expect(await disk.list()).toEqual(["a"]);
  expect(await read(disk, "a")).toBe("bbbb");
  expect([...(await below.list())].sort()).toEqual(["a", "b"]);
});

test("refuses a name that is there, and does not find one that was removed", async () => {
  const { disk } = await overlay();
  await expect(disk.create("a")).rejects.toMatchObject({ kind: "exists" });
  await disk.remove("a");
  await expect(disk.open("a")).rejects.toBeInstanceOf(DiskError);
  await expect(disk.remove("a")).rejects.toMatchObject({ kind: "missing" });
  await write(disk, "a", "new");
  expect(await read(disk, "a")).toBe("new");
});
