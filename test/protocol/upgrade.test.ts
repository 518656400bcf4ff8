import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { RawClient } from "../harness/raw-client.js";
import { RawSocket, upgradeRequest } from "../harness/raw-socket.js";
import { startBroker } from "../harness/start-broker.js";
import { Listener } from "../../src/transport/listener.js";
import { ConnectionCaps } from "../../src/transport/connection-caps.js";
import { createOriginPolicy } from "../../src/transport/origins.js";
import { TestClock } from "../harness/test-clock.js";

/** What comes back for a request, until the broker ends the connection. */
async function answerTo(url: string, request: string): Promise<string> {
  const socket = await RawSocket.open(url);
  socket.write(request);
  return (await socket.rest()).toString("latin1");
}

const manyHeaders = Object.fromEntries(
  Array.from({ length: 2_001 }, (_, index) => [`X-${index}`, "1"]),
);

describe("an upgrade", () => {
  test.each([
    ["by POST", 405, upgradeRequest({}, "POST / HTTP/1.1")],
    ["with a bad key", 400, upgradeRequest({ "Sec-WebSocket-Key": "x" })],
    ["without a key", 400, upgradeRequest({ "Sec-WebSocket-Key": undefined })],
    ["with version 12", 400, upgradeRequest({ "Sec-WebSocket-Version": "12" })],
    ["to another path", 404, upgradeRequest({}, "GET /peyk HTTP/1.1")],
    ["to a path with dots", 404, upgradeRequest({}, "GET /%2e%2e/ HTTP/1.1")],
    ["without a subprotocol", 400, upgradeRequest({ "Sec-WebSocket-Protocol": undefined })],
    ["with an unknown subprotocol", 400, upgradeRequest({ "Sec-WebSocket-Protocol": "mqtt" })],
    ["to another protocol", 400, upgradeRequest({ Upgrade: "h2c" })],
    ["with 17 KiB of headers", 431, upgradeRequest({ "X-Large": "x".repeat(17 * 1024) })],
    ["with 2,001 headers", 431, upgradeRequest(manyHeaders)],
    ["that is no HTTP", 400, "\u0016\u0003\u0001 hello\r\n\r\n"],
    ["of a foreign origin", 403, upgradeRequest({ Origin: "https://evil.example" })],
    ["of a page without origin", 403, upgradeRequest({ Origin: "null" })],
  ])("%s is refused with %i, and the connection ends", async (_, status, request) => {
    const { url } = await startBroker();

    const answer = await answerTo(url, request);

    expect(answer.split(" ", 2)).toEqual(["HTTP/1.1", String(status)]);
    expect(answer).toMatch(/^connection: close\r$/im);
  });

  test("with another version says which one is spoken", async () => {
    const { url } = await startBroker();

    const answer = await answerTo(url, upgradeRequest({ "Sec-WebSocket-Version": "8" }));

    expect(answer).toContain("\r\nSec-WebSocket-Version: 13\r\n");
  });

  test("of a foreign origin is logged once, with the flag that allows it", async () => {
    const { url, log } = await startBroker();
    for (const origin of ["https://a.example", "https://a.example", "null", "http://$(reboot)"]) {
      await answerTo(url, upgradeRequest({ Origin: origin }));
    }
    const refused = log.filter(({ event }) => event === "page refused");
    expect(refused.map(({ fields }) => fields)).toEqual([
      { origin: "https://a.example", hint: "peyk serve --allow-origin https://a.example" },
      { origin: "null", hint: undefined },
      { origin: "http://$(reboot)", hint: undefined },
    ]);
  });

  test("of each origin that is not on the list is refused and counted", async () => {
    const { url, connect } = await startBroker({ allowOrigin: ["https://good.example"] });
    const foreign = ["https://evil.example", "null", "https://good.example.evil.com"];

    for (const origin of foreign) {
      const answer = await answerTo(url, upgradeRequest({ Origin: origin }));
      expect(answer).toMatch(/^HTTP\/1.1 403 /);
    }

    const { counters } = await (await connect()).ask("getStatus", {}, "status");
    expect(counters).toMatchObject({ origins_rejected: 3, upgrades_rejected: 3 });
  });

  test("of an origin that was allowed is accepted", async () => {
    const { url } = await startBroker({ allowOrigin: ["https://app.example.com"] });

    const client = await RawClient.open(url, { origin: "https://app.example.com" });

    expect((await client.hello()).version).toBe(1);
  });

  test("that offers compression gets none", async () => {
    const { url } = await startBroker();

    const client = await RawClient.open(url, { perMessageDeflate: true });

    expect(client.socket.extensions).toBe("");
  });

  test("prefers binary where both subprotocols are offered", async () => {
    const { url } = await startBroker();
    const socket = new WebSocket(url, ["peyk.v1.json", "peyk.v1"]);

    await once(socket, "open");

    expect(socket.protocol).toBe("peyk.v1");
    socket.terminate();
  });

  test("that the client resets at once ends nothing but itself", async () => {
    const { url, connect, server } = await startBroker();
    const { hostname, port } = new URL(url);

    for (let batch = 0; batch < 10; batch += 1) {
      const sockets = Array.from({ length: 50 }, () => connect_(Number(port), hostname));
      await Promise.all(sockets);
    }

    const client = await connect();
    await client.settleDown();
    await expect.poll(() => server.context.connections.size).toBe(1);
  });
});

async function connect_(port: number, host: string): Promise<void> {
  const socket = connect(port, host);
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(upgradeRequest());
  socket.resetAndDestroy();
}

describe("the connection cap", () => {
  test.each([
    ["in all", { maxConnections: 2 }],
    ["of one address", { maxConnections: 9, maxConnectionsPerAddress: 2 }],
  ])("%s refuses one more with 503 and when to try again; the others stay", async (_, caps) => {
    const { url, connect } = await startBroker(caps);
    const first = await connect();
    await connect();

    const answer = await answerTo(url, upgradeRequest());

    expect(answer).toMatch(/^HTTP\/1.1 503 /);
    expect(answer).toMatch(/^Retry-After: 5\r$/m);
    expect(answer).toMatch(/^Connection: close\r$/m);
    const { counters } = await first.ask("getStatus", {}, "status");
    expect(counters).toMatchObject({ connections_refused: 1 });
  });

  test("cannot be reached by those who say nothing: the oldest of them makes room", async () => {
    const { url, connect, server } = await startBroker({ maxConnections: 4 });
    const silent = [await RawSocket.upgraded(url), await RawSocket.upgraded(url)];
    const late = await RawSocket.upgraded(url);

    expect(await silent[0]?.closeCode()).toBe(1013);
    expect(await (await connect()).request("getStatus", {})).toMatchObject({ kind: "status" });
    expect(await silent[1]?.closeCode()).toBe(1013);
    expect(server.context.connections.size).toBe(2);
    expect(late.socket.destroyed).toBe(false);
  });

  test("has room again when a connection has ended", async () => {
    const { connect } = await startBroker({ maxConnections: 1 });
    await (await connect()).close();

    const { welcome } = await connect();

    expect(welcome?.version).toBe(1);
  });
});

describe("a connection that does not get on", () => {
  test("with its headers is ended", async () => {
    const listener = new Listener({
      host: "127.0.0.1",
      port: 0,
      origins: createOriginPolicy([]),
      maxPacketBytes: 1_000,
      caps: new ConnectionCaps({ total: 10, perAddress: 10 }),
      clock: new TestClock(),
      headersTimeoutMs: 100,
      accept: () => ({ packet: () => {}, unreadable: () => {}, closed: () => undefined }),
      onRequest: undefined,
      counters: { originsRejected: 0, upgradesRejected: 0, connectionsRefused: 0 },
    });
    const { port } = await listener.listen();

    const answer = await answerTo(`ws://127.0.0.1:${port}`, "GET / HTTP/1.1\r\nHost: a\r\nX");

    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    await listener.close();
  });

  test("with closing is ended by the broker", async () => {
    const { url, server } = await startBroker();
    const refused = await RawSocket.open(url);

    refused.write(upgradeRequest({ Origin: "null" }));

    await refused.rest();
    await server.close(); // does not wait for clients that keep their side open
  });
});

describe("plain HTTP", () => {
  const get = (url: string, path: string, method = "GET") =>
    fetch(url.replace("ws:", "http:") + path, { method });

  test("has a page for people at the address", async () => {
    const { url } = await startBroker();

    const response = await get(url, "/");

    expect(response.status).toBe(200);
    expect(await response.text()).toContain("peyk.v1");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("tells machines the state", async () => {
    const { url } = await startBroker();

    const response = await get(url, "/healthz?probe=1");

    expect([response.status, await response.json()]).toMatchObject([200, { state: "serving" }]);
  });

  test.each(["/", "/healthz"])("answers TRACE %s with 405", async (path) => {
    const { url } = await startBroker();

    const request = `TRACE ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;

    expect(await answerTo(url, request)).toMatch(/^HTTP\/1.1 405 /);
  });

  test.each([
    ["GET", "/nothing", 404],
    ["GET", "/%2e%2e/etc", 404],
    ["POST", "/", 405],
    ["HEAD", "/", 200],
    ["OPTIONS", "/healthz", 405],
  ])("answers %s %s with %i", async (method, path, status) => {
    const { url } = await startBroker();

    expect((await get(url, path, method)).status).toBe(status);
  });
});
