import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { armFailpoint, failpoint, FAILPOINTS } from "../../../src/runtime/failpoints.js";
import { compileSources } from "../../harness/compiled-source.js";
import { DONE, EngineHarness } from "../../harness/engine-harness.js";
import { SimulatedDisk } from "../../harness/simulated-disk.js";

describe("failpoint", () => {
  afterEach(() => armFailpoint(undefined));

  test("has names that are unique and say before or after what", () => {
    expect(new Set(FAILPOINTS).size).toBe(FAILPOINTS.length);
    for (const name of FAILPOINTS) expect(name).toMatch(/^[a-z]+\.(before|after)-[a-z]+$/);
  });

  test.each([undefined, "", "commit.before-write:2", "commit.after-sync:1"])(
    "does nothing unless it is the armed one and its turn has come (%s)",
    (spec) => {
      armFailpoint(spec);
      expect(failpoint("commit.before-write")).toBeUndefined();
    },
  );

  test.each([
    "commit.before-write",
    "commit.before-write:",
    "commit.before-write:0",
    "x:-1",
    ":1:1",
    "x:1e3",
  ])("refuses %j, which is not of the form name:n", (spec) => {
    expect(() => armFailpoint(spec)).toThrow(`the failpoint "${spec}" is not of the form name:n`);
  });

  test("refuses an unknown name, and says which there are", () => {
    expect(() => armFailpoint("commit.sync:1")).toThrow(
      'there is no failpoint "commit.sync"; there are commit.before-write, commit.after-write',
    );
  });
});

describe("the failpoints of the disk", () => {
  test("are around everything that an engine does to its files", async () => {
    const steps = new Set<string>();
    const disk = new SimulatedDisk();
    disk.onOperation = (operation, file) => {
      if (!CHANGING.test(operation)) return;
      const [kind = ""] = file.split(/[-.]/, 1);
      steps.add(operation === "syncDirectory" ? "directory.sync" : `${kind}.${operation}`);
    };
    const files = { segmentBytes: 4 * 1024, snapshotBytes: 1, spareBytes: 8 * 1024 };
    const harness = await EngineHarness.open(files, disk);
    const topic = await harness.createTopic("a");
    const { id } = await harness.subscribe("a/g");
    for (let message = 1; message <= 60; message += 1)
      await harness.publish(topic, message, 1, 100);
    const consumer = await harness.consume(id);
    await consumer.settle(
      DONE,
      consumer.take().filter(({ first }) => first % 10 !== 0),
    );
    consumer.close();
    await harness.advance(20_000);
    await harness.close();

    expect([...steps]).toEqual(
      expect.arrayContaining(["cold.write", "snapshot.rename", "spare.sync"]),
    );
    for (const step of steps) {
      for (const moment of ["before", "after"]) {
        expect(FAILPOINTS).toContain(step.replace(".", `.${moment}-`));
      }
    }
  });
});

/** What a crash may leave undone; the rest is looking. */
const CHANGING = /^(create|write|sync|syncDirectory|truncate|rename|remove)$/;

describe("an armed failpoint", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "peyk-failpoint-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Passes "segment.after-seal" three times. */
  function runChild(spec: string): { readonly signal: string | null; readonly stdout: string } {
    const module = compileSources(directory, ["src/runtime/failpoints.ts"]);
    const script = `
      import { writeSync } from "node:fs";
      import { armFailpoint, failpoint } from ${JSON.stringify(module)};
      process.on("exit", () => writeSync(1, "exit"));
      armFailpoint(process.env.PEYK_FAILPOINT);
      for (const pass of [1, 2, 3]) {
        failpoint("segment.after-seal");
        writeSync(1, pass + " ");
      }
    `;
    writeFileSync(join(directory, "child.js"), script);
    const environment = { ...process.env, PEYK_FAILPOINT: spec };
    const { signal, stdout } = spawnSync(process.execPath, [join(directory, "child.js")], {
      encoding: "utf8",
      env: environment,
    });
    return { signal, stdout };
  }

  test("kills the process at its n-th hit, before anything more happens", () => {
    expect(runChild("segment.after-seal:2")).toEqual({ signal: "SIGKILL", stdout: "1 " });
  });

  test("lets a process end that does not come that far", () => {
    expect(runChild("segment.after-seal:4")).toEqual({ signal: null, stdout: "1 2 3 exit" });
  });
});
