import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { VERSION } from "../../../client/src/version.js";

test("the version is that of the package", () => {
  const manifest = new URL("../../../client/package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  expect(VERSION).toBe(version);
});
