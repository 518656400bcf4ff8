import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./peyk-process.js";

/**
 * A fenced block of a document. By its language:
 *
 * - `sh`: run by bash, with `peyk` on the path. `ts`: type-checked and run. Both against a broker of the document's own,
 *   in a folder of the document's own, in order.
 * - `sh checkout`: npm in a checkout, as CI does it; checked against package.json. `sh docker`: needs a Docker engine;
 *   checked against the Dockerfile.
 * - `text output`: exactly what the block before it prints.
 * - A comment `<!-- prelude ... -->` right before a block is code that belongs to it and that no reader needs to see.
 *
 * Everything else (`text`, `json`, ...) is for reading only.
 */
export interface Snippet {
  readonly document: string;
  readonly line: number;
  readonly language: "sh" | "ts";
  /** What follows the language: "", "checkout" or "docker". */
  readonly kind: string;
  readonly code: string;
  readonly output: string | undefined;
}

/** README.md and docs/*.md. */
export function listDocuments(): string[] {
  const docs = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", ...docs.map((name) => `docs/${name}`)];
}

export function readSnippets(document: string): Snippet[] {
  const lines = readFileSync(join(ROOT, document), "utf8").split("\n");
  const snippets: Snippet[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const [, info] = /^```(.+)$/.exec(lines[index] ?? "") ?? [];
    if (info === undefined) continue;
    const end = lines.indexOf("```", index + 1);
    const code = `${preludeOf(lines, index)}${lines.slice(index + 1, end).join("\n")}\n`;
    const [language = "", kind = ""] = info.split(" ");
    const last = snippets.at(-1);
    if (info === "text output" && last) snippets[snippets.length - 1] = { ...last, output: code };
    else if (language === "sh" || language === "ts") {
      snippets.push({ document, line: index + 1, language, kind, code, output: undefined });
    }
    index = end;
  }
  return snippets;
}

/** The lines of a prelude that ends above the fence at `index`, or nothing. */
function preludeOf(lines: readonly string[], index: number): string {
  const end = lines[index - 1] === "" ? index - 2 : index - 1;
  if (lines[end] !== "-->") return "";
  const start = lines.lastIndexOf("<!-- prelude", end);
  return start < 0 ? "" : `${lines.slice(start + 1, end).join("\n")}\n`;
}
