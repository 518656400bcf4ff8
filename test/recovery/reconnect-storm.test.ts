import { onTestFinished, test } from "vitest";
import { Rounds } from "../harness/rounds.js";
import { Storm } from "../harness/storm.js";

/** Storms in every check: one in which the broker lives, one in which it is killed. */
const STORMS = 2;

const CLIENTS_IN_CHECK = 120;
const CLIENTS_IN_PROOF = 2_000;

const A_DAY_MS = 86_400_000;

// Goal: when thousands of clients lose their broker at once, all of them come back, not all at the same time; sessions go
// on where the broker lives, and nothing is lost or doubled. Method: real clients with consumers behind a proxy that cuts
// all of them, and a broker process that is killed; clients under load are compared with the oracle of kill.test.ts.
test(
  "clients that lose their broker all at once come back, and lose nothing",
  async () => {
    const rounds = new Rounds(STORMS, "storms");
    const clientCount = rounds.isProof ? CLIENTS_IN_PROOF : CLIENTS_IN_CHECK;
    const storm = await Storm.gather(clientCount, rounds.randomOf(0));
    onTestFinished(() => storm.close());
    await rounds.each(async (_, round) => {
      // Twice in a row the same broker survives, so that its memory can be compared.
      if (round % 3 === 1) await storm.killBroker();
      else await storm.cutNetwork();
    });
    if (rounds.isProof) process.stderr.write(`${storm.report.join("\n")}\n`);
  },
  A_DAY_MS,
);
