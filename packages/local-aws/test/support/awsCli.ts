import { commandLines, aws as run } from "../../testing/commandLine.ts";

/** What the AWS CLI on PATH answers; `undefined` where there is none. */
export async function aws(origin: string, ...args: string[]): Promise<unknown> {
  const [path] = commandLines;
  return path === undefined ? undefined : run(path, origin, args);
}
