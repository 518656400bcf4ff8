// A worker of one of the groups archive, alerts and stats; start as many of each as you like.
// Usage: node worker.mjs <group> [ws://127.0.0.1:7070]
import { appendFile } from "node:fs/promises";
import { connect } from "@peyk/client";

const [group, url] = process.argv.slice(2);

/** Magnitude types that the statistics know. They do not know "mw", which comes once: a bug, and so a poison message. */
const perType = new Map(["ml", "mb", "mb_lg", "md", "mww", "mwr"].map((type) => [type, 0]));

const groups = {
  /** Keeps everything. */
  archive: (quake) => appendFile(process.env.ARCHIVE ?? "quakes.log", `${JSON.stringify(quake)}\n`),
  /** Tells of the strong ones. */
  alerts: ({ magnitude, place }) => {
    if (magnitude >= 6) console.log(`magnitude ${magnitude}: ${place}`);
  },
  /** Counts. What it throws counts as a failed attempt; after the last one the message is a dead letter. */
  stats: ({ magnitudeType }) => {
    const count = perType.get(magnitudeType);
    if (count === undefined) throw new Error(`unknown magnitude type ${magnitudeType}`);
    perType.set(magnitudeType, count + 1);
  },
};

const handle = groups[group];
if (!handle)
  throw new Error(`there is no group ${group}; there are ${Object.keys(groups).join(", ")}`);

/** For the demo: at this delivery the process is killed, in the middle of its work. */
const crashAt = Number(process.env.CRASH_AT ?? 0);
let deliveries = 0;

const peyk = await connect(url, {
  name: `${group}:${process.pid}`,
  closeOnSignals: true,
  log: false,
});
await peyk.subscribe(
  `quakes.>/${group}`,
  async ({ value: quake, attempt }) => {
    deliveries += 1;
    if (deliveries === crashAt) await tell({ id: quake.id, attempt, outcome: "crashed" }, kill);
    try {
      await handle(quake);
    } catch (error) {
      tell({ id: quake.id, attempt, outcome: "failed" });
      throw error;
    }
    tell({ id: quake.id, attempt, outcome: "done" });
  },
  { concurrency: 4 },
);
tell({ outcome: "ready" });

/** Tells whoever started this process, if that wants to know. */
function tell(report, then) {
  return new Promise((resolve) => {
    const told = () => resolve(then?.());
    if (process.send) process.send(report, told);
    else told();
  });
}

function kill() {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => {}); // a signal may take a moment
}
