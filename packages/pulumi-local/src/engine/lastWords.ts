import { stripVTControlCharacters } from "node:util";

/** Where the transpiler (SWC), having said where a program does not compile, goes on with its own stack. */
const nativeStack = /\n+Caused by:\n[\s\S]*\nStack backtrace:\n/;

/** What Node says of a module that is not there: who asked for it, and by whom that was asked for, twice. */
const missingModule =
  /(?:Error: )?(Cannot find module '[^']*')\nRequire stack:\n- (\S+)\n[\s\S]*?requireStack: \[[^\]]*\]\s*\}/g;

/** What Node says of an error that comes by a promise of Pulumi's, which refers to itself. */
const itsPromise = /^<ref \*1> | \{\n +promise: Promise \{ <rejected> \[Circular \*1\] \}\n\}/gm;

/**
 * What a program has to say of its end, the errors it logged or else what it printed, as a person reads it: without the
 * chain of properties and promises that an error came through, the preamble of an uncaught one, colours, and the program's
 * folder; an error that is logged by each who waited for it, once.
 */
export function lastWords(errors: readonly string[], output: string, directory: string): string {
  const words = stripVTControlCharacters([...new Set(errors)].join("\n") || output.trim())
    .replace(/(error serializing property "[^"]*": )+/g, "")
    .replace(/^Running program '.*' failed with an unhandled exception:\n/gm, "")
    .replace(itsPromise, "")
    .replaceAll(`${directory}/`, "")
    .replace(missingModule, "$1, which $2 imports");
  const end = words.search(nativeStack);
  return end < 0 ? words : words.slice(0, end);
}
