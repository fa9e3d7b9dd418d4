/**
 * Regular expressions written by users, matched against text from others: without backtracking (RE2), which could block
 * the only thread. Lookarounds and back-references, which RE2 lacks, run in JavaScript's own engine with a time
 * limit.
 */
import { createRequire } from "node:module";
import { createContext, Script } from "node:vm";
import type { RE2JS } from "re2js";

const require = createRequire(import.meta.url);
/** Loaded with the first expression: it is a fifth of what a cloud would load at its start. */
const compile = (source: string): RE2JS => (require("re2js") as typeof import("re2js")).RE2JS.compile(source);

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
    compiled = compile(source);
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

/**
 * @param by what each match is replaced by, in which `$1` is the first group.
 * @param most how many matches are replaced. Default: all.
 * @throws SyntaxError for an invalid regular expression.
 */
export function replaceAll(source: string, text: string, by: string, most?: number): string {
  const matcher = linear(source).matcher(text);
  return most === 1 ? matcher.replaceFirst(by) : matcher.replaceAll(by);
}

/** Parts of a text, empty ones at its end left out. @throws SyntaxError for an invalid regular expression. */
export const split = (source: string, text: string): string[] => linear(source).split(text);

/** @throws SyntaxError also for what RE2 lacks. */
function linear(source: string): RE2JS {
  new RegExp(source);
  try {
    return compile(source);
  } catch (error) {
    throw new SyntaxError((error as Error).message);
  }
}

/** A context has its own copy of all that JavaScript has: there is one where an expression needs it. */
let aside: { context: { source: string; text: string }; script: Script } | undefined;

function bounded(source: string): Expression {
  const exec = (expression: string, text: string): string[] | null => {
    aside ??= {
      context: createContext({ source: "", text: "" }) as { source: string; text: string },
      script: new Script("new RegExp(source).exec(text)"),
    };
    const { context, script } = aside;
    Object.assign(context, { source: expression, text });
    try {
      return script.runInContext(context, { timeout: longest }) as string[] | null;
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
