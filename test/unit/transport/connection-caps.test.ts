import { describe, expect, test } from "vitest";
import { limits } from "@peyk/client/protocol";
import { ConnectionCaps } from "../../../src/transport/connection-caps.js";

describe("connection caps", () => {
  test("allow so many in all, and so many from one address", () => {
    const caps = new ConnectionCaps({ total: 3, perAddress: 2 });
    const first = caps.take("a");
    caps.take("a");
    expect([caps.allows("a"), caps.allows("b")]).toEqual([false, true]);
    caps.take("b");
    expect([caps.allows("b"), caps.allows("c")]).toEqual([false, false]);

    first.leave();

    expect([caps.allows("a"), caps.total]).toEqual([true, 2]);
  });

  test("let the oldest stranger make room, and nobody who has said Hello", () => {
    const caps = new ConnectionCaps({ total: 4, perAddress: 4 });
    const ended: string[] = [];
    const take = (name: string) => {
      const place = caps.take("a");
      place.makeRoom = () => ended.push(name);
      return place;
    };
    take("greeted").greeted();
    take("first");
    take("second");
    expect(ended).toEqual([]);

    take("third");

    expect(ended).toEqual(["first"]);
    expect(caps.strangers).toBe(2);
  });

  test("count every TCP connection", () => {
    const caps = new ConnectionCaps({ total: 5, perAddress: 5 });
    const most = 5 + limits.MAX_HTTP_CONNECTIONS;
    const tooMany = Array.from({ length: most }, () => caps.socketOpened());
    expect(tooMany).not.toContain(true);
    expect(caps.socketOpened()).toBe(true);

    caps.socketClosed();
    caps.socketClosed();

    expect(caps.socketOpened()).toBe(false);
  });
});
