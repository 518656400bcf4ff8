import { expect, test } from "vitest";
import { isGenerated, readCode } from "./project.js";

/** What may be the text of an error, and of what a dead letter or a log line says of one. */
const TEXT =
  /(?:const (?:detail|text) =|new \w*Error\((?:\s*"\w+",)?|\?|:|\binvalid\()\s*["`]([^"`]*)["`]/g;

const BEGINS_A_SENTENCE = /^(The|An?|It|Its|One|Say|Topic|Subscription|Frame|Request) /;

test("texts of errors begin in lower case and end without a full stop: they stand inside other sentences", () => {
  const wrong: string[] = [];
  for (const { path, text } of readCode()) {
    if (isGenerated(path) || !/^(src\/(?!cli|http)|client\/src)/.test(path)) continue;
    for (const [, said = ""] of text.matchAll(TEXT)) {
      if (BEGINS_A_SENTENCE.test(said) || /\w\.$/.test(said)) wrong.push(`${path}: ${said}`);
    }
  }
  expect(wrong).toEqual([]);
});
