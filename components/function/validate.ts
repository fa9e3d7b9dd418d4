import { existsSync } from "node:fs";
import { join } from "node:path";
import { retentionRule } from "../logGroup.ts";
import { longestFunctionName } from "../naming.ts";
import { PythonLayer } from "../pythonLayer.ts";
import { integerBetween, matches, type Rule } from "../validation.ts";
import type { FunctionArgs } from "./args.ts";
import { root } from "./cache.ts";
import { languageOf } from "./package.ts";
import { pythonRules, unpackedSize } from "./python/package.ts";
import { scheduleRules } from "./schedule.ts";

/** All variables together. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const environmentBytes = 4_096;
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const reservedNames = /^(AWS_|LAMBDA_|_HANDLER$|_X_AMZN_TRACE_ID$|NODE_OPTIONS$)/;

/** What can be wrong with a function's arguments; `at` leads to them: `routes["GET /whodis"].`. */
export function functionRules(name: string, args: FunctionArgs, at = ""): Rule[] {
  const { entry, callback, asynchronous, layers } = args;
  return [
    {
      ok: name.length <= longestFunctionName,
      field: `${at}name`,
      value: name,
      allowed: `at most ${longestFunctionName} characters (64 with what is added)`,
    },
    {
      ok: (entry === undefined) !== (callback === undefined),
      field: `${at}entry`,
      value: entry && callback ? `${entry}, and a callback` : undefined,
      allowed: "either a file in entry or a function in callback",
    },
    fileRule(`${at}entry`, entry),
    {
      // nodejs24.x has no callbacks: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
      ok: callback === undefined || callback.length <= 2,
      field: `${at}callback`,
      value: `a function of ${callback?.length} arguments`,
      allowed: "an async function of (event, context)",
    },
    matches(`${at}description`, args.description, /^[\s\S]{0,256}$/, "at most 256 characters"),
    integerBetween(`${at}memory`, args.memory, 128, 10_240),
    integerBetween(`${at}timeout`, args.timeout, 1, 900),
    integerBetween(`${at}reservedConcurrency`, args.reservedConcurrency, -1, 1_000_000),
    integerBetween(`${at}asynchronous.retries`, asynchronous?.retries, 0, 2),
    integerBetween(`${at}asynchronous.maximumAge`, asynchronous?.maximumAge, 60, 21_600),
    { ok: (layers?.length ?? 0) <= 5, field: `${at}layers`, value: layers?.length, allowed: "at most 5" },
    ...layersRules(args, at),
    ...(args.schedule ? scheduleRules(`${at}schedule`, args.schedule) : []),
    retentionRule(`${at}logRetention`, args.logRetention),
    ...environmentRules(args, at),
    ...codeRules(args, at),
  ];
}

/** What is wrong with the settings comes first. */
function codeRules(args: FunctionArgs, at: string): Rule[] {
  const { entry, handler, requirements, include } = args;
  if (languageOf(args) === "Python") return existsSync(join(root, entry as string)) ? pythonRules(args, at) : [];
  const python = { handler, requirements, include };
  return Object.entries(python).map(([field, value]) => ({
    ok: value === undefined,
    field: `${at}${field}`,
    value,
    allowed: "none: it is of functions in Python",
  }));
}

/** What can be wrong with files that take the place of a component's own handlers, in TypeScript or in Python. */
export const handlersRules = (handlers: Record<string, string | undefined> = {}): Rule[] =>
  Object.entries(handlers).flatMap(([name, entry]) => {
    const file = fileRule(`handlers.${name}`, entry);
    return [file, ...(file.ok && entry?.endsWith(".py") ? pythonRules({ entry }, `handlers.${name}.`) : [])];
  });

/** Of a function and its layers together. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const largestUnzipped = 250 * 1024 * 1024;

function layersRules(args: FunctionArgs, at: string): Rule[] {
  const own = (args.layers ?? []).filter((layer): layer is PythonLayer => layer instanceof PythonLayer);
  if (own.length === 0) return [];
  const inPython = languageOf(args) === "Python";
  const known = inPython && existsSync(join(root, args.entry as string)) ? unpackedSize(args) : 0;
  const bytes = own.reduce((sum, { size }) => sum + size, known);
  return [
    {
      ok: inPython,
      field: `${at}layers`,
      value: "a PythonLayer",
      allowed: "ARNs of layer versions: modules of Python are of use to Python alone",
    },
    {
      ok: bytes <= largestUnzipped,
      field: `${at}layers`,
      value: `${Math.ceil(bytes / 1024 ** 2)} MB unzipped, with the function's own package`,
      allowed: "at most 250 MB (Lambda's quota)",
    },
  ];
}

/** A rule for a file's path, relative to the program; none at all is for others to check. */
export const fileRule = (field: string, path: string | undefined): Rule => ({
  ok: path === undefined || existsSync(join(root, path)),
  field,
  value: path,
  allowed: "a file of the program",
});

function environmentRules({ environment = {}, bindings = {} }: FunctionArgs, at: string): Rule[] {
  const names = [...Object.keys(environment), ...Object.keys(bindings)];
  const values = Object.entries(environment).map(([key, value]) => (typeof value === "string" ? key + value : key));
  const bytes = Buffer.byteLength(values.join(""));
  return [
    ...names.flatMap((key) => [
      matches(`${at}environment`, key, /^[A-Za-z]\w+$/, "names of two or more letters, digits and _, a letter first"),
      { ok: !reservedNames.test(key), field: `${at}environment`, value: key, allowed: "no name that Lambda reserves" },
    ]),
    ...Object.keys(environment).map((key) => ({
      ok: !(key in bindings),
      field: `${at}environment.${key}`,
      value: key,
      allowed: "a name that bindings do not use",
    })),
    {
      ok: bytes <= environmentBytes,
      field: `${at}environment`,
      value: `${bytes} bytes`,
      allowed: `at most ${environmentBytes} bytes (Lambda's quota for a function's environment variables)`,
    },
  ];
}
