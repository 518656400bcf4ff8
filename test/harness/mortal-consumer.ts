/**
 * A consumer in a process of its own that kills itself at its n-th step: before or after it tells what it got, what it will
 * say of it, and that it has said it.
 *
 * Arguments: the URL of the client's module, of the broker, the address of the checker, and as JSON what it does.
 */
import { CheckerLink } from "./checker-link.js";
import { SeededRandom } from "./seeded-random.js";

export interface MortalOptions {
  readonly name: string;
  readonly seed: string;
  readonly subscriptions: readonly string[];
  readonly concurrency: number;
  /** The step at which it dies. */
  readonly step: number;
}

type Client = typeof import("@peyk/client");

const [client = "", url = "", address = "", text = "{}"] = process.argv.slice(2);
const { name: by, seed, subscriptions, concurrency, step } = JSON.parse(text) as MortalOptions;
const { connect } = (await import(client)) as Client;
const random = new SeededRandom(BigInt(seed));
const ledger = await CheckerLink.open(address);
const peyk = await connect(url, { log: false });
let stepsLeft = step;

function mayDie(): void {
  stepsLeft -= 1;
  if (stepsLeft > 0) return;
  process.kill(process.pid, "SIGKILL");
  for (;;); // the signal may take a moment
}

// From here on it may be gone at any moment.
await ledger.doom(by);
for (const subscription of subscriptions) {
  const place = { subscription, isDead: false };
  await peyk.subscribe(
    subscription as `${string}/${string}`,
    async (delivery) => {
      const { id, attempt, attributes } = delivery;
      const number = Number(attributes["number"]);
      mayDie();
      ledger.delivered(place, { number, id, attempt, by });
      mayDie();
      const verdict = random.pick(["ack", "ack", "nack", "release"] as const);
      const ask = await ledger.ask({ place, number, verdict, attempt });
      mayDie();
      const said = verdict === "nack" ? delivery.nack({ delayMs: 0 }) : delivery[verdict]();
      mayDie();
      await said;
      ledger.settled(ask);
      mayDie();
    },
    { concurrency },
  );
}
