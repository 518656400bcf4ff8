import { randomUUID } from "node:crypto";
import { link, open, readFile, readdir, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

import { diskFailpoint } from "../../runtime/failpoints.js";
import { DirectoryInUse } from "./disk.js";
import { isLockName, LOCK_NAME } from "./disk-file-name.js";

/** Each round lost means that another process moved, so losing this many in a row means that the directory is busy. */
const MAX_ATTEMPTS = 32;

/** Who wrote a lock file. What the system cannot tell is null. */
interface Holder {
  /** Unique per lock taken, so that a lock file is never mistaken for a later one. Part of file names. */
  readonly token: string;
  readonly pid: number | null;
  readonly bootId: string | null;
  /** Clock ticks from boot to the start of the process: tells it from a later one with the same pid. */
  readonly startTime: string | null;
}

/**
 * Keeps a directory for one process, by a file `lock` that names the process. It holds between processes which see the
 * same process numbers: two containers or two machines that share a directory must be kept apart by other means.
 *
 * A lock is taken by `link`, which fails if the name is there, from a file that is already complete: nobody ever reads
 * half a lock. A lock is *stale* if its process is gone. Two that both see the stale lock T cannot both get it:
 *
 * 1. The right to replace T is the file `lock.after-T`, also made by `link`: one of them gets it, the other sees a
 *    living claimant and is refused. Should the claimant die, its own token names the next claim (`lock.after-<its
 *    token>`): the claims form a list to which only one process can append.
 * 2. Whoever appended reads `lock` once more, and gives up unless it is still T. A late one, that saw T before another
 *    replaced it and whose claim no longer meets that of the other, ends here: tokens never come back.
 * 3. From then on nobody else can replace T, for that needs the claim. It is renamed over `lock`: at once, the lock is
 *    ours and the claim is gone.
 */
export class DirectoryLock {
  readonly #directory: string;
  readonly #token: string;

  private constructor(directory: string, token: string) {
    this.#directory = directory;
    this.#token = token;
  }

  /** Rejects with DirectoryInUse if a living process has the lock, this one included. Else: the error of node:fs. */
  static async take(directory: string): Promise<DirectoryLock> {
    const self = await describeThisProcess();
    const lock = new DirectoryLock(directory, self.token);
    const draft = lock.#path(`${LOCK_NAME}.${self.token}`);
    try {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        await writeDraft(draft, self);
        const isTaken =
          (await tryLink(draft, lock.#path(LOCK_NAME))) || (await lock.#takeOver(draft));
        if (isTaken) {
          await lock.#removeLeftovers();
          return lock;
        }
      }
      throw new DirectoryInUse(directory, undefined);
    } finally {
      await removeIfThere(draft);
    }
  }

  /** The process that has the lock of a directory, if it lives. Takes nothing. */
  static async holderOf(directory: string): Promise<number | undefined> {
    const holder = await readHolder(join(directory, LOCK_NAME));
    return holder && !(await isGone(holder)) ? (holder.pid ?? undefined) : undefined;
  }

  /** Removes the lock, if it is still the one that was taken. */
  async release(): Promise<void> {
    // Nobody takes a lock from a living process, so that it cannot change hands between these two steps.
    const holder = await readHolder(this.#path(LOCK_NAME));
    if (holder?.token === this.#token) await removeIfThere(this.#path(LOCK_NAME));
  }

  /** True if a stale lock is now ours, false if it is worth looking again. */
  async #takeOver(draft: string): Promise<boolean> {
    const stale = await readHolder(this.#path(LOCK_NAME));
    if (stale === undefined) return false;

    const claim = await this.#findFreeClaim(stale);
    if (!(await tryLink(draft, claim))) return false;

    const current = await readHolder(this.#path(LOCK_NAME));
    if (current?.token !== stale.token) {
      await removeIfThere(claim);
      return false;
    }
    diskFailpoint("lock", "before", "rename");
    await rename(claim, this.#path(LOCK_NAME));
    diskFailpoint("lock", "after", "rename");
    return true;
  }

  /** The end of the list of claims. Rejects with DirectoryInUse if somebody in it lives. */
  async #findFreeClaim(stale: Holder): Promise<string> {
    for (let last = stale; ;) {
      if (!(await isGone(last))) throw new DirectoryInUse(this.#directory, last.pid ?? undefined);
      const claim = this.#path(`${LOCK_NAME}.after-${last.token}`);
      const claimant = await readHolder(claim);
      if (claimant === undefined) return claim;
      last = claimant;
    }
  }

  /** Called by the holder alone. Removes drafts of others too: whoever misses its draft looks again and is refused. */
  async #removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      if (isLockName(name) && name !== LOCK_NAME) await removeIfThere(this.#path(name));
    }
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

async function writeDraft(path: string, self: Holder): Promise<void> {
  diskFailpoint("lock", "before", "write");
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(self)}\n`);
    await file.datasync(); // or else a power cut could leave an empty lock behind
  } finally {
    await file.close();
  }
  diskFailpoint("lock", "after", "write");
}

/** False if `to` is there already, or if the holder of the lock removed the draft `from`. */
async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    diskFailpoint("lock", "before", "link");
    await link(from, to);
    diskFailpoint("lock", "after", "link");
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST") || hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    diskFailpoint("lock", "before", "remove");
    await unlink(path);
    diskFailpoint("lock", "after", "remove");
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

/** Undefined if there is no such file. What no Peyk process wrote counts as written by one that is gone. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const status = await stat(path, { bigint: true });
    const unknown = {
      token: `${status.ino}-${status.ctimeNs}`,
      pid: null,
      bootId: null,
      startTime: null,
    };
    return parseHolder(await readFile(path, "utf8")) ?? unknown;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function parseHolder(text: string): Holder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { token, pid, bootId, startTime } = value as Partial<Record<keyof Holder, unknown>>;
  if (typeof token !== "string" || !/^[0-9a-f-]{36}$/.test(token)) return undefined;
  if (typeof pid !== "number" || !Number.isInteger(pid) || pid < 1 || pid > 0x7fff_ffff)
    return undefined;
  return { token, pid, bootId: textOrNull(bootId), startTime: textOrNull(startTime) };
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

async function describeThisProcess(): Promise<Holder> {
  const status = await readProcessStatus(process.pid);
  return {
    token: randomUUID(),
    pid: process.pid,
    bootId: await readBootId(),
    startTime: status?.startTime ?? null,
  };
}

/** In doubt the process lives: a lock kept too long is a nuisance, one taken too early costs messages. */
async function isGone(holder: Holder): Promise<boolean> {
  if (holder.pid === null) return true;
  const bootId = await readBootId();
  if (holder.bootId !== null && bootId !== null && holder.bootId !== bootId) return true;
  if (!isPidInUse(holder.pid)) return true;

  const status = await readProcessStatus(holder.pid);
  if (status === undefined) return false;
  if (status.isDead) return true;
  return holder.startTime !== null && holder.startTime !== status.startTime;
}

function isPidInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, "ESRCH"); // EPERM: it lives, as another user
  }
}

async function readBootId(): Promise<string | null> {
  try {
    return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  } catch {
    return null; // no Linux
  }
}

/** From /proc/<pid>/stat (proc(5)); undefined where there is none. */
async function readProcessStatus(
  pid: number,
): Promise<{ readonly startTime: string; readonly isDead: boolean } | undefined> {
  let text: string;
  try {
    text = await readFile(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets, and may hold spaces and brackets; the rest are plain words.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, threadCount, startTime] = [fields[0], fields[17], fields[19]];
  if (startTime === undefined) return undefined;
  // A zombie whose parent has not asked for its exit code. One with other threads may still be inside a write.
  const isDead = (state === "Z" || state === "X") && Number(threadCount) <= 1;
  return { startTime, isDead };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
