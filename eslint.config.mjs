import { builtinModules } from "node:module";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const ALL_CODE = ["**/*.{ts,mts,js,mjs}"];
const TYPED_CODE = ["{src,client/src,test,bench}/**/*.ts"];
const SHIPPED_CODE = ["src/**/*.ts", "client/src/**/*.ts"];

const NODE_GLOBALS = ["Buffer", "process", "global", "setImmediate"];

const USE_CLIENT_CLOCK =
  "Use the injected Clock (client/src/clock.ts): tests decide what time it is.";
const USE_CLOCK = "Use the injected Clock (src/runtime/clock.ts): tests decide what time it is.";
const USE_RANDOM = "Use the injected Random (src/runtime/random.ts): a seed replays a whole run.";
const USE_DISK = "Use the injected Disk (src/engines/embedded/disk.ts): tests make it fail.";
const RUNS_IN_BROWSERS =
  "This file runs in browsers too; what needs Node goes to a *.node.ts file.";

const CLOCK_GLOBALS = ["setTimeout", "setInterval", "setImmediate", "performance"];
const CLOCK_MODULES = ["timers", "timers/promises", "perf_hooks"];
const DISK_MODULES = ["fs", "fs/promises"];

/** The same module with and without the prefix `node:`. */
const bothNames = (modules) => modules.flatMap((name) => [name, `node:${name}`]);
const restrict = (names, message) => names.map((name) => ({ name, message }));

/** Rules for code that is given its time and its randomness. */
const NO_REAL_TIME_OR_RANDOM = {
  "no-restricted-properties": [
    "error",
    { object: "Date", property: "now", message: USE_CLOCK },
    { object: "process", property: "hrtime", message: USE_CLOCK },
    { object: "Math", property: "random", message: USE_RANDOM },
    { object: "crypto", property: "randomUUID", message: USE_RANDOM },
    { object: "crypto", property: "getRandomValues", message: USE_RANDOM },
  ],
  "no-restricted-syntax": [
    "error",
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: USE_CLOCK },
    { selector: "CallExpression[callee.name='Date']", message: USE_CLOCK },
  ],
};

export default defineConfig(
  globalIgnores(["**/dist/", "**/generated/", "**/node_modules/", "coverage/", ".cache/"]),
  {
    files: ALL_CODE,
    extends: [tseslint.configs.base],
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-var": "error",
      "prefer-const": "error",
      "object-shorthand": "error",
      "no-constant-binary-expression": "error",
      "no-unreachable-loop": "error",
    },
  },
  {
    files: TYPED_CODE,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "separate-type-imports", disallowTypeAnnotations: false },
      ],
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-import-type-side-effects": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-unnecessary-boolean-literal-compare": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrors: "all" },
      ],
      "@typescript-eslint/prefer-readonly": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/return-await": ["error", "error-handling-correctness-only"],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // An interface with promises may have an implementation that has nothing to wait for.
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: SHIPPED_CODE,
    rules: {
      "no-console": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
    },
  },
  {
    files: ["test/**/*.ts", "bench/**/*.ts"],
    rules: { "@typescript-eslint/unbound-method": "off" },
  },
  {
    // Time, randomness and the disk are injected here, so that a simulation decides all three.
    files: ["src/**/*.ts"],
    ignores: [
      // The real ones behind the ports, and the lock that the disk takes.
      "src/runtime/*.ts",
      "src/engines/embedded/node-disk.ts",
      "src/engines/embedded/directory-lock.ts",
      // Programs, and what waits for real work in the tests of applications.
      "src/cli/**/*.ts",
      "src/journal-tools.ts",
      "src/test.ts",
    ],
    rules: {
      "no-restricted-globals": [
        "error",
        { globals: restrict(CLOCK_GLOBALS, USE_CLOCK), checkGlobalObject: true },
      ],
      ...NO_REAL_TIME_OR_RANDOM,
      "no-restricted-imports": [
        "error",
        {
          paths: [
            ...restrict(bothNames(CLOCK_MODULES), USE_CLOCK),
            ...restrict(bothNames(DISK_MODULES), USE_DISK),
            ...bothNames(["crypto"]).map((name) => ({
              name,
              importNames: [
                "randomBytes",
                "randomFill",
                "randomFillSync",
                "randomInt",
                "randomUUID",
              ],
              message: USE_RANDOM,
            })),
          ],
        },
      ],
    },
  },
  {
    files: ["client/src/**/*.ts"],
    ignores: ["client/src/**/*.node.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: restrict(["ws", ...builtinModules], RUNS_IN_BROWSERS),
          patterns: [{ group: ["node:*"], message: RUNS_IN_BROWSERS }],
        },
      ],
      "no-restricted-globals": [
        "error",
        {
          globals: restrict(NODE_GLOBALS, RUNS_IN_BROWSERS),
          checkGlobalObject: true,
        },
      ],
    },
  },
  {
    files: ["client/src/**/*.ts"],
    ignores: ["client/src/**/*.node.ts", "client/src/clock.ts", "client/src/random.ts"],
    rules: {
      ...NO_REAL_TIME_OR_RANDOM,
      "no-restricted-globals": [
        "error",
        {
          globals: [
            ...restrict(NODE_GLOBALS, RUNS_IN_BROWSERS),
            ...restrict(["setTimeout", "setInterval", "performance"], USE_CLIENT_CLOCK),
          ],
          checkGlobalObject: true,
        },
      ],
    },
  },
);
