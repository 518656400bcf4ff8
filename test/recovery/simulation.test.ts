import { expect, test } from "vitest";
import { Rounds } from "../harness/rounds.js";
import { Simulation } from "../harness/simulation/simulation.js";

const HOUR_MS = 3_600_000;

test("runs", async () => {
  const rounds = new Rounds(3, "simulated hours");
  await rounds.each(async (random) => {
    const started = performance.now();
    const report = await new Simulation(random.seed).run(HOUR_MS);
    console.log(random.seed, Math.round(performance.now() - started), JSON.stringify(report));
  });
  expect(1).toBe(1);
}, 86_400_000);
