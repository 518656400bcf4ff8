import { describe, expect, test } from "vitest";
import { checkDamage, SmallDamages } from "../harness/damage-proof.js";
import { KnownJournal } from "../harness/known-journal.js";
import { Rounds } from "../harness/rounds.js";
import { smallJournal } from "../harness/small-journal.js";

/** Damaged copies of each journal. */
const COPIES = 150;

/** Has no factor in common with any number of damages below it, so that consecutive seeds hit every one once. */
const STRIDE = 1_000_003n;

const JOURNALS = [
  ["of which all is replayed", false],
  ["with snapshots and a cold file", true],
] as const;

const A_DAY_MS = 86_400_000;

describe("a journal of three small segments", () => {
  // Goal: no bit and no end of a file that is wrong goes unnoticed, or becomes anything that was not published. Method:
  // every bit of a small journal turned over, and every file cut at every length, by seed: as many rounds in a row as there are
  // bits and lengths try each once.
  test.each(JOURNALS)(
    "tells of every bit that is turned over and every file that is cut (%s)",
    async (_, withSnapshots) => {
      const journal = await KnownJournal.of(await smallJournal(withSnapshots));
      const damages = new SmallDamages(journal.files);
      const rounds = new Rounds(COPIES, `damaged copies, of ${damages.count} that there can be`);
      const counts = { refused: 0, whole: 0, told: 0, cut: 0 };
      await rounds.each(async (random) => {
        const index = Number((random.seed * STRIDE) % BigInt(damages.count));
        counts[await checkDamage(journal, damages.at(index))] += 1;
      });

      expect(counts.refused).toBeGreaterThan(0);
    },
    A_DAY_MS,
  );

  // Where a file ends between two commits, no checksum is wrong.
  test.each(JOURNALS)("tells of every cut between two commits (%s)", async (_, withSnapshots) => {
    const journal = await KnownJournal.of(await smallJournal(withSnapshots));
    for (const { file, from: offset } of journal.commits) {
      await checkDamage(journal, { kind: "cut", file, offset, bit: 0 });
    }
  });
});
