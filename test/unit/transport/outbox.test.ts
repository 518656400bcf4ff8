import { describe, expect, test } from "vitest";
import { Timers } from "../../../src/runtime/timers.js";
import type { Line } from "../../../src/transport/line.js";
import { Outbox } from "../../../src/transport/outbox.js";
import { PacketPool } from "../../../src/transport/packet-pool.js";
import { TestClock } from "../../harness/test-clock.js";

/** A line that takes packets and says that they left when the test says so. */
class SlowLine implements Line {
  readonly peer = "test";
  readonly keepsPackets: boolean;
  readonly sharesProcess = false;
  bufferedBytes = 0;
  readonly packets: { readonly bytes: Uint8Array; readonly sent: (error?: unknown) => void }[] = [];

  constructor(keepsPackets: boolean) {
    this.keepsPackets = keepsPackets;
  }

  send(bytes: Uint8Array, sent: (error?: unknown) => void): void {
    this.bufferedBytes += bytes.byteLength;
    this.packets.push({ bytes, sent });
  }

  /** The oldest packet has left. */
  leave(error?: Error): void {
    const packet = this.packets.shift();
    this.bufferedBytes -= packet?.bytes.byteLength ?? 0;
    packet?.sent(error);
  }

  pause(): void {}
  resume(): void {}
  opened(): void {}
  close(): void {}
}

function setUp({ keepsPackets = false } = {}) {
  const clock = new TestClock();
  const line = new SlowLine(keepsPackets);
  const told: string[] = [];
  const context = {
    clock,
    timers: new Timers(clock),
    packets: new PacketPool(),
    config: { maxBufferedBytes: 1_000, writeStallMs: 10_000 },
  };
  const outbox = new Outbox(line, context, {
    behind: () => told.push("behind"),
    caughtUp: () => told.push("caughtUp"),
    stalled: () => told.push("stalled"),
  });
  const write = (size: number, fill = 1): void => {
    outbox.writer.raw(new Uint8Array(size).fill(fill));
    outbox.written();
    clock.flush();
  };
  return { clock, line, outbox, told, write };
}

describe("an outbox", () => {
  test("sends what is written in a turn as one packet, and what that sets off as the next", () => {
    const { clock, line, outbox } = setUp();
    const write = (byte: number): void => {
      outbox.writer.raw(new Uint8Array([byte]));
      outbox.written();
    };
    write(1);
    write(2);
    clock.defer(() => write(3));

    clock.flush();

    expect(line.packets.map(({ bytes }) => [...bytes])).toEqual([[1, 2], [3]]);
  });

  test("sends a large packet at once", () => {
    const { line, outbox } = setUp();

    outbox.writer.raw(new Uint8Array(300_000));
    outbox.written();

    expect(line.packets).toHaveLength(1);
  });

  test("says when the line is behind, and when it has caught up with half of it", () => {
    const { line, told, write } = setUp();

    for (let count = 0; count < 4; count += 1) write(300);
    expect(told).toEqual(["behind"]);
    line.leave();
    line.leave();
    expect(told).toEqual(["behind"]);
    line.leave();

    expect(told).toEqual(["behind", "caughtUp"]);
  });

  test("says when nothing has left for too long", () => {
    const { clock, line, told, write } = setUp();
    write(10);
    write(10);

    clock.advance(9_999);
    line.leave();
    clock.advance(9_999);
    expect(told).toEqual([]);
    clock.advance(1);

    expect(told).toEqual(["stalled"]);
  });

  test("uses the bytes of a packet again once it has left, and not before", () => {
    const { line, write } = setUp();
    write(10, 1);
    write(10, 2);
    const [first, second] = line.packets.map(({ bytes }) => bytes);

    line.leave();
    write(10, 3);

    expect(line.packets[1]?.bytes.buffer).toBe(first?.buffer);
    expect([...(second ?? [])]).toEqual(Array(10).fill(2));
  });

  test("does not use the bytes again if they may not have left", () => {
    const { line, write } = setUp();
    write(10, 1);
    const buffer = line.packets[0]?.bytes.buffer;

    line.leave(new Error("the socket is gone"));
    write(10, 2);

    expect(line.packets[0]?.bytes.buffer).not.toBe(buffer);
  });

  test("never uses the bytes again where the receiver keeps them", () => {
    const { line, write } = setUp({ keepsPackets: true });
    write(10, 1);
    const first = line.packets[0]?.bytes;

    line.leave();
    write(10, 2);

    expect([...(first ?? [])]).toEqual(Array(10).fill(1));
  });

  test("copies small shared frames next to others, and sends large ones as they are", () => {
    const { clock, line, outbox } = setUp();
    const large = new Uint8Array(20_000);

    outbox.sendShared(new Uint8Array([1]));
    outbox.sendShared(new Uint8Array([2]));
    outbox.sendShared(large);
    outbox.sendShared(new Uint8Array([3]));
    clock.flush();

    expect(line.packets.map(({ bytes }) => bytes.byteLength)).toEqual([2, 20_000, 1]);
    expect(line.packets[1]?.bytes).toBe(large);
  });

  test("sends nothing and tells nothing after it was closed", () => {
    const { clock, line, outbox, told, write } = setUp();
    write(10);

    outbox.close();
    write(10);
    clock.advance(20_000);

    expect([line.packets.length, told]).toEqual([1, []]);
  });
});
