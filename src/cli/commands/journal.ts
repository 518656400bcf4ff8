import { statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { Inspection, Repair, Verification } from "../../journal-tools.js";
import { confirm, type Context } from "../context.js";
import { act } from "../declare.js";
import { CommandError, EXIT } from "../failures.js";
import {
  damageLines,
  fileObject,
  FILE_COLUMNS,
  recordObject,
  recordText,
  repairLines,
  SUBSCRIPTION_COLUMNS,
  TOPIC_COLUMNS,
} from "../journal-text.js";
import { formatBytes, plural } from "../text.js";

interface InspectFlags {
  readonly records?: boolean;
  readonly file?: string;
}

interface RepairFlags {
  readonly dryRun?: boolean;
}

export function journal(program: Command): void {
  const group = program
    .command("journal")
    .description("Look into a data directory, check it, or save what a damaged one still has.");
  const inspect = group
    .command("inspect <directory>")
    .description("List the files of a data directory, and the topics and subscriptions in it.")
    .option("--records", "print every record instead, one a line")
    .option("--file <name>", "only the records of this file");
  act(inspect, (context, [directory = ""], flags) => inspectDirectory(context, directory, flags));
  const verify = group
    .command("verify <directory>")
    .description("Read every byte and tell what is damaged; exit 65 if anything is.");
  act(verify, (context, [directory = ""]) => verifyDirectory(context, directory));
  const repair = group
    .command("repair <directory>")
    .description("Make a damaged directory one that a broker starts on, with all that can be read.")
    .option("--dry-run", "say only what it would do");
  act(repair, (context, [directory = ""], flags) => repairDirectory(context, directory, flags));
}

async function inspectDirectory(
  context: Context,
  directory: string,
  flags: InspectFlags,
): Promise<void> {
  checkDirectory(directory);
  if (flags.records || flags.file !== undefined) return printRecords(context, directory, flags);
  const { output } = context;
  const { inspectJournal } = await import("../../journal-tools.js");
  const inspection = checkIsJournal(
    directory,
    await inspectJournal(directory, progressTo(context)),
  );
  if (output.isJson) return output.json(inspectionObject(inspection));
  await output.table(inspection.files, FILE_COLUMNS);
  if (inspection.topics.length > 0) await output.line("");
  if (inspection.topics.length > 0) await output.table(inspection.topics, TOPIC_COLUMNS);
  if (inspection.subscriptions.length > 0) await output.line("");
  if (inspection.subscriptions.length > 0) {
    await output.table(inspection.subscriptions, SUBSCRIPTION_COLUMNS);
  }
  sayWho(context, inspection);
  if (inspection.damages.length > 0) {
    output.warn(
      `${plural(inspection.damages.length, "place")} damaged; see: peyk journal verify ${directory}`,
    );
  }
}

async function printRecords(
  context: Context,
  directory: string,
  { file }: InspectFlags,
): Promise<void> {
  const { output } = context;
  const { journalRecords } = await import("../../journal-tools.js");
  for await (const record of journalRecords(directory, file, progressTo(context))) {
    if (output.isJson) await output.json(recordObject(record));
    else await output.line(recordText(record));
  }
}

async function verifyDirectory(context: Context, directory: string): Promise<number | void> {
  checkDirectory(directory);
  const { output } = context;
  const { verifyJournal } = await import("../../journal-tools.js");
  const verification = checkIsJournal(
    directory,
    await verifyJournal(directory, progressTo(context)),
  );
  const isDamaged = verification.damages.length > 0;
  if (output.isJson) await output.json(verificationObject(verification));
  else await tellDamages(context, directory, verification);
  return isDamaged ? EXIT.damaged : EXIT.done;
}

async function tellDamages(
  context: Context,
  directory: string,
  verification: Verification,
): Promise<void> {
  const { output } = context;
  const { damages, remarks, files, bytes, neededLost, start } = verification;
  for (const damage of damages) {
    for (const line of damageLines(damage)) await output.line(line);
  }
  for (const { file, detail } of remarks) output.say(`note: ${file}: ${detail}`);
  for (const { name, tornBytes } of files) {
    if (tornBytes > 0) output.say(`note: ${name}: ${tornText(verification, tornBytes)}`);
  }
  sayWho(context, verification);
  const read = `${plural(files.length, "file")} read, ${formatBytes(bytes)}`;
  if (damages.length === 0) {
    await output.line(`${read}: no damage`);
    return;
  }
  const starts =
    start === undefined ? "" : start.canStart ? "; a broker starts" : "; a broker does not start";
  const lost = neededLost > 0 ? `; ${plural(neededLost, "message")} lost that somebody needs` : "";
  await output.line(`${read}: ${plural(damages.length, "damage")}${lost}${starts}`);
  output.say(`See what can be saved: peyk journal repair ${directory} --dry-run`);
}

const tornText = ({ inUseBy }: Verification, bytes: number): string =>
  inUseBy === undefined
    ? `a crash left ${formatBytes(bytes)} at its end that no commit confirms; the next start cuts them`
    : `the last ${formatBytes(bytes)} are being written`;

async function repairDirectory(
  context: Context,
  directory: string,
  { dryRun = false }: RepairFlags,
): Promise<void> {
  checkDirectory(directory);
  const { output } = context;
  const { planRepair, mendJournal } = await import("../../journal-tools.js");
  const plan = await planRepair(directory, progressTo(context));
  if (!plan.wasNeeded) return tellHealthy(context, plan);
  const backup = `damaged-${new Date().toISOString().replace(/\.\d+/, "").replaceAll(":", "-")}`;
  const place = join(directory, backup);
  if (dryRun) {
    if (output.isJson) return output.json({ dryRun, backup: null, ...plan });
    for (const line of repairLines(plan, "would")) await output.line(line);
    output.say("Nothing was changed.");
    return;
  }
  if (!output.isJson) for (const line of repairLines(plan, "would")) output.say(line);
  await confirm(
    context,
    `The repair changes ${directory}; copies of what it changes go to ${place}`,
  );
  const done = await mendJournal(directory, backup, progressTo(context));
  const sentence = `repaired; what it changed is as it was in ${place}. Start the broker again`;
  if (output.isJson) return output.json({ dryRun, backup: place, ...done });
  for (const line of repairLines(done, "did")) output.detail(line);
  await output.line(sentence);
}

async function tellHealthy({ output }: Context, plan: Repair): Promise<void> {
  if (output.isJson) return output.json({ dryRun: true, backup: null, ...plan });
  for (const damage of plan.damages) {
    for (const line of damageLines(damage)) await output.line(line);
  }
  const rest =
    plan.damages.length === 0
      ? ""
      : "; what is damaged becomes a dead letter (data-loss) when somebody reads it";
  await output.line(`a broker starts as it is: nothing to repair${rest}`);
}

// ---- Together ------------------------------------------------------------------------------------------------------

const inspectionObject = ({ files, ...inspection }: Inspection) => ({
  ...inspection,
  inUseBy: inspection.inUseBy ?? null,
  files: files.map(fileObject),
});

const verificationObject = ({ start, ...verification }: Verification) => ({
  ok: verification.damages.length === 0,
  ...inspectionObject(verification),
  canStart: start?.canStart ?? null,
  ...(start && !start.canStart && { reason: start.reason.message }),
});

function checkDirectory(directory: string): void {
  const status = statSync(directory, { throwIfNoEntry: false });
  if (status?.isDirectory()) return;
  const what = status ? "is no directory" : "does not exist";
  throw new CommandError(EXIT.notFound, "not_found", `${directory} ${what}`);
}

function checkIsJournal<Found extends Inspection>(directory: string, inspection: Found): Found {
  const isOurs = inspection.files.some(({ kind }) => kind !== "foreign");
  if (isOurs || inspection.damages.length > 0) return inspection;
  throw new CommandError(EXIT.notFound, "not_found", `there is no journal in ${directory}`);
}

function sayWho({ output }: Context, { inUseBy }: Inspection): void {
  if (inUseBy === undefined) return;
  output.say(`note: process ${inUseBy} works on it: this is how it was a moment ago`);
}

const progressTo =
  ({ output }: Context) =>
  (file: string, index: number, total: number): void =>
    output.progress(`reading ${file} (${index + 1} of ${total})`);
