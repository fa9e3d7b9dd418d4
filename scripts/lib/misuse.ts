import { closest, distance } from "fastest-levenshtein";

/** How many letters may be wrong in an option that is a mistyped one. */
const mistyped = 2;

/**
 * What is said to whoever has called a command wrongly: what is wrong, and how it is called. All of its help would push that
 * off the screen; of a command of commands the list is what is looked for.
 * @param message yargs' own. @param help what `--help` of the command prints.
 */
export function misuse(message: string, help: string): string {
  if (/^Commands:$/m.test(help)) return `${message}\n\n${help}`;
  const [usage = ""] = help.split("\n", 1);
  const command = usage.replace(/ *[[<].*/, "");
  return `${message}${meant(message, help)}\n${usage}   (options and examples: ${command} --help)`;
}

/** The option of the help that an unknown one is nearly. */
function meant(message: string, help: string): string {
  const [, unknown] = /^Unknown argument: ([\w-]+)$/.exec(message) ?? [];
  if (unknown === undefined) return "";
  const options = [...help.matchAll(/^ +(?:-\w, )?--([\w-]+)/gm)].map(([, option = ""]) => option);
  const nearest = closest(unknown, options);
  return distance(unknown, nearest) <= mistyped ? `. Did you mean --${nearest}?` : "";
}
