import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Rule } from "../../validation.ts";
import type { FunctionArgs } from "../args.ts";
import { keep, root } from "../cache.ts";
import { archive, existing, installed, type Made, remembered, sizeOf, sourcesOf, zipName, zipOf } from "./archive.ts";
import { requireNames } from "./check.ts";
import { runtime } from "./interpreter.ts";
import { Problem } from "./problem.ts";
import { hashOf } from "./sources.ts";

type PythonArgs = Pick<FunctionArgs, "entry" | "handler" | "requirements" | "include">;

/** What can be wrong with code in Python: all that its package is made of is looked at, and installed, here. */
export function pythonRules(args: PythonArgs, at = ""): Rule[] {
  const found = packed(args);
  if ("folder" in found) return [];
  return [{ ...found.problem, field: `${at}${found.problem.field}` }];
}

/** What can be wrong with a module that others import, and that is to define these names. */
export function moduleRules(entry: string, names: string[], at = ""): Rule[] {
  try {
    requireNames(entry, names, [], "entry");
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [{ ...error.rule, field: `${at}${error.rule.field}` }];
  }
}

/** The zip file of code that its rules allow, and the handler in it. */
export function pythonPackage(args: PythonArgs): { path: string; handler: string } {
  const module = basename(args.entry as string, ".py");
  return { path: zipOf(packed(args)), handler: `${module}.${handlerOf(args)}` };
}

const handlerOf = ({ handler = "lambda_handler" }: PythonArgs): string => handler;

const packed = (args: PythonArgs): Made =>
  remembered(JSON.stringify([args.entry, handlerOf(args), args.requirements, args.include]), () => pack(args));

/** Bytes of a function's package when it is unpacked; 0 for one that its rules refuse. */
export function unpackedSize(args: PythonArgs): number {
  const found = packed(args);
  return "problem" in found ? 0 : sizeOf(zipOf(found));
}

/** @returns the folder of the zip file, relative to the program: the same sources give the same bytes. */
function pack(args: PythonArgs): string {
  const entry = args.entry as string;
  const sources = sourcesOf([...(args.include ?? []), dirname(entry)]);
  const packages = installed(requirementsOf(args));
  const name = hashOf("2", runtime, handlerOf(args), basename(entry), packages?.id ?? "", sources.files);
  return keep("python/zips", name, () => {
    requireNames(entry, [handlerOf(args)], sources.modules);
    return [{ name: zipName, contents: archive(sources.files, packages) }];
  });
}

/** The file that says what the code requires. */
function requirementsOf({ entry, requirements }: PythonArgs): string | undefined {
  return requirements === undefined ? requirementsBeside(entry as string) : existing(requirements);
}

/** The file beside an entry that says what it requires: no `pyproject.toml` that only configures tools. */
export function requirementsBeside(entry: string): string | undefined {
  const [list, project] = ["requirements.txt", "pyproject.toml"].map((name) => join(dirname(entry), name)) as [
    string,
    string,
  ];
  if (existsSync(join(root, list))) return list;
  const text = existsSync(join(root, project)) ? readFileSync(join(root, project), "utf8") : "";
  return /^\[project\]/m.test(text) ? project : undefined;
}
