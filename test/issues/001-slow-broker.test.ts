import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { peyk, serve } from "../e2e/peyk-process.js";

// The command line gave a broker up that had not refused it: after one second without a welcome, whatever --timeout said.
test("waits for a broker that takes its time", async () => {
  const broker = await serve();
  onTestFinished(async () => void (await broker.stop()));
  const url = await behindSilence(broker.url);
  expect(await peyk(["topic", "list"], { url })).toMatchObject({ exit: 0 });
});

/** A way to a broker on which the first connection is taken and never answered. */
async function behindSilence(url: string): Promise<string> {
  const { hostname: host, port } = new URL(url);
  let connectionCount = 0;
  const server = createServer((client) => {
    client.on("error", () => {});
    connectionCount += 1;
    if (connectionCount === 1) {
      client.resume();
      return;
    }
    const onward = connect({ host, port: Number(port) });
    onward.on("error", () => {});
    client.pipe(onward).pipe(client);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
