import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * A port that nobody uses, outside of those that systems give to clients: one that connects again and again to a port of
 * these, while nobody listens there, sooner or later gets it for its own end, and talks to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
