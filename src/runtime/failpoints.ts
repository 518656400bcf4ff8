/** Steps of the journal and of sending that are more than one call of the system. */
const STEPS = [
  "commit.before-write",
  "commit.after-write",
  "commit.after-sync",
  "commit.before-replies",
  "commit.after-replies",
  "packet.before-send",
  "packet.after-send",
  "segment.before-seal",
  "segment.after-seal",
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

/** What is done to the files of a data directory: a crash may come before and after each. */
const DISK_STEPS = [
  "segment.create",
  "segment.write",
  "segment.sync",
  "segment.truncate",
  "segment.remove",
  "cold.create",
  "cold.write",
  "cold.sync",
  "cold.remove",
  "snapshot.create",
  "snapshot.write",
  "snapshot.sync",
  "snapshot.rename",
  "snapshot.remove",
  "spare.create",
  "spare.write",
  "spare.sync",
  "spare.rename",
  "spare.remove",
  "directory.sync",
  "lock.write",
  "lock.link",
  "lock.rename",
  "lock.remove",
] as const;

type DiskStep = (typeof DISK_STEPS)[number];
type Moment = "before" | "after";

/** `name` is like "segment.after-sync". */
export type Failpoint = (typeof STEPS)[number] | AroundStep<DiskStep>;
type AroundStep<Step> = Step extends `${infer Subject}.${infer Done}`
  ? `${Subject}.${Moment}-${Done}`
  : never;

/** Places where a test can kill the process; `before-` and `after-` what cannot be undone. */
export const FAILPOINTS: readonly Failpoint[] = [
  ...STEPS,
  ...DISK_STEPS.flatMap((step) => [around(step, "before"), around(step, "after")]),
];

function around(step: DiskStep, moment: Moment): Failpoint {
  return step.replace(".", `.${moment}-`) as Failpoint;
}

/** One failpoint per process: it does not survive the first. */
const armed: { name: Failpoint | undefined; hitsLeft: number } = { name: undefined, hitsLeft: 0 };

/** Marks a place. Costs one comparison unless this failpoint is armed; then its n-th hit does not return. */
export function failpoint(name: Failpoint): void {
  if (armed.name === name) hit();
}

/** The same around a call of the system: `subject` is the kind of file, `step` what is done to it. */
export function diskFailpoint(subject: string, moment: Moment, step: string): void {
  if (armed.name !== undefined && armed.name === `${subject}.${moment}-${step}`) hit();
}

/**
 * Arms the failpoint of `spec`, "name:n": the n-th hit (1 is the first) kills the process by SIGKILL, so that
 * nothing is flushed, closed or answered. Undefined or "" arms none. Called once, by `peyk serve`, with PEYK_FAILPOINT from the
 * environment.
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
