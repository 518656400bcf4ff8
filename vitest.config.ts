import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where CI wants the results as JSON; unset elsewhere. */
const reportFile = process.env["TEST_REPORT_FILE"];

export default defineConfig({
  resolve: {
    // Unit tests run on the sources, so that a class such as PeykError exists once.
    alias: [
      { find: /^@peyk\/client\/protocol$/, replacement: source("./client/src/protocol/index.ts") },
      { find: /^@peyk\/client$/, replacement: source("./client/src/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    reporters: reportFile ? ["default", ["json", { outputFile: reportFile }]] : ["default"],
  },
});
