import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium, type Browser, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { connect as Connect, Delivery, Message, Peyk } from "@peyk/client";
import { SdkWorld } from "../harness/sdk-world.js";
import type { Proxy } from "../harness/proxy.js";

const ROOT = resolve(import.meta.dirname, "../..");
const CHROMIUM = "/usr/bin/chromium";

/** A host that is this machine, but does not look like it. */
const FOREIGN_HOST = "foreign.test";

/** For a browser that starts, and a page that waits: the limit of the test is below it. */
const PATIENCE_MS = 300_000;

/** What a page loads for messages, compressed, in bytes. */
const MAX_BUNDLE_BYTES = 60_000;

declare global {
  // What the page under test has.
  var connect: typeof Connect;
  var client: Peyk;
  var received: unknown[];
  var states: string[];
}

let folder: string;
let bundle: string;
let server: Server;
let browser: Browser;
let world: SdkWorld;
let proxy: Proxy;
let publisher: Peyk;
let page: Page;

beforeAll(async () => {
  const cache = join(ROOT, ".cache");
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, "page-"));
  await writeFile(join(folder, "index.html"), '<script type="module" src="/main.ts"></script>');
  await writeFile(
    join(folder, "main.ts"),
    'import { connect } from "@peyk/client";\nObject.assign(globalThis, { connect });\n',
  );
  await build({ root: folder, logLevel: "error", build: { minify: true } });
  const assets = join(folder, "dist", "assets");
  const [script = ""] = await readdir(assets);
  bundle = await readFile(join(assets, script), "utf8");
  server = createServer((request, response) => {
    const isScript = request.url?.startsWith("/assets/") ?? false;
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? bundle : `<script type="module" src="/assets/${script}"></script>`);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    timeout: PATIENCE_MS,
    args: [
      "--no-sandbox",
      "--headless",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--host-resolver-rules=MAP ${FOREIGN_HOST} 127.0.0.1`,
    ],
  });
});

afterAll(async () => {
  await browser?.close();
  await new Promise((done) => server?.close(done));
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  world = new SdkWorld();
  const broker = await world.broker();
  proxy = await world.proxy(broker);
  publisher = await world.client(broker.url);
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await open("127.0.0.1");
});

afterEach(async () => {
  await page.close();
  await world.close();
});

/** Opens the page as one of `host`, and waits until its script has run. */
async function open(host: string): Promise<void> {
  const { port } = server.address() as AddressInfo;
  await page.goto(`http://${host}:${port}/`);
  await page.waitForFunction(() => typeof globalThis.connect === "function");
}

/** Lets the page connect; what it receives is in `received`. */
const connectPage = (connectTimeoutMs = 60_000): Promise<void> =>
  page.evaluate(
    async ([url, timeoutMs]) => {
      globalThis.received = [];
      globalThis.states = [];
      globalThis.client = await globalThis.connect(url, { connectTimeoutMs: timeoutMs });
      globalThis.client.on("state", ({ state }) => globalThis.states.push(state));
    },
    [proxy.url, connectTimeoutMs] as const,
  );

const received = async (count: number): Promise<unknown[]> => {
  await page.waitForFunction((wanted) => globalThis.received.length >= wanted, count);
  return page.evaluate(() => globalThis.received);
};

describe("the bundle of a page", () => {
  test("has nothing of Node in it, and is small", () => {
    expect(bundle).not.toMatch(/node:|__vite-browser-external|perMessageDeflate|setImmediate\(/);
    const compressed = gzipSync(bundle).length;
    console.info(`@peyk/client in a page: ${bundle.length} bytes, ${compressed} compressed`);
    expect(compressed).toBeLessThan(MAX_BUNDLE_BYTES);
  });
});

describe("a page", () => {
  test("publishes and consumes, and acks what it handled", async () => {
    await connectPage();
    await page.evaluate(async () => {
      await globalThis.client.subscribe("orders/billing", ({ value }: Delivery) => {
        globalThis.received.push(value);
      });
      await globalThis.client.publish("orders", { from: "page" });
    });
    await publisher.publish("orders", { from: "node" });
    expect(await received(2)).toEqual([{ from: "page" }, { from: "node" }]);
    await page.evaluate(() => globalThis.client.close());
    const info = await publisher.subscriptions.get("orders/billing");
    expect([info?.ready, info?.running, info?.consumers.length]).toEqual([0, 0, 0]);
  });

  test("listens live", async () => {
    await connectPage();
    await page.evaluate(() =>
      globalThis.client.live("quakes.*", ({ topic }: Message) => {
        globalThis.received.push(topic);
      }),
    );
    await publisher.publish("quakes.ml", 1);
    expect(await received(1)).toEqual(["quakes.ml"]);
  });

  test("comes back after a cut, with its session, and misses nothing", async () => {
    await connectPage();
    await page.evaluate(() =>
      globalThis.client.subscribe("orders/billing", ({ value, attempt }: Delivery) => {
        globalThis.received.push([value, attempt]);
      }),
    );
    proxy.cut();
    await publisher.publish("orders", 1);
    expect(await received(1)).toEqual([[1, 1]]);
    expect(await page.evaluate(() => globalThis.states)).toEqual(["waiting", "connecting", "open"]);
  });

  test("of a foreign origin is refused, and the broker counts it", async () => {
    await open(FOREIGN_HOST);
    // On a busy machine a second may be over before anybody refused.
    await expect
      .poll(() => connectPage(1_000).catch((error: unknown) => String(error)))
      .toMatch(/no broker let us in.*may not be allowed: peyk serve --allow-origin http:\/\/[^ ]+/);
    const { counters } = await publisher.status();
    expect(counters["origins_rejected"]).toBeGreaterThan(0);
  });
});
