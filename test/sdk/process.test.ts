import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BrokerProcess } from "../harness/broker-process.js";
import { freePort } from "../harness/free-port.js";

const CLIENT = new URL("../../client/dist/index.js", import.meta.url).href;
const BROKER = new URL("../../dist/index.js", import.meta.url).href;

let broker: BrokerProcess;
let children: ChildProcess[];

beforeEach(async () => {
  children = [];
  // One of them starts again where it was: nobody else may be given its port meanwhile.
  broker = await BrokerProcess.start({
    memory: true,
    listen: `127.0.0.1:${await freePort()}`,
  });
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await broker.close();
});

/**
 * Runs a script in a process of its own that has `connect` and the broker's `url`. What it printed was read when it closes,
 * not when it exits.
 */
function run(script: string): { readonly child: ChildProcess; readonly output: () => string } {
  const source = `
    import { connect } from "${CLIENT}";
    import { startBroker } from "${BROKER}";
    const url = "${broker.url}";
    const say = (text) => process.stdout.write(text + "\\n");
    ${script}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source]);
  children.push(child);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  return { child, output: () => output };
}

async function until(condition: () => boolean, child: ChildProcess): Promise<void> {
  while (!condition()) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("a process with a client", () => {
  test("stays alive while its broker is gone, and goes on when it is back", async () => {
    const { child, output } = run(`
      const peyk = await connect(url, { log: false });
      await peyk.subscribe("orders/billing", () => {});
      peyk.on("state", ({ state }) => say(state));
      say("ready");
    `);
    await until(() => output().includes("ready"), child);
    const { host } = new URL(broker.url);
    await broker.kill();
    await until(() => output().includes("waiting"), child);
    broker = await BrokerProcess.start({ memory: true, listen: host });
    await until(() => output().includes("open"), child);
    expect(child.exitCode).toBeNull();
  });

  test("ends once the client is closed", async () => {
    const { child } = run(`
      const peyk = await connect(url);
      await peyk.subscribe("orders/billing", () => {});
      await peyk.close();
    `);
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(0);
  });

  test("closes it at a signal, if it is asked to", async () => {
    const { child, output } = run(`
      const peyk = await connect(url, { closeOnSignals: true });
      peyk.on("state", ({ state }) => say(state));
      say("ready");
    `);
    await until(() => output().includes("ready"), child);
    child.kill("SIGTERM");
    const [code] = (await once(child, "close")) as [number];
    expect([code, output()]).toEqual([0, "ready\nclosed\n"]);
  });

  test("survives a loop whose signal is aborted before it begins", async () => {
    const { child, output } = run(`
      const peyk = await connect(url, { log: false });
      const loop = peyk.messages("orders/billing", { signal: AbortSignal.abort() });
      await loop.next().catch((error) => say(error.name));
      await peyk.close();
    `);
    const [code] = (await once(child, "close")) as [number];
    expect([code, output()]).toEqual([0, "AbortError\n"]);
  });

  test("ends with an unhandled rejection where nobody awaits a publish that fails", async () => {
    const { child, output } = run(`
      const peyk = await connect(url);
      void peyk.publish("orders", undefined);
    `);
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(1);
    expect(output()).toMatch(/undefined cannot be published/);
  });

  test("survives a settle that fails and that nobody awaits", async () => {
    const { child, output } = run(`
      const peyk = await connect(url, { log: false });
      await peyk.subscribe("orders/billing", async (delivery) => {
        await peyk.subscriptions.purge("orders/billing");
        void delivery.ack();
        setTimeout(async () => { await peyk.close(); say("fine"); }, 50);
      });
      await peyk.publish("orders", 1);
    `);
    const [code] = (await once(child, "close")) as [number];
    expect([code, output()]).toEqual([0, "fine\n"]);
  });
});

describe("a process with a broker of its own and a client of that", () => {
  test("stays alive until the client is closed, as with one over the network", async () => {
    const { child, output } = run(`
      const broker = await startBroker({ memory: true });
      const peyk = await broker.connect();
      await peyk.subscriptions.create("orders/billing");
      await peyk.publish("orders", 1);
      let count = 0;
      for await (const delivery of peyk.messages("orders/billing")) {
        await delivery.ack();
        count += 1;
        break;
      }
      say("took " + count);
      setTimeout(() => say("still there"), 300).unref();
      setTimeout(() => peyk.close(), 600).unref();
    `);
    const [code] = (await once(child, "close")) as [number];
    expect([code, output()]).toEqual([0, "took 1\nstill there\n"]);
  });

  test("closes the client at a signal, if it is asked to", async () => {
    const { child, output } = run(`
      const broker = await startBroker({ memory: true });
      const peyk = await broker.connect({ closeOnSignals: true });
      peyk.on("state", ({ state }) => say(state));
      say("ready");
    `);
    await until(() => output().includes("ready"), child);
    child.kill("SIGTERM");
    const [code] = (await once(child, "close")) as [number];
    expect([code, output()]).toEqual([0, "ready\nclosed\n"]);
  });
});
