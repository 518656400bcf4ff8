import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PeykError, limits } from "../../../client/src/protocol/index.js";
import { JSON_ENUMS, JSON_FIELDS } from "../../../client/src/protocol/generated/packets.js";
import * as json from "../../../client/src/protocol/json.js";
import * as any from "./arbitraries.js";
import { decodeGenerated, encodeGenerated, v1 } from "./arbitraries.js";

function decoded(frame: unknown) {
  const packet = json.clientPacketFromJson(JSON.stringify(frame));
  return decodeGenerated(v1.ClientPacket, packet).frames[0];
}

function refusal(text: string): PeykError {
  try {
    json.clientPacketFromJson(text);
  } catch (error) {
    if (error instanceof PeykError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("peyk.v1.json from a client", () => {
  test("is one frame, or several in a packet", () => {
    const one = json.clientPacketFromJson('{"requestId": "7", "ping": {"nonce": "5"}}');
    expect(one).toEqual(
      encodeGenerated(v1.ClientPacket, { frames: [{ requestId: 7, ping: { nonce: 5 } }] }),
    );
    const two = json.clientPacketFromJson('{"frames": [{"pong": {}}, {"requestId": 1}]}');
    expect(decodeGenerated(v1.ClientPacket, two).frames.length).toBe(2);
  });

  test("takes 64-bit numbers as text and as numbers, and field names in both spellings", () => {
    expect(decoded({ ping: { nonce: "9007199254740991" } })?.ping?.nonce).toBe(2 ** 53 - 1);
    expect(decoded({ request_id: 3, ping: { nonce: 5 } })).toMatchObject({ requestId: 3 });
    expect(decoded({ publish: { firstSequence: 1 } })).toEqual(
      decoded({ publish: { first_sequence: "1" } }),
    );
  });

  test("takes enums by name and number, bytes in both alphabets, null as absent", () => {
    const verbs = ["SETTLE_VERB_NACK", 1].map((verb) =>
      decoded({ settle: { ranges: [{ verb }] } }),
    );
    expect(verbs[0]).toEqual(verbs[1]);
    const ids = ["+/8=", "-_8"].map((producerId) => decoded({ hello: { producerId } }));
    expect(ids.map((frame) => frame?.hello?.producerId)).toEqual([
      Uint8Array.of(0xfb, 0xff),
      Uint8Array.of(0xfb, 0xff),
    ]);
    expect(decoded({ hello: { clientName: null, resume: null } })?.hello?.resume).toBeUndefined();
  });

  test("takes numbers with a fraction, and the words for those without digits", () => {
    const rate = (perSecond: unknown) =>
      decoded({ redriveDeadLetters: { perSecond } })?.redriveDeadLetters?.perSecond;
    expect([0.5, "0.5", "1e3", "-Infinity"].map(rate)).toEqual([0.5, 0.5, 1000, -Infinity]);
    expect(rate("NaN")).toBeNaN();
  });

  test("takes __proto__ as an attribute and refuses it as a field", () => {
    const text =
      '{"publish": {"messages": [{"attributes": {"__proto__": "x", "constructor": "y"}}]}}';
    const packet = decodeGenerated(v1.ClientPacket, json.clientPacketFromJson(text));
    const attributes = packet.frames[0]?.publish?.messages[0]?.attributes ?? {};
    expect(Object.entries(attributes)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(refusal('{"__proto__": {"x": 1}}').message).toContain('"__proto__"');
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test("takes the last of equal names", () => {
    const text = '{"ping": {"nonce": "1"}, "ping": {"nonce": "2"}}';
    const packet = decodeGenerated(v1.ClientPacket, json.clientPacketFromJson(text));
    expect(packet.frames[0]?.ping?.nonce).toBe(2);
  });

  test.each([
    ['{"publish": {"topik": "a"}}', "topik"],
    ['{"publish": {"messages": [{"kee": 1}]}}', "kee"],
    ['{"frames": [], "x": 1}', "x"],
    ['{"constructor": {}}', "constructor"],
    ['{"publish": {"topic": 5}}', "publish.topic"],
    ['{"publish": {"messages": {}}}', "publish.messages"],
    ['{"publish": {"messages": [null]}}', "publish.messages[0]"],
    ['{"publish": {"messages": [{"attributes": []}]}}', "messages[0].attributes"],
    ['{"publish": {"messages": [{"attributes": {"a": 1}}]}}', "attributes"],
    ['{"publish": {"messages": [{"payload": "a"}]}}', "base64"],
    ['{"publish": {"messages": [{"payload": "a b="}]}}', "base64"],
    ['{"publish": {"topic": "\\ud800"}}', "whole characters"],
    ['{"publish": {"requireSubscription": "true"}}', "true or false"],
    ['{"requestId": -1}', "whole number"],
    ['{"requestId": 1.5}', "whole number"],
    ['{"requestId": "9007199254740992"}', "whole number"],
    ['{"requestId": 9007199254740993}', "whole number"],
    ['{"requestId": "0x10"}', "whole number"],
    ['{"subscribe": {"consumer": 4294967296}}', "4294967295"],
    ['{"settle": {"ranges": [{"verb": "ACK"}]}}', "SETTLE_VERB_ACK"],
    ['{"settle": {"ranges": [{"verb": 9}]}}', "verb"],
    ['{"redriveDeadLetters": {"perSecond": "fast"}}', "number"],
    ["[]", "an object"],
    ["null", "an object"],
    ['"text"', "an object"],
    ["{", "JSON"],
    ["", "JSON"],
  ])("is refused: %s", (text, says) => {
    const error = refusal(text);
    expect(error.code).toBe("invalid_argument");
    expect(error.message).toContain(says);
  });

  test("is refused deeper than 32 levels, before it is parsed", () => {
    const deep = (depth: number) => `{"x": ${"[".repeat(depth)}${"]".repeat(depth)}}`;
    expect(refusal(deep(31)).message).toContain('"x"');
    expect(refusal(deep(32)).message).toContain("32 levels");
    expect(refusal("[".repeat(1_000_000)).message).toContain("32 levels");
    expect(refusal(`{"x": "${'[{\\"'.repeat(100)}"}`).message).toContain('"x"');
  });

  test("is refused when it is too large, or its list too long", () => {
    const padded = `{"ping": {}}${" ".repeat(2 * limits.MAX_PACKET_BYTES)}`;
    expect(refusal(padded).code).toBe("payload_too_large");
    const payload = Buffer.alloc(limits.MAX_PACKET_BYTES).toString("base64");
    const frame = { publish: { messages: [{ payload }] } };
    expect(refusal(JSON.stringify(frame)).code).toBe("payload_too_large");
    const ranges = Array.from({ length: limits.MAX_JSON_ITEMS + 1 }, () => ({}));
    expect(refusal(JSON.stringify({ settle: { ranges } })).limit).toBe(limits.MAX_JSON_ITEMS);
  });
});

describe("peyk.v1.json to a client", () => {
  test("is one text for each frame", () => {
    const packet = encodeGenerated(v1.ServerPacket, {
      frames: [
        { requestId: 1, done: {} },
        { goAway: { reason: "drain", graceMs: 5000 } },
        { requestId: 2, error: { code: 5, message: "No.", limit: 0 } },
      ],
    });
    expect(json.serverPacketToJson(packet)).toEqual([
      '{"requestId":"1","done":{}}',
      '{"goAway":{"reason":"drain","graceMs":"5000"}}',
      '{"requestId":"2","error":{"code":"ERROR_CODE_NOT_FOUND","message":"No.","limit":"0"}}',
    ]);
  });

  test("keeps numbers of enums that it does not know, and writes infinity as a word", () => {
    const packet = encodeGenerated(v1.ServerPacket, {
      frames: [{ error: { code: 99 } }, { status: { publishPerSecond: Infinity } }],
    });
    expect(json.serverPacketToJson(packet)).toEqual([
      '{"error":{"code":99}}',
      '{"status":{"publishPerSecond":"Infinity"}}',
    ]);
  });

  test("refuses a packet that cannot be read", () => {
    expect(() => json.serverPacketToJson(Uint8Array.of(0x0a, 5))).toThrow(PeykError);
  });
});

test("peyk.v1.json knows every type that the protos use", () => {
  const scalars = ["string", "bytes", "bool", "double", "uint32", "uint64"];
  const known = new Set([...scalars, ...Object.keys(JSON_FIELDS), ...Object.keys(JSON_ENUMS)]);
  const used = Object.values(JSON_FIELDS).flatMap((fields) => Object.values(fields));
  expect(
    used.map((type) => type.replace(/[[\]{}]/g, "")).filter((type) => !known.has(type)),
  ).toEqual([]);
});

test("peyk.v1.json loses nothing there and back", () => {
  fc.assert(
    fc.property(any.whole, fc.array(any.message, { maxLength: 3 }), (requestId, messages) => {
      const frames = [{ requestId, publish: { topic: "a", firstSequence: requestId, messages } }];
      const packet = encodeGenerated(v1.ClientPacket, { frames });
      const [text = ""] = json.clientPacketToJson(packet);
      expect(new Uint8Array(json.clientPacketFromJson(text))).toEqual(packet);
    }),
  );
});
