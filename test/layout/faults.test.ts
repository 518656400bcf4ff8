import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FAULTS } from "../../scripts/faults.mjs";

const ROOT = join(import.meta.dirname, "../..");

test.each(FAULTS)("$name: there is one place for it, and a proof", ({ edits, proofs }) => {
  for (const { file, find } of edits) {
    expect(readFileSync(join(ROOT, file), "utf8").split(find)).toHaveLength(2);
  }
  expect(proofs.length).toBeGreaterThan(0);
  for (const proof of proofs) expect(existsSync(join(ROOT, proof))).toBe(true);
});
