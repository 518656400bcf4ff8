import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Outside of those that systems give to clients, and to listeners that want any. */
const FIRST_PORT = 10_000;
const PORTS = 22_000;

/** Test files that run at the same time draw from parts of their own: a broker that starts again finds its port free. */
const PARTS = 20;
const PART_PORTS = PORTS / PARTS;

const part = Number(process.env["VITEST_POOL_ID"] ?? 0) % PARTS;
let next = randomInt(PART_PORTS);

/**
 * A port that nobody uses, outside of those that systems give to clients: one that connects again and again to a port of
 * these, while nobody listens there, sooner or later gets it for its own end, and talks to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    next = (next + 1) % PART_PORTS;
    const port = FIRST_PORT + part * PART_PORTS + next;
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
