import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { ERRORS } from "@peyk/client/protocol";

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

const reference = read("docs/reference.md");
const types = ts.createSourceFile("types.ts", read("client/src/types.ts"), ts.ScriptTarget.ES2023);

/** Names in the first column of the first table below a heading. */
function tableOf(heading: string): string[] {
  const at = reference.indexOf(`\n${heading}\n`);
  if (at < 0) throw new Error(`the reference has no "${heading}"`);
  const [, , ...rows] =
    reference
      .slice(at)
      .match(/\n(\|.*\n)+/)?.[0]
      .trim()
      .split("\n") ?? [];
  return rows.map((row) => /`(\w+)`/.exec(row)?.[1] ?? row).sort();
}

/** Names of the fields of an interface; with those of `Abortable`, if it extends that. */
function fieldsOf(name: string): string[] {
  const found = types.statements.find(
    (each): each is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(each) && each.name.text === name,
  );
  if (!found) throw new Error(`there is no interface ${name}`);
  const inherits = found.heritageClauses?.some((clause) =>
    clause.types.some((type) => type.expression.getText(types) === "Abortable"),
  );
  const own = found.members.map((member) => member.name?.getText(types) ?? "?");
  return [...own, ...(inherits ? ["signal", "timeoutMs"] : [])].sort();
}

describe("docs/reference.md", () => {
  test.each([
    "ConnectOptions",
    "Health",
    "PublishOptions",
    "Published",
    "SubscribeOptions",
    "Message",
    "Delivery",
    "MessagesOptions",
    "LiveOptions",
    "TopicOptions",
    "SubscriptionOptions",
    "Which",
    "Events",
  ])("has all of %s and nothing else", (name) => {
    expect(tableOf(`### ${name}`)).toEqual(fieldsOf(name));
  });

  test("has all error codes and nothing else, each as retryable as it is", () => {
    expect(tableOf("## 8. Errors")).toEqual(Object.keys(ERRORS).sort());
    for (const [code, { retryable }] of Object.entries(ERRORS)) {
      const row = new RegExp(`\\| \`${code}\` +\\| ${retryable ? "yes" : "no"} +\\|`);
      expect(reference).toMatch(row);
    }
  });
});
