/**
 * Regular expressions that users write, held against texts that others send: without backtracking (RE2), which would hold
 * the only thread. What RE2 does not have, lookarounds and back-references, is run by JavaScript's own engine for a limited
 * time.
 */
import { createContext, Script } from "node:vm";
import { RE2JS } from "re2js";

export interface Expression {
  /** Whether some part of the text matches; a text that takes too long does not. */
  test(text: string): boolean;
  /** Whether the whole text does. */
  matchesWhole(text: string): boolean;
  /** The first group of the first match. */
  firstGroup(text: string): string | undefined;
}

/** How long the fallback may take for a text, in milliseconds. */
const longest = 250;

/** @throws SyntaxError what is no regular expression. */
export function compileExpression(source: string): Expression {
  // It says what is wrong in the words that people know, and takes nothing that RE2 alone has.
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
