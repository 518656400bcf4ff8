import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../../client/src/protocol/index.js";
import {
  ERRORS,
  PacketWriter,
  PeykError,
  readErrorFrame,
  serverPacketWalker,
  toPeykError,
  writeErrorFrame,
} from "../../../client/src/protocol/index.js";
import { encodeGenerated, v1 } from "./arbitraries.js";

const codes = Object.keys(ERRORS) as ErrorCode[];

describe("the table of errors", () => {
  test("has the codes and numbers of errors.proto, and no other", () => {
    const ofProto = Object.entries(v1.ErrorCode).filter(([, number]) => number !== 0);
    const fromTable = codes.map((code) => [`ERROR_CODE_${code.toUpperCase()}`, ERRORS[code].wire]);
    expect(fromTable.sort()).toEqual(ofProto.sort());
  });

  test("has an exit code of sysexits or 1, and an HTTP status, for each", () => {
    for (const code of codes) {
      const { exit, http } = ERRORS[code];
      expect(exit === 1 || (exit >= 64 && exit <= 78)).toBe(true);
      expect(http === undefined || (http >= 400 && http <= 504)).toBe(true);
    }
  });
});

describe("an error on the wire", () => {
  const writer = new PacketWriter();

  function sent(error: PeykError): PeykError {
    writeErrorFrame(writer, 1, error);
    const packet = writer.take();
    const walker = serverPacketWalker();
    walker.reset(packet);
    walker.next();
    return readErrorFrame(packet, walker.start, walker.end);
  }

  test("keeps what its receiver may know", () => {
    const options = { field: "key", limit: 0, retryAfterMs: 0 };
    const error = sent(new PeykError("conflict", "Why it failed.", options));
    expect(error).toMatchObject({ code: "conflict", message: "Why it failed.", ...options });
    expect(sent(new PeykError("timeout", "")).limit).toBeUndefined();
  });

  test("leaves the cause and the parts of a batch behind", () => {
    const cause = new Error("secret");
    const failed = [{ index: 0, error: new PeykError("internal", "x") }];
    writeErrorFrame(writer, 1, new PeykError("internal", "Failed.", { cause, failed }));
    expect(new TextDecoder().decode(writer.take())).not.toContain("secret");
  });

  test("leaves out a limit or delay that is no whole number", () => {
    const error = sent(new PeykError("timeout", "x", { limit: 0.5, retryAfterMs: -1 }));
    expect(error.limit).toBeUndefined();
    expect(error.retryAfterMs).toBeUndefined();
  });

  test("becomes internal if this version does not know its code", () => {
    const wire = { message: "new", field: "", retryAfterMs: undefined, limit: undefined };
    expect(toPeykError({ code: 99, ...wire }).code).toBe("internal");
    expect(toPeykError({ code: 0, ...wire }).code).toBe("internal");
    const body = encodeGenerated(v1.Error, { code: 99, message: "new" });
    expect(readErrorFrame(body, 0, body.length)).toMatchObject({ code: "internal" });
  });
});
