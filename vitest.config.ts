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
      {
        find: /^@peyk\/client\/protocol\/json$/,
        replacement: source("./client/src/protocol/json.ts"),
      },
      { find: /^@peyk\/client\/embedded$/, replacement: source("./client/src/embedded.ts") },
      { find: /^@peyk\/client$/, replacement: source("./client/src/index.ts") },
      { find: /^#socket$/, replacement: source("./client/src/socket.node.ts") },
      { find: /^#runtime$/, replacement: source("./client/src/runtime.node.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    // Most files wait for processes and disks: one core is not kept free, as it would be by default.
    maxWorkers: "100%",
    // Real processes, browsers and disks on machines that do other work, too. No test waits for it.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Its own limit is 1 s, which a busy machine may pass: the limit of the test is the only one.
    expect: { poll: { timeout: 250_000 } },
    reporters: reportFile ? ["default", ["json", { outputFile: reportFile }]] : ["default"],
  },
});
