import type { DiskErrorKind } from "../../src/engines/embedded/disk.js";
import type { SeededRandom } from "./seeded-random.js";
import type { DirectoryChange, SimulatedDirectory } from "./simulated-directory.js";
import type { SimulatedFile } from "./simulated-file.js";
import type { FileEffect } from "./simulated-handle.js";

/** What a call does to the disk. */
export type Effect =
  FileEffect | DirectoryChange | { readonly kind: "syncDirectory"; readonly end: number };

/** Does it all, or what there is room for; returns why it failed, if it did. */
export function applyWhole(
  directory: SimulatedDirectory,
  effect: Effect,
  capacityBytes: number,
): DiskErrorKind | undefined {
  switch (effect.kind) {
    case "none":
      return undefined;
    case "write":
      return writeFitting(directory, effect, joined(effect.chunks), capacityBytes);
    case "truncate":
      effect.file.apply({ kind: "truncate", length: effect.length });
      return undefined;
    case "sync":
      effect.file.makeDurable(effect.end);
      return undefined;
    case "syncDirectory":
      directory.makeDurable(effect.end);
      return undefined;
    default:
      return changeDirectory(directory, effect);
  }
}

/** Does as much as `random` says: of a write the first bytes, of anything else all or nothing. */
export function applyPartOf(
  directory: SimulatedDirectory,
  effect: Effect,
  random: SeededRandom,
  capacityBytes: number,
): void {
  if (effect.kind === "write" && random.chance(0.5)) {
    const bytes = joined(effect.chunks);
    writeFitting(
      directory,
      effect,
      bytes.subarray(0, random.int(bytes.byteLength + 1)),
      capacityBytes,
    );
  } else if (random.chance(0.5)) {
    applyWhole(directory, effect, capacityBytes);
  }
}

/** The same effect on the copies of files. */
export function copyEffect(effect: Effect, copyOf: (file: SimulatedFile) => SimulatedFile): Effect {
  return "file" in effect ? { ...effect, file: copyOf(effect.file) } : effect;
}

export function usedBytes(directory: SimulatedDirectory): number {
  let sum = 0;
  for (const file of directory.seen.values()) sum += file.allocatedBytes;
  return sum;
}

function writeFitting(
  directory: SimulatedDirectory,
  target: { readonly file: SimulatedFile; readonly position: number },
  bytes: Uint8Array,
  capacityBytes: number,
): DiskErrorKind | undefined {
  const { file, position } = target;
  const freeBytes = Math.max(capacityBytes - usedBytes(directory), 0);
  const fitting = file.fittingBytes(position, bytes.byteLength, freeBytes);
  if (fitting > 0) file.apply({ kind: "write", position, bytes: bytes.slice(0, fitting) });
  return fitting < bytes.byteLength ? "full" : undefined;
}

function changeDirectory(
  directory: SimulatedDirectory,
  change: DirectoryChange,
): DiskErrorKind | undefined {
  const source = change.kind === "rename" ? change.from : change.name;
  const isThere = directory.seen.has(source);
  if (change.kind === "create" && isThere) return "exists";
  if (change.kind !== "create" && !isThere) return "missing";
  directory.apply(change);
  return undefined;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
