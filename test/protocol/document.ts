import { readFileSync } from "node:fs";

/** docs/protocol.md */
export const protocolText = readFileSync(
  new URL("../../docs/protocol.md", import.meta.url),
  "utf8",
);

export interface Example {
  readonly from: "client" | "server";
  /** The heading it stands below. */
  readonly heading: string;
  readonly bytes: Uint8Array;
  readonly frame: unknown;
}

/** Every example: a block of annotated bytes, and the block of JSON that follows it. */
export function examples(): Example[] {
  const pattern = /```peyk-(client|server)\n([^`]*)```\n\n```json\n([^`]*)```/g;
  return Array.from(protocolText.matchAll(pattern), (match) => ({
    from: match[1] as Example["from"],
    heading: headingBefore(match.index),
    bytes: bytesOf(match[2] ?? ""),
    frame: JSON.parse(match[3] ?? "") as unknown,
  }));
}

/** The rows of the table whose first column has this name, without the head; code marks taken off. */
export function rowsOf(firstColumn: string): string[][] {
  const lines = protocolText.split("\n");
  const head = lines.findIndex((line) => new RegExp(`^\\| ${firstColumn} +\\|`).test(line));
  if (head < 0) throw new Error(`no table ${firstColumn}`);
  const rows = lines.slice(head + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith("|")),
    )
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
}

function headingBefore(index: number): string {
  return (
    protocolText
      .slice(0, index)
      .match(/^#+ (.*)$/gm)
      ?.at(-1)
      ?.replace(/^#+ /, "") ?? ""
  );
}

/** "0a 02 ; what that is", line by line. */
function bytesOf(block: string): Uint8Array {
  const pairs = block.replace(/;.*$/gm, "").match(/[0-9a-f]{2}/g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}
