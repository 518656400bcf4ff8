import { describe, expect, test } from "vitest";
import { createOriginPolicy } from "../../../src/transport/origins.js";

const ALLOWED = ["https://app.example.com", "http://intern:8080", "https://bücher.example"];

const TABLE: readonly (readonly [origin: string, isAllowed: boolean])[] = [
  ["https://app.example.com", true],
  ["https://APP.example.com", true],
  ["HTTPS://app.EXAMPLE.com", true],
  ["https://app.example.com:443", true],
  ["https://app.example.com:8443", false],
  ["http://app.example.com", false],
  ["https://example.com", false],
  ["https://evil.app.example.com", false],
  ["https://app.example.com.evil.com", false],
  ["https://app.example.comevil.com", false],
  ["https://evilapp.example.com", false],
  ["https://app.example.com@evil.com", false],
  ["https://user@app.example.com", false],
  ["https://user:secret@app.example.com", false],
  ["https://app.example.com/path", false],
  ["https://app.example.com?x=1", false],
  ["https://app.example.com#x", false],
  ["https://app.example.com.", false],
  ["https://app%2eexample.com", true], // the same host, as URL parsers read it
  ["https://app.example.com, https://evil.com", false],
  ["https://app.example.com https://evil.com", false],
  ["null", false],
  ["", false],
  ["*", false],
  ["file://", false],
  ["chrome-extension://abcdef", false],
  ["data:text/html,x", false],
  ["javascript:alert(1)", false],
  ["ws://app.example.com", false],
  ["http://intern:8080", true],
  ["http://intern", false],
  ["https://bücher.example", true],
  ["https://xn--bcher-kva.example", true],
  ["https://bucher.example", false],
  ["http://localhost", true],
  ["http://localhost:5173", true],
  ["https://localhost:3000", true],
  ["http://app.localhost:3000", true],
  ["http://127.0.0.1:8080", true],
  ["http://127.8.9.1", true],
  ["http://[::1]:3000", true],
  ["http://localhost.evil.com", false],
  ["http://evil-localhost", false],
  ["http://127.0.0.1.evil.com", false],
  ["http://0.0.0.0", false],
  ["http://192.168.1.2", false],
  ["http://[::ffff:127.0.0.1]", false],
];

describe("an origin", () => {
  const policy = createOriginPolicy(ALLOWED);

  test.each(TABLE)("%s is allowed: %s", (origin, isAllowed) => {
    expect(policy.allows(origin)).toBe(isAllowed);
  });

  test("that is not there is no page's", () => {
    expect(policy.allows(undefined)).toBe(true);
  });

  test.each(["app.example.com", "*", "https://app.example.com/path", "null"])(
    "cannot be allowed by %s",
    (origin) => {
      expect(() => createOriginPolicy([origin])).toThrow(/is no origin/);
    },
  );
});
