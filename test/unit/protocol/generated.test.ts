import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { CLIENT_FRAMES, SERVER_FRAMES } from "../../../client/src/protocol/index.js";
import { peyk as plain } from "../../../client/src/protocol/generated/frames.js";
import { v1 } from "./arbitraries.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

describe("generated code", () => {
  test("is what the protos give (npm run proto)", () => {
    const script = `${root}scripts/generate-proto.mjs`;
    execFileSync(process.execPath, [script, "--check"], { stdio: ["ignore", "ignore", "inherit"] });
  });

  test("gives zero, not a Long, for absent 64-bit fields, and undefined for absent messages", () => {
    const welcome = plain.v1.Welcome.decode(new protobuf.Reader(new Uint8Array(0)));
    expect(welcome.lastSequence).toBe(0);
    expect(welcome.limits).toBeUndefined();
    const options = plain.v1.TopicOptions.decode(new protobuf.Reader(new Uint8Array(0)));
    expect(options.retainMs).toBeUndefined();
  });

  test("keeps an optional field that is zero", () => {
    const bytes = plain.v1.TopicOptions.encode({ retainMs: 0 }).finish();
    expect(Array.from(bytes)).toEqual([0x08, 0]);
  });

  test("has no codec for what is written by hand, except beside the JSON mapping", () => {
    expect(plain.v1).not.toHaveProperty("Message");
    expect(v1).toHaveProperty("Message");
  });
});

describe("frame kinds", () => {
  const schema = new protobuf.Root();
  schema.resolvePath = (_, path) => `${root}proto/${path.replace(/^.*proto\//, "")}`;
  schema.loadSync("peyk/v1/frames.proto");

  test.each([
    ["ClientFrame", CLIENT_FRAMES],
    ["ServerFrame", SERVER_FRAMES],
  ])("of %s are those of the proto", (type, frames) => {
    const oneof = schema.lookupType(`peyk.v1.${type}`).oneofs["frame"];
    const members = oneof?.fieldsArray.map(({ name, id }) => [name, id]);
    expect(Object.entries(frames)).toEqual(members);
  });
});
