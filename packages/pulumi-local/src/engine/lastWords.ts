import { stripVTControlCharacters } from "node:util";

/** Where the transpiler (SWC), having said where a program does not compile, goes on with its own stack. */
const nativeStack = /\n+Caused by:\n[\s\S]*\nStack backtrace:\n/;

/** What Node says of a module that is not there: who asked for it, and by whom that was asked for, twice. */
const missingModule =
  /(?:Error: )?(Cannot find module '[^']*')\nRequire stack:\n- (\S+)\n[\s\S]*?requireStack: \[[^\]]*\]\s*\}/g;

/**
 * What a program has to say of its end, the errors it logged or else what it printed, as a person reads it: without the
 * chain of properties that an error came through, the preamble of an uncaught one, colours, and the program's folder.
 */
export function lastWords(errors: readonly string[], output: string, directory: string): string {
  const words = stripVTControlCharacters(errors.join("\n") || output.trim())
    .replace(/(error serializing property "[^"]*": )+/g, "")
    .replace(/^Running program '.*' failed with an unhandled exception:\n/gm, "")
    .replaceAll(`${directory}/`, "")
    .replace(missingModule, "$1, which $2 imports");
  const end = words.search(nativeStack);
  return end < 0 ? words : words.slice(0, end);
}
