import type { ProjectFile } from "./project.js";

interface Leftover {
  readonly pattern: RegExp;
  readonly files: RegExp;
  readonly says: string;
}

// The character classes keep these lines from finding themselves.
const LEFTOVERS: readonly Leftover[] = [
  {
    pattern: /\b(?:TO[D]O|FIXM[E]|XX[X])\b/,
    files: /./,
    says: "is a note to oneself: do it, or open an issue",
  },
  {
    pattern: /^(?!\s*(?:\*|\/\/)).*\bconsole\.\w+\(/,
    files: /^(client\/)?src\//,
    says: "prints by the way: use the logger, or the output of the command",
  },
  {
    pattern: /\b(?:test|it|describe|suite|bench)(?:\.\w+)*\.(?:only|skip|todo)\b/,
    files: /^(test|bench)\//,
    says: "switches tests off",
  },
  { pattern: /\bdebugger\b;?$/, files: /\.(ts|js|mjs)$/, says: "stops in a debugger" },
];

const MACHINE_PATH = /(?<![\w.:}*-])\/(?:home|root|work|tmp|Users)\/[\w.-]/;
const REGISTRY_HOST = /\b(?:registry\.(?:npmjs|yarnpkg)|(?:deb|archive)\.(?:debian|ubuntu))\b/;

/** One sentence for each line with a note, a print or a switched-off test. */
export function checkLeftovers(files: readonly ProjectFile[]): string[] {
  return LEFTOVERS.flatMap(({ pattern, files: where, says }) =>
    findLines(
      files.filter((file) => where.test(file.path)),
      pattern,
      says,
    ),
  );
}

/** One sentence for each line that is true on one machine only. */
export function checkMachineWords(files: readonly ProjectFile[]): string[] {
  return [
    ...findLines(files, MACHINE_PATH, "is a path of one machine"),
    ...findLines(files, REGISTRY_HOST, "names a package registry: that is the machine's setting"),
  ];
}

function findLines(files: readonly ProjectFile[], pattern: RegExp, says: string): string[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => {
      const match = pattern.exec(line);
      return match === null ? [] : [`${path}:${index + 1} "${match[0].trim()}" ${says}`];
    }),
  );
}
