import { describe, expect, test } from "vitest";
import { CLIENT_FRAMES, limits, PacketWriter } from "../../client/src/protocol/index.js";
import { clientPacketFromJson } from "../../client/src/protocol/json.js";
import { isProof, LONG, Rounds } from "../harness/rounds.js";
import { rewrite } from "../protocol/rewrite.js";

/** The goal (S5): what is refused costs no more, in ms of a processor. */
const MAX_REFUSAL_MS = 5;

/** These bytes, again and again. */
const repeated = (field: readonly number[], times: number): Uint8Array =>
  Uint8Array.from({ length: field.length * times }, (_, at) => field[at % field.length] ?? 0);

/** A frame with this body, after what must be before the repeated part. */
function frameOf(kind: keyof typeof CLIENT_FRAMES, body: Uint8Array, before: number[] = []) {
  const writer = new PacketWriter();
  writer.begin(0x0a, body.length);
  writer.bytes(CLIENT_FRAMES[kind] * 8 + 2, Uint8Array.from([...before, ...body]));
  writer.end();
  return writer.take();
}

/** As many as fit into the largest packet. */
const most = (field: readonly number[]): Uint8Array =>
  repeated(field, Math.floor((limits.MAX_PACKET_BYTES - 64) / field.length));

/** A message as the field of another one. */
function within(tag: number, body: Uint8Array): Uint8Array {
  const writer = new PacketWriter();
  writer.bytes(tag, body);
  return writer.take();
}

const TOPIC = [0x0a, 0x01, 0x61];

const PACKETS: readonly (readonly [name: string, packet: Uint8Array])[] = [
  // Those of a known kind are handled in turns (turns.test.ts): what they cost is not that of a refusal.
  ["as many frames as fit", most([0x0a, 0x00])],
  ["as many groups as fit", most([0x0b])],
  ["as many messages as fit", frameOf("publish", most([0x7a, 0x00]), TOPIC)],
  [
    "a message too many",
    frameOf("publish", repeated([0x7a, 0x00], limits.MAX_BATCH_MESSAGES + 1), TOPIC),
  ],
  ["as many ranges as fit", frameOf("settle", most([0x12, 0x02, 0x08, 0x01]))],
  [
    "a range too many",
    frameOf("settle", repeated([0x12, 0x02, 0x08, 0x01], limits.MAX_SETTLE_RANGES + 1)),
  ],
  ["as many subscriptions as fit", frameOf("subscribe", most([0x12, 0x00]))],
  ["a subscription too many", frameOf("subscribe", repeated([0x12, 0x00], limits.MAX_SOURCES + 1))],
  ["as many ids as fit", frameOf("purgeDeadLetters", within(0x12, most([0x0a, 0x00])))],
  ["as many unknown fields as fit", frameOf("ping", most([0x78, 0x00]))],
  ["a field too many", frameOf("ping", repeated([0x78, 0x00], limits.MAX_FRAME_FIELDS + 1))],
];

const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ["a million brackets", "[".repeat(1_000_000)],
  ["a level too many", `{"x":${"[".repeat(limits.MAX_JSON_DEPTH)}}`],
  [
    "an entry too many",
    JSON.stringify({ settle: { ranges: Array(limits.MAX_JSON_ITEMS + 1).fill({}) } }),
  ],
];

/** How the refusals end, by what there is too much of. */
const SAYS: readonly (readonly [name: string, says: string])[] = [
  ["frames as fit", "more than 10000 frames"],
  ["groups as fit", "wire type 3 is not used"],
  ["messages as fit", "more than 1000 messages"],
  ["message too many", "more than 1000 messages"],
  ["ranges as fit", "more than 10000 ranges"],
  ["range too many", "more than 10000 ranges"],
  ["subscription too many", "101 entries; at most 100"],
  // Those are fields.
  ["as fit", "more than 100000 fields"],
  ["field too many", "more than 100000 fields"],
  ["brackets", "deeper than 32 levels"],
  ["level too many", "deeper than 32 levels"],
  ["entry too many", "10001 entries; at most 10000"],
];

/** `work` has to be refused; returns what that cost, in ms of a processor. */
function refusalMs(work: () => unknown, says: string): number {
  const before = process.cpuUsage();
  expect(work).toThrow(
    expect.objectContaining({
      code: "invalid_argument",
      message: expect.stringContaining(says) as string,
    }) as Error,
  );
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

// Goal (S5): a frame that asks for too much costs its sender more than the broker. Method: each cap and one more, and as many
// of the shortest parts as the largest packet holds; of many times that each was refused the cheapest counts, since the others
// were collecting garbage or the compiler's.
describe("what is refused for its size is refused soon", () => {
  const cases: readonly (readonly [name: string, read: () => unknown])[] = [
    ...PACKETS.map(([name, packet]) => [name, () => rewrite("client", packet)] as const),
    ...TEXTS.map(([name, text]) => [`JSON: ${name}`, () => clientPacketFromJson(text)] as const),
  ];

  test.each(cases)("%s", LONG, async (name, read) => {
    const says = SAYS.find(([part]) => name.endsWith(part))?.[1] ?? "";
    expect(says).not.toBe("");
    const rounds = new Rounds(3, name);
    let cheapest = Infinity;
    await rounds.each(async () => {
      cheapest = Math.min(cheapest, refusalMs(read, says));
    });
    rounds.note(`${cheapest.toFixed(2)} ms`);
    if (isProof) expect(cheapest).toBeLessThan(MAX_REFUSAL_MS);
  });
});
