import { describe, expect, test } from "vitest";
import type { Line, LineEvents } from "../../../src/transport/line.js";
import { joinInMemory } from "../../../src/transport/memory-line.js";
import { TestClock } from "../../harness/test-clock.js";

function join() {
  const clock = new TestClock();
  const heard: string[] = [];
  const lines: Line[] = [];
  const events: LineEvents = {
    packet: (packet) => heard.push(`broker ${packet.join()}`),
    unreadable: () => {},
    closed: (wasClean) => void heard.push(`broker closed ${wasClean}`),
  };
  const accept = (line: Line): LineEvents => {
    lines.push(line);
    return events;
  };
  const socket = joinInMemory(accept, clock, {
    packet: (packet) => heard.push(`client ${packet.join()}`),
    closed: (code) => heard.push(`client closed ${code}`),
  });
  const [line] = lines;
  if (!line) throw new Error("no line was made");
  return { clock, heard, socket, line };
}

const bytes = (value: number): Uint8Array => Uint8Array.of(value);

describe("a line in memory", () => {
  test("hands packets over in a later turn, in order", () => {
    const { clock, heard, socket, line } = join();

    socket.send(bytes(1));
    socket.send(bytes(2));
    line.send(bytes(3), () => heard.push("sent"));
    expect(heard).toEqual([]);
    clock.flush();

    expect(heard).toEqual(["broker 1", "broker 2", "client 3", "sent"]);
  });

  test("keeps what comes while it is paused", () => {
    const { clock, heard, socket, line } = join();
    line.pause();

    socket.send(bytes(1));
    clock.flush();
    expect([heard, socket.bufferedBytes]).toEqual([[], 1]);
    line.resume();
    clock.flush();

    expect([heard, socket.bufferedBytes]).toEqual([["broker 1"], 0]);
  });

  test.each([
    [1000, true],
    [1001, false],
  ])("that a client closes with %i was clean: %s", (code, wasClean) => {
    const { clock, heard, socket } = join();
    socket.send(bytes(1));

    socket.close(code, "");
    socket.send(bytes(2));
    clock.flush();

    expect(heard).toEqual(["broker 1", `broker closed ${wasClean}`, `client closed ${code}`]);
  });

  test("that the broker closes hands over what was sent before", () => {
    const { clock, heard, line } = join();

    line.send(bytes(9), () => {});
    line.close("session_taken", "");
    clock.flush();

    expect(heard).toEqual(["client 9", "broker closed false", "client closed 4005"]);
  });
});
