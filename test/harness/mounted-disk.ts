import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type FileSystem = "ext4" | "xfs" | "tmpfs";

/** Of the image of a file system, in bytes; it takes only what is written to it. xfs wants 300 MiB. */
const IMAGE_BYTES = { ext4: 64 * 2 ** 20, xfs: 320 * 2 ** 20 };

/** Folders of mounted disks are named after the process that made them. */
const PREFIX = "peyk-disk-";

/** A file system of its own, for root only: in a file by a loop device, or in memory. Gone with `close`. */
export class MountedDisk {
  /** Where it is mounted. */
  readonly path: string;
  readonly #folder: string;
  readonly #image: string;
  /**
   * The loop device. `mount` would find one each time, and a second run on this machine could be given it in between: both
   * would then have the same disk.
   */
  #device: string | undefined;
  #isCut = false;
  readonly #onExit = (): void => this.close();

  private constructor(folder: string) {
    this.#folder = folder;
    this.#image = join(folder, "image");
    this.path = join(folder, "mounted");
    mkdirSync(this.path);
    process.once("exit", this.#onExit);
  }

  /** Makes an empty file system. Throws with the reason where this machine or this user cannot. */
  static make(kind: FileSystem, bytes?: number): MountedDisk {
    removeLeftovers();
    const disk = new MountedDisk(mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`)));
    try {
      if (kind === "tmpfs") disk.#mountMemory(bytes ?? 16 * 2 ** 20);
      else disk.#makeImage(kind, bytes ?? IMAGE_BYTES[kind]);
      return disk;
    } catch (error) {
      disk.close();
      throw error;
    }
  }

  /** The power fails: all that was not synced is dropped, and nothing more is written. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    run("xfs_io", "-x", "-c", "shutdown", this.path);
  }

  /** The machine starts again. */
  restart(): void {
    run("umount", this.path);
    this.#mountDevice();
    this.#isCut = false;
  }

  #mountDevice(): void {
    if (this.#device === undefined) throw new Error("the disk has no device");
    run("mount", this.#device, this.path);
  }

  close(): void {
    process.off("exit", this.#onExit);
    remove(this.#folder);
  }

  #mountMemory(bytes: number): void {
    run("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "peyk-test", this.path);
  }

  #makeImage(kind: "ext4" | "xfs", bytes: number): void {
    writeFileSync(this.#image, "");
    truncateSync(this.#image, bytes);
    if (kind === "ext4") run("mkfs.ext4", "-q", "-F", this.#image);
    else run("mkfs.xfs", "-q", "-f", this.#image);
    this.#device = run("losetup", "--find", "--show", this.#image).trim();
    this.#mountDevice();
    // Whoever cannot cut it off has no use for it.
    run("xfs_io", "-V");
  }
}

/** Devices that an image is attached to. */
function devicesOf(image: string): string[] {
  const lines = run("losetup", "--associated", image, "--noheadings", "--output", "NAME");
  return lines.split("\n").filter((name) => name !== "");
}

/** Why such a disk cannot be made here; undefined: it can. */
export function whyNoDisk(kind: FileSystem): string | undefined {
  if (process.getuid?.() !== 0) return `only root can mount a disk (${kind})`;
  try {
    MountedDisk.make(kind).close();
    return undefined;
  } catch (error) {
    return `no ${kind} disk can be mounted here: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What a run left behind that was killed. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) && Number(name.slice(PREFIX.length).split("-")[0]);
    if (pid && !isAlive(pid)) remove(join(tmpdir(), name));
  }
}

function remove(folder: string): void {
  const path = join(folder, "mounted");
  // Lazily: a process that still works there must not keep it. There may be nothing mounted.
  try {
    run("umount", "--lazy", path);
  } catch {
    // Then it is a folder like any other.
  }
  const image = join(folder, "image");
  if (existsSync(image)) {
    // It goes when nothing is mounted of it any more.
    for (const device of devicesOf(image)) run("losetup", "--detach", device);
    rmSync(image);
  }
  // Not what is in it: if it is still mounted, that is an error to be seen.
  rmdirSync(path);
  rmSync(folder, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Gives what it prints. */
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
