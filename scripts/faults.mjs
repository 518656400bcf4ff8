// Deliberate faults: each breaks one promise in one place, and the proofs named with it have to go red.
// `npm run prove:faults` tries them all on a copy of the project; test/layout/faults.test.ts holds that the places are still there.

const JOURNAL = "src/engines/embedded/journal.ts";
const RECOVERY = "src/engines/embedded/recovery.ts";

/**
 * @typedef {object} Edit
 * @property {string} file
 * @property {string} find - Occurs once in the file.
 * @property {string} replace
 */

/**
 * @typedef {object} Fault
 * @property {string} name
 * @property {readonly Edit[]} edits
 * @property {readonly string[]} proofs - Test files of which at least one must fail.
 * @property {number} [rounds] - Where the short form is too short to find it every time.
 */

/** @type {readonly Fault[]} */
export const FAULTS = [
  {
    name: "skip a sync",
    edits: [
      {
        file: JOURNAL,
        find: "const syncing = segment.file.sync();",
        replace: "const syncing = Promise.resolve();",
      },
    ],
    proofs: ["test/recovery/power-cuts.test.ts"],
  },
  {
    name: "confirm early",
    edits: [
      {
        file: JOURNAL,
        find: 'failpoint("commit.before-write");',
        replace:
          'failpoint("commit.before-write");\n    commit.durable();\n    commit.durable = () => {};',
      },
    ],
    proofs: ["test/recovery/power-cuts.test.ts"],
  },
  {
    name: "forget a gap: acks out of order are not in a snapshot",
    edits: [
      {
        file: "src/engines/embedded/pieces.ts",
        find: "settled: cursor.settled.pages(),",
        replace: "settled: [],",
      },
    ],
    proofs: ["test/recovery/power-cuts.test.ts"],
  },
  {
    name: "accept a late ack: a lease that ended can still settle",
    edits: [
      {
        file: "src/broker/settling.ts",
        find: 'this.#holdings.end(part, ended ?? (outcome.kind === "dead" ? SETTLED : RETURNED));',
        replace:
          'if (ended === undefined) this.#holdings.end(part, outcome.kind === "dead" ? SETTLED : RETURNED);',
      },
    ],
    proofs: ["test/recovery/model.test.ts"],
  },
  {
    name: "drop a retry",
    edits: [
      {
        file: "src/engines/embedded/settler.ts",
        find: "this.#core.journal.open.whenDurable(() => feed.retry(log.id, first, count, delayMs));",
        replace: "",
      },
    ],
    proofs: ["test/recovery/model.test.ts"],
  },
  {
    name: "double a delivery: what is given back is handed out twice",
    edits: [
      {
        file: "src/engines/embedded/returns.ts",
        find: "this.#back.push(new Again(source, first, count));",
        replace:
          "this.#back.push(new Again(source, first, count), new Again(source, first, count));",
      },
    ],
    proofs: ["test/recovery/cuts.test.ts", "test/recovery/power-cuts.test.ts"],
  },
  {
    name: "cut in the middle: what is damaged below the mark is taken for a torn end",
    edits: [
      {
        file: RECOVERY,
        find: "const isDurable = provesDurable(bytes, end.offset, segment.number, number, header.journal);",
        replace: "const isDurable = false;",
      },
    ],
    proofs: ["test/recovery/every-bit.test.ts"],
  },
  {
    name: "ignore a short write",
    edits: [
      {
        file: "src/engines/embedded/node-disk.ts",
        find: "else writeFully(descriptor, withoutFirst(left, count), position + count, done);",
        replace: "else done(null, undefined);",
      },
    ],
    proofs: ["test/unit/engines/embedded/node-disk.test.ts"],
  },
  {
    name: "lose a rename: the directory is not synced after the spare becomes a segment",
    edits: [
      {
        file: "src/engines/embedded/spare.ts",
        find: "await this.#disk.rename(SPARE_NAME, name);\n    await this.#disk.syncDirectory();",
        replace: "await this.#disk.rename(SPARE_NAME, name);",
      },
    ],
    proofs: ["test/recovery/power-cuts.test.ts"],
  },
  {
    name: "leak a lease: what ran when its consumer died stays with it",
    edits: [
      {
        file: "src/broker/consumer.ts",
        find: 'if (how === "crash" && isRunning) this.#settling.fail(chunk, this.#failure(how), LOST, job);',
        replace: 'if (how === "crash" && isRunning) continue;',
      },
    ],
    proofs: ["test/recovery/model.test.ts", "test/recovery/consumer-kills.test.ts"],
  },
  {
    name: "serve a recovered tail before it is synced",
    edits: [
      {
        file: "src/engines/embedded/upkeep.ts",
        find: "journal.open.mustSync();\n    this.#core.enter({ booted: { boot: state.boot + 1 } });\n    await this.#core.durable();",
        replace: "this.#core.enter({ booted: { boot: state.boot + 1 } });",
      },
      {
        file: RECOVERY,
        find: "if (kept.byteLength > 0) await file.write([kept], unmarkedAt);\n    await file.sync();",
        replace: "",
      },
    ],
    proofs: ["test/recovery/power-cuts.test.ts"],
    rounds: 1500,
  },
  {
    name: "trust a damaged last commit",
    edits: [
      {
        file: "src/engines/embedded/format.ts",
        find: "if (checksum !== crc32(body, crc32(view.subarray(at, at + 36), journal.seed))) return undefined;\n  return {\n    kind",
        replace: "return {\n    kind",
      },
    ],
    proofs: ["test/recovery/power-cuts.test.ts", "test/recovery/damage.test.ts"],
  },
  {
    name: "forget a producer: what is sent again is stored again",
    edits: [
      {
        file: "src/engines/embedded/appender.ts",
        find: "if (sequence >= producer.nextSequence) return store(end);",
        replace: "if (sequence > 0) return store(end);",
      },
    ],
    proofs: ["test/recovery/cuts.test.ts"],
  },
  {
    name: "hand out what is settled",
    edits: [
      {
        file: "src/engines/embedded/state.ts",
        find: "this.#cursorFor(entry, commit)?.settle(number(entry.first), entry.count ?? 0);",
        replace:
          "if (number(entry.first) % 64 > 0) this.#cursorFor(entry, commit)?.settle(number(entry.first), entry.count ?? 0);",
      },
    ],
    proofs: ["test/recovery/power-cuts.test.ts"],
  },
  {
    name: "number a publish anew when it is sent again",
    edits: [
      {
        file: "client/src/publisher.ts",
        find: "const isNew = batch.firstSequence === 0;",
        replace: "const isNew = true;",
      },
    ],
    proofs: ["test/recovery/cut-bytes.test.ts"],
  },
  {
    name: "say no settle again after a resume",
    edits: [
      {
        file: "client/src/settler.ts",
        find: "for (const frame of this.#unanswered) this.#send(frame);",
        replace: "",
      },
    ],
    proofs: ["test/recovery/cut-bytes.test.ts"],
  },
  {
    name: "wait for a silent peer for ever",
    edits: [
      {
        file: "src/transport/heartbeat.ts",
        find: "if (this.#unanswered >= limits.MAX_MISSED_PINGS) return this.#events.dead();",
        replace: "",
      },
    ],
    proofs: ["test/recovery/half-open.test.ts"],
  },
  {
    name: "give away what a client holds before its grace is over",
    edits: [
      {
        file: "src/transport/sessions.ts",
        find: "entry.grace.set(this.#clock.monotonic() + this.#graceMs);",
        replace: "entry.grace.set(this.#clock.monotonic() + this.#graceMs / 2);",
      },
    ],
    proofs: ["test/recovery/half-open.test.ts"],
  },
  {
    name: "buffer twice as much for a peer that does not read",
    edits: [
      {
        file: "src/transport/outbox.ts",
        find: "if (this.#isBehind || this.#line.bufferedBytes <= this.#context.config.maxBufferedBytes) return;",
        replace:
          "if (this.#isBehind || this.#line.bufferedBytes <= 2 * this.#context.config.maxBufferedBytes) return;",
      },
    ],
    proofs: ["test/recovery/stopped-consumer.test.ts"],
  },
  {
    name: "keep a peer whose writes do not move",
    edits: [
      {
        file: "src/transport/connection.ts",
        find: 'stalled: () => this.close("slow_or_flooding", "it reads too slowly"),',
        replace: "stalled: () => {},",
      },
    ],
    proofs: ["test/recovery/stopped-consumer.test.ts"],
  },
  {
    name: "come back all at once",
    edits: [
      {
        file: "client/src/backoff.ts",
        find: "return Math.round(step * fraction);",
        replace: "return step;",
      },
    ],
    proofs: ["test/recovery/reconnect-storm.test.ts"],
  },
];
