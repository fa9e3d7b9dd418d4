/**
 * Finds a function's handler as AWS's Node.js runtime does, and limits its modules to what it would have there: its own
 * package, its layers, Node's own modules and the AWS SDK. Other packages on this machine are not found.
 */
import { existsSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { basename, join, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { RuntimeError } from "./errors.ts";
import type { EnvironmentStart } from "./protocol.ts";

export type Handler = (event: unknown, context: object, callback?: Callback) => unknown;
export type Callback = (error?: unknown, result?: unknown) => void;

/** Packages that the managed runtimes include. */
const provided = /^@(aws-sdk|smithy|aws-crypto)\//;

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html */
export async function loadHandler(start: EnvironmentStart): Promise<Handler> {
  const { taskRoot, handler } = start;
  confine(start);
  if (handler.includes("..")) {
    throw new RuntimeError(
      "MalformedHandlerName",
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const name = basename(handler);
  const folder = handler.slice(0, handler.indexOf(name));
  const [, moduleName, path] = /^([^.]*)\.(.*)$/.exec(name) ?? [];
  if (!moduleName || !path) throw new RuntimeError("MalformedHandlerName", "Bad handler");
  const module = await load(taskRoot, folder, moduleName);
  const found = path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], module);
  if (found === undefined || found === null) {
    throw new RuntimeError("HandlerNotFound", `${handler} is undefined or not exported`);
  }
  if (typeof found !== "function") throw new RuntimeError("HandlerNotFound", `${handler} is not a function`);
  if (!start.callbacks && found.length >= 3) throw new RuntimeError("CallbackHandlerDeprecated", noCallbacks);
  return found as Handler;
}

const noCallbacks =
  "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to " +
  "modify this function to use a supported handler signature to use Node.js 24 or later. For more information see " +
  "https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";

async function load(taskRoot: string, folder: string, name: string): Promise<unknown> {
  const path = resolve(taskRoot, folder, name);
  try {
    for (const extension of ["", ".js", ".mjs", ".cjs"]) {
      if (existsSync(path + extension)) return exportsOf(await import(pathToFileURL(path + extension).href));
    }
    const require = createRequire(join(taskRoot, "index.js"));
    return require(require.resolve(name, { paths: [taskRoot, join(taskRoot, folder)] }));
  } catch (thrown) {
    const error = thrown as NodeJS.ErrnoException;
    if (error instanceof SyntaxError) throw new RuntimeError("UserCodeSyntaxError", String(error), error.stack);
    if (error?.code === "MODULE_NOT_FOUND") throw new RuntimeError("ImportModuleError", String(error), error.stack);
    throw thrown;
  }
}

/** A CommonJS module that assigns its exports at run time shows them only in `default` when it is imported. */
function exportsOf(module: Record<string, unknown>): unknown {
  const whole = module["module.exports"] ?? module.default;
  return whole !== null && typeof whole === "object" && "module.exports" in module ? whole : module;
}

function confine({ taskRoot, layerRoot, sdkRoot }: EnvironmentStart): void {
  const roots = [taskRoot, ...(layerRoot ? [layerRoot] : [])].map((root) => root + sep);
  const own = (url: string | undefined) => url?.startsWith("file:") && isWithin(fileURLToPath(url), roots);
  registerHooks({
    resolve(specifier, context, next) {
      // Imports by the SDK's own modules are not restricted.
      if (!own(context.parentURL)) return next(specifier, context);
      try {
        const resolved = next(specifier, context);
        if (!resolved.url.startsWith("file:") || own(resolved.url)) return resolved;
      } catch (error) {
        if (!provided.test(specifier)) throw error;
      }
      if (provided.test(specifier)) return next(specifier, { ...context, parentURL: sdkRoot });
      throw notFound(specifier, context.parentURL as string, context.conditions.includes("require"));
    },
  });
}

const isWithin = (path: string, roots: string[]) => roots.some((root) => path.startsWith(root));

function notFound(specifier: string, parentUrl: string, required: boolean): Error {
  const parent = fileURLToPath(parentUrl);
  const message = required
    ? `Cannot find module '${specifier}'\nRequire stack:\n- ${parent}`
    : `Cannot find package '${specifier}' imported from ${parent}`;
  return Object.assign(new Error(message), { code: required ? "MODULE_NOT_FOUND" : "ERR_MODULE_NOT_FOUND" });
}
