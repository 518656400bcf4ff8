/** Places where a test can kill the process; `before-` and `after-` what cannot be undone. */
export const FAILPOINTS = [
  "commit.before-write",
  "commit.after-write",
  "commit.after-sync",
  "commit.before-replies",
  "segment.before-create",
  "segment.after-create",
  "segment.after-sync",
  "segment.before-seal",
  "segment.after-seal",
  "snapshot.before-write",
  "snapshot.after-write",
  "snapshot.before-rename",
  "snapshot.after-rename",
  "snapshot.after-remove",
  "reclaim.before-copy",
  "reclaim.after-copy",
  "reclaim.before-commit",
  "reclaim.before-remove",
  "reclaim.after-remove",
  "spare.before-use",
  "spare.after-use",
  "recovery.before-truncate",
  "recovery.after-rewrite",
] as const;

export type Failpoint = (typeof FAILPOINTS)[number];

/** One failpoint per process: it does not survive the first. */
const armed: { name: Failpoint | undefined; hitsLeft: number } = { name: undefined, hitsLeft: 0 };

/** Marks a place. Costs one comparison unless this failpoint is armed; then its n-th hit does not return. */
export function failpoint(name: Failpoint): void {
  if (armed.name === name) hit();
}

/**
 * Arms the failpoint of `spec`, "name:n": the n-th hit (1 is the first) kills the process by SIGKILL, so that
 * nothing is flushed, closed or answered. Undefined or "" arms none. Called once, by the server's main, with PEYK_FAILPOINT from
 * the environment.
 */
export function armFailpoint(spec: string | undefined): void {
  armed.name = undefined;
  if (spec === undefined || spec === "") return;
  const { name, count } = parseFailpoint(spec);
  armed.name = name;
  armed.hitsLeft = count;
}

function parseFailpoint(spec: string): { readonly name: Failpoint; readonly count: number } {
  const [name, count, ...rest] = spec.split(":");
  if (count === undefined || rest.length > 0 || !/^[1-9][0-9]{0,8}$/.test(count)) {
    throw new Error(
      `the failpoint "${spec}" is not of the form name:n, with n from 1 to 999999999`,
    );
  }
  const known = FAILPOINTS.find((each) => each === name);
  if (known === undefined) {
    throw new Error(`there is no failpoint "${name}"; there are ${FAILPOINTS.join(", ")}`);
  }
  return { name: known, count: Number(count) };
}

function hit(): void {
  armed.hitsLeft -= 1;
  if (armed.hitsLeft > 0) return;
  process.kill(process.pid, "SIGKILL");
  for (;;); // the signal may take a moment to arrive, and nothing may happen until then
}
