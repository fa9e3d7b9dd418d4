/**
 * Wrapper scripts: what `AWS_LAMBDA_EXEC_WRAPPER` names is started in place of the runtime, and starts that itself.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
 */
import { spawn } from "node:child_process";
import { join } from "node:path";

export interface WrapperPlace {
  taskRoot: string;
  layerRoot: string | undefined;
}

/** Reports its environment on a channel of its own, whatever the script prints. */
const report = 'require("node:fs").writeSync(3, JSON.stringify(process.env))';

/** The script on this machine; `undefined` without one. */
export function wrapperOf(
  variables: Record<string, string> | undefined,
  { taskRoot, layerRoot }: WrapperPlace,
): string | undefined {
  const path = variables?.AWS_LAMBDA_EXEC_WRAPPER;
  if (!path) return undefined;
  if (path.startsWith("/var/task/")) return join(taskRoot, path.slice("/var/task".length));
  return path.startsWith("/opt/") && layerRoot ? join(layerRoot, path.slice("/opt".length)) : path;
}

/** A command that the script starts. Through a shell, so that one that is missing ends with the status that shells give. */
export const wrapped = (script: string, command: string[]): string[] => [
  "/bin/sh",
  "-c",
  'exec "$@"',
  "sh",
  script,
  ...command,
];

/**
 * The variables with which a script starts its runtime, for runtimes that are no process of their own.
 * @returns its exit status when it starts none.
 */
export function variablesOf(
  script: string,
  variables: Record<string, string>,
  { cwd, timeout }: { cwd: string; timeout: number },
): Promise<Record<string, string> | number> {
  const [program = "", ...parameters] = wrapped(script, [process.execPath, "-e", report]);
  const child = spawn(program, parameters, {
    cwd,
    timeout,
    env: variables,
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  let told = "";
  (child.stdio[3] as NodeJS.ReadableStream).on("data", (chunk: Buffer) => {
    told += chunk;
  });
  return new Promise((resolve) => {
    child.once("error", () => resolve(127));
    child.once("close", (code) => {
      try {
        resolve(JSON.parse(told) as Record<string, string>);
      } catch {
        resolve(code || 1);
      }
    });
  });
}
