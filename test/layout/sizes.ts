import ts from "typescript";
import type { ProjectFile } from "./project.js";

export const FILE_LINES = 500;
export const TEST_FILE_LINES = 800;
export const FUNCTION_LINES = 60;

export function checkFileLengths(files: readonly ProjectFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const limit = path.startsWith("test/") ? TEST_FILE_LINES : FILE_LINES;
    const count = lineCount(text);
    return count > limit ? [`${path} has ${count} lines, at most ${limit} are allowed`] : [];
  });
}

/** Counts from the first line of a function's head to its closing brace; its doc comment is free. */
export function checkFunctionLengths(files: readonly ProjectFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (isFunctionWithBody(node)) {
        const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
        const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
        const count = last - first + 1;
        if (count > FUNCTION_LINES) {
          found.push(
            `${path}:${first + 1} ${nameOf(node, source)} has ${count} lines, ` +
              `at most ${FUNCTION_LINES} are allowed`,
          );
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

function lineCount(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

function isFunctionWithBody(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

function nameOf(node: ts.FunctionLikeDeclaration, source: ts.SourceFile): string {
  if (node.name !== undefined) return node.name.getText(source);
  if (ts.isConstructorDeclaration(node)) return "constructor";
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText(source) : "a function";
}
