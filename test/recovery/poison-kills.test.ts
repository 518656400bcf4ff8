import { join } from "node:path";
import { connect, PeykError, type Delivery, type Peyk } from "@peyk/client";
import { expect, test } from "vitest";
import type { Failpoint } from "../../src/runtime/failpoints.js";
import { PeykProcess, ROOT, temporaryFolder } from "../e2e/peyk-process.js";
import type { CheckerLink } from "../harness/checker-link.js";
import { Checker } from "../harness/checker.js";
import { freePort } from "../harness/free-port.js";
import { manyTimes } from "../harness/many-urls.js";
import { Rounds } from "../harness/rounds.js";
import type { SeededRandom } from "../harness/seeded-random.js";

/** Crashes in the short form. */
const CRASHES = 5;

/** Messages that nobody can handle, in each round. */
const MESSAGES = 3;

const MAX_ATTEMPTS = 5;

const TOPIC = "jobs";
const SUBSCRIPTION = "jobs/worker";

/** Around the commits in which attempts are counted and messages are moved, and their answers. */
const POINTS: readonly Failpoint[] = [
  "commit.before-write",
  "commit.after-write",
  "commit.after-sync",
  "commit.before-replies",
  "commit.after-replies",
  "packet.before-send",
  "packet.after-send",
];

/** A life of the broker in which all of it happens has about so many commits and packets. */
const HITS = 24;

const A_DAY_MS = 86_400_000;

// Goal: a message that always fails is handed out for each of its attempts and for no other, and becomes one dead letter,
// also where the broker dies in the move. Method: the broker kills itself around the commits of a nack, again and again,
// until all messages are dead; the checker knows every attempt.
test(
  "a poison message has exactly its attempts and one dead letter, across crashes in the move",
  async () => {
    const rounds = new Rounds(CRASHES, "crashes");
    const run = await PoisonRun.start(temporaryFolder());
    try {
      for (let round = 0; rounds.done < rounds.count; round += 1) {
        rounds.add(await run.round(rounds.randomOf(round)));
      }
    } catch (error) {
      throw new Error(`PEYK_TEST_SEED=${rounds.seed}: ${String(error)}`, { cause: error });
    } finally {
      await run.close();
    }
  },
  A_DAY_MS,
);

class PoisonRun {
  readonly #directory: string;
  readonly #port: number;
  readonly #checker: Checker;
  readonly #ledger: CheckerLink;
  readonly #peyk: Peyk;
  #broker: PeykProcess;
  /** By message: the attempts that were seen. */
  readonly #attempts = new Map<number, Set<number>>();
  /** Verdicts that were sent. */
  #unanswered = 0;

  private constructor(parts: {
    readonly directory: string;
    readonly port: number;
    readonly checker: Checker;
    readonly ledger: CheckerLink;
    readonly peyk: Peyk;
    readonly broker: PeykProcess;
  }) {
    this.#directory = parts.directory;
    this.#port = parts.port;
    this.#checker = parts.checker;
    this.#ledger = parts.ledger;
    this.#peyk = parts.peyk;
    this.#broker = parts.broker;
  }

  static async start(folder: string): Promise<PoisonRun> {
    const topics = { [TOPIC]: [SUBSCRIPTION] };
    const options = { topics, maxAttempts: MAX_ATTEMPTS, mayLoseLeases: false };
    const checker = await Checker.start(folder, options);
    const [port, ledger] = [await freePort(), await checker.connect()];
    const directory = join(folder, "data");
    const broker = startBroker(directory, port, "");
    await broker.prints("stdout", /"url":/);
    const peyk = await connect(manyTimes(`ws://127.0.0.1:${port}`), { log: false });
    const run = new PoisonRun({ directory, port, checker, ledger, peyk, broker });
    const create = { maxAttempts: MAX_ATTEMPTS, ackDeadlineMs: 600_000 };
    await peyk.subscribe(SUBSCRIPTION, (delivery) => run.#fail(delivery), {
      concurrency: 2,
      create: { ...create, retry: { minMs: 1, maxMs: 1 } },
    });
    return run;
  }

  /** Some messages, until all of them are dead; returns how often the broker died meanwhile. */
  async round(random: SeededRandom): Promise<number> {
    let crashes = 0;
    const dying = Promise.all(Array.from({ length: MESSAGES }, () => this.#publish()));
    for (let isOver = false; !isOver;) {
      isOver = await Promise.race([
        dying.then(() => this.#areDead()),
        this.#broker.finished().then(() => false),
      ]);
      if (isOver) break;
      crashes += this.#broker.child.signalCode === "SIGKILL" ? 1 : 0;
      const point = `${random.pick(POINTS)}:${1 + random.int(HITS)}`;
      this.#ledger.died();
      this.#broker = startBroker(this.#directory, this.#port, point);
    }
    await this.#next("");
    await this.#check();
    await this.#next(`${random.pick(POINTS)}:${1 + random.int(HITS)}`);
    return crashes;
  }

  async close(): Promise<void> {
    await this.#peyk.close({ timeoutMs: 0 });
    this.#broker.kill("SIGKILL");
    await this.#broker.finished();
    await this.#checker.close();
  }

  /** Kills the broker that runs, and starts another one. */
  async #next(failpoint: string): Promise<void> {
    this.#broker.kill("SIGKILL");
    await this.#broker.finished();
    this.#ledger.died();
    this.#broker = startBroker(this.#directory, this.#port, failpoint);
  }

  async #publish(): Promise<void> {
    const number = await this.#ledger.publish(TOPIC);
    this.#attempts.set(number, new Set());
    const attributes = { number: String(number) };
    this.#ledger.confirmed(number, await this.#peyk.publish(TOPIC, number, { attributes }));
  }

  async #fail(delivery: Delivery): Promise<void> {
    const place = { subscription: SUBSCRIPTION, isDead: false };
    const { id, attempt, attributes } = delivery;
    const number = Number(attributes["number"]);
    this.#ledger.delivered(place, { number, id, attempt, by: "worker" });
    this.#attempts.get(number)?.add(attempt);
    const ask = await this.#ledger.ask({ place, number, verdict: "nack", attempt });
    this.#unanswered += 1;
    try {
      await delivery.nack({ delayMs: 0 });
      this.#ledger.settled(ask);
    } catch (error) {
      // Of a broker that is gone.
      if (!PeykError.is(error, "lease_lost")) this.#ledger.complain(String(error));
    } finally {
      this.#unanswered -= 1;
    }
  }

  /** Asks until all are dead, and every verdict was answered; questions are put again to the next broker. */
  async #areDead(): Promise<boolean> {
    for (;;) {
      const said = await this.#peyk.subscriptions.get(SUBSCRIPTION);
      if (said?.dead === MESSAGES && this.#unanswered === 0) return true;
    }
  }

  async #check(): Promise<void> {
    const dead = await this.#peyk.subscriptions.peek(SUBSCRIPTION, { state: "dead", count: 250 });
    const sightings = dead.map(({ id, attributes }) => ({
      id,
      number: Number(attributes["number"]),
    }));
    this.#ledger.audit(SUBSCRIPTION, [], sightings);
    const expected = Array.from({ length: MAX_ATTEMPTS }, (_, index) => index + 1);
    for (const attempts of this.#attempts.values()) expect([...attempts].sort()).toEqual(expected);
    expect(sightings.map(({ number }) => number).sort()).toEqual([...this.#attempts.keys()].sort());
    for await (const { attempts, reason } of this.#peyk.dlq.list(SUBSCRIPTION)) {
      expect({ attempts, reason }).toEqual({ attempts: MAX_ATTEMPTS, reason: "attempts" });
    }
    this.#attempts.clear();
    const sweep = await this.#ledger.drop({ subscription: SUBSCRIPTION, isDead: true }, "purged");
    this.#ledger.dropped(sweep, (await this.#peyk.dlq.purge(SUBSCRIPTION, {})).count);
    this.#ledger.audit(SUBSCRIPTION, [], []);
    await this.#ledger.check();
  }
}

const HASTY_BROKER = join(ROOT, "test/harness/hasty-broker.mjs");

function startBroker(dataDir: string, port: number, failpoint: string): PeykProcess {
  const options = { dataDir, listen: `127.0.0.1:${port}`, segmentBytes: 64 * 1024, spareBytes: 0 };
  return new PeykProcess([JSON.stringify(options)], {
    script: HASTY_BROKER,
    environment: { PEYK_FAILPOINT: failpoint },
  });
}
