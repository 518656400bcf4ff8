import type { Clock } from "../../../runtime/clock.js";
import type { Random } from "../../../runtime/random.js";
import type { Disk } from "../disk.js";
import { JournalDamaged } from "../errors.js";
import { recover, type RecoveryReport } from "../recovery.js";
import { OverlayDisk } from "./overlay-disk.js";

/** What a broker would say of a directory at its start. */
export type StartCheck =
  | { readonly canStart: true; readonly report: RecoveryReport }
  | { readonly canStart: false; readonly reason: JournalDamaged };

/** Lets a start happen as far as it reads and decides, over a disk that keeps all changes in memory. */
export async function checkStart(disk: Disk, clock: Clock, random: Random): Promise<StartCheck> {
  try {
    const { files, report } = await recover(new OverlayDisk(disk), clock, random, {
      spareBytes: 0,
    });
    await files.close();
    return { canStart: true, report };
  } catch (error) {
    if (error instanceof JournalDamaged) return { canStart: false, reason: error };
    throw error;
  }
}
