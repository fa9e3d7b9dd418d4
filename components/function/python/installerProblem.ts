import { stripVTControlCharacters } from "node:util";
import { architecture } from "../platform.ts";
import { Problem } from "./problem.ts";

/** What was to be installed. */
interface Asked {
  /** The file that requires it, as users know it. */
  shown: string;
  /** Of Lambda's runtime: `3.13`. */
  version: string;
}

const unreachable = /connection|resolve host|temporary failure|network is unreachable|timed out|proxy/i;
/** uv's: `Because example==1.0.0 has no usable wheels`, or one of the others. */
const uvFindsNone = [
  /because (?:only )?([\w.-]{1,100}(?:[=<>!~]{1,2}[\w.]{1,50})?) has no (?:usable )?wheels/i,
  /there is no version of (\S{1,200})/i,
  /because (\S{1,200}) was not found in the package registry/i,
];
/** How lines begin that say what is wrong: pip's, git's, uv's. */
const reasons = ["ERROR: ", "fatal: ", "cause: "];
const aside = "ERROR: Ignored";
/** pip's word of a requirement that nothing satisfies, and of what is there: `none`, or versions in their order. */
const findsNone = "ERROR: Could not find a version that satisfies the requirement ";
const versions = " (from versions: ";

const linesOf = (said: string): string[] =>
  stripVTControlCharacters(said)
    .split("\n")
    .map((line) => line.trim());

/** The first line that says what is wrong; without any the first one. */
export function lineOf(said: string): string {
  const lines = linesOf(said.trim());
  const line = lines.find((one) => reasons.some((start) => one.startsWith(start)) && !one.startsWith(aside));
  return (line?.slice(line.indexOf(": ") + 2) ?? lines[0]!).slice(0, 300);
}

/** Why pip or uv did not install what a file requires. @param output what they printed. */
export function installerProblem(output: string, { shown, version }: Asked): Problem {
  const lines = linesOf(output);
  const text = lines.join("\n");
  const said = lines.find((line) => line.startsWith(findsNone))?.slice(findsNone.length);
  const known = said?.slice(said.indexOf(versions) + versions.length, -1).split(", ") ?? [];
  const name = said?.split(" ", 1)[0] ?? uvFindsNone.map((pattern) => pattern.exec(text)?.[1]).find(Boolean);
  // Without an index pip knows no version; uv names no package then.
  const nothing = said ? known[0] === "none" : !name && !lines.some((line) => line.startsWith("fatal: "));
  if (nothing && unreachable.test(text)) {
    return new Problem("requirements", shown, "what a package index serves: none can be reached");
  }
  if (!name) return new Problem("requirements", `${shown}: ${lineOf(text)}`, "what pip or uv can install");
  const newest = known.filter((one) => /^[\d.]+$/.test(one)).slice(-3);
  const advice =
    newest.length > 0
      ? `the newest are ${newest.join(", ")}`
      : "see its name and its files on the package index, and pin another version or replace it";
  return new Problem(
    "requirements",
    `${shown}: ${name}`,
    `a version with a wheel for Python ${version} on Linux of ${architecture}: ${advice}`,
  );
}
