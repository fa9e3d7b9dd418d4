/**
 * Regular expressions written by users, matched against text from others: without backtracking (RE2), which could block
 * the only thread. Lookarounds and back-references, which RE2 lacks, run in JavaScript's own engine with a time
 * limit.
 */
import { createContext, Script } from "node:vm";
import { RE2JS } from "re2js";

export interface Expression {
  /** Whether some part of the text matches; one that takes too long does not. */
  test(text: string): boolean;
  /** Whether the whole text does. */
  matchesWhole(text: string): boolean;
  /** The first group of the first match. */
  firstGroup(text: string): string | undefined;
}

/** Time limit of the fallback per text, in milliseconds. */
const longest = 250;

/** @throws SyntaxError for an invalid regular expression. */
export function compileExpression(source: string): Expression {
  // JavaScript's own parser gives the familiar error messages, and rejects syntax that only RE2 has.
  new RegExp(source);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source);
  } catch {
    return bounded(source);
  }
  return {
    test: (text) => compiled.matcher(text).find(),
    matchesWhole: (text) => compiled.matches(text),
    firstGroup(text) {
      const matcher = compiled.matcher(text);
      return matcher.find() && matcher.groupCount() > 0 ? (matcher.group(1) ?? undefined) : undefined;
    },
  };
}

const context = createContext({ source: "", text: "" }) as { source: string; text: string };
const script = new Script("new RegExp(source).exec(text)");

function bounded(source: string): Expression {
  const exec = (expression: string, text: string): string[] | null => {
    Object.assign(context, { source: expression, text });
    try {
      return script.runInContext(context as object, { timeout: longest }) as string[] | null;
    } catch {
      return null;
    }
  };
  return {
    test: (text) => exec(source, text) !== null,
    matchesWhole: (text) => exec(`^(?:${source})$`, text) !== null,
    firstGroup: (text) => exec(source, text)?.[1],
  };
}
