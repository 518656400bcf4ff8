import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects all that nobody can reach. Buffers are counted out only by the collection after the one that freed them. */
export const collectGarbage = ((): (() => void) => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  return () => {
    collect();
    collect();
  };
})();

/** Which of `items`, of which the caller has no reference left, are still in memory. */
export async function survivors(refs: readonly WeakRef<object>[]): Promise<number[]> {
  // What a WeakRef was made for or gave out stays alive until the turn ends.
  await new Promise(setImmediate);
  collectGarbage();
  return refs.flatMap((ref, index) => (ref.deref() === undefined ? [] : [index]));
}
