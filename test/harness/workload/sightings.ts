import type { Run } from "../../../src/broker/engine.js";
import { idOf } from "../messages.js";
import type { Sighting } from "../three-sets.js";

/** What a run shows of its messages. */
export function sightingsOf(run: Run): Sighting[] {
  return Array.from({ length: run.count }, (_, index) => ({
    message: idOf(run.batch, run.from + index),
    kind: run.death ? ("dead" as const) : ("live" as const),
    failures: run.failures,
    crashes: run.crashes,
    note: run.note,
    redrives: run.death?.redrives,
    topic: run.topic.id,
    position: run.firstPosition + index,
    interrupted: run.interrupted,
  }));
}
