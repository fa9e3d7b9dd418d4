import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Credentials } from "./cloud.ts";

const run = promisify(execFile);

/** The versions of the AWS CLI on this machine, old and new: an old one needs the endpoint as an argument. */
export const commandLines = [
  ...new Set(
    [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"]
      .map((folder) => join(folder, "aws"))
      .filter((path) => existsSync(path))
      .map((path) => realpathSync(path)),
  ),
];

/** Runs `aws …` against an endpoint. @returns what it prints, parsed; @throws Error whose `stderr` is its message. */
export async function aws(
  path: string,
  origin: string,
  args: string[],
  { accessKeyId, secretAccessKey, sessionToken }: Credentials = { accessKeyId: "test", secretAccessKey: "test" },
): Promise<Record<string, unknown>> {
  const { stdout } = await run(path, [...args, "--endpoint-url", origin, "--output", "json"], {
    env: {
      PATH: process.env.PATH,
      HOME: "/nonexistent",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_PAGER: "",
      ...(sessionToken && { AWS_SESSION_TOKEN: sessionToken }),
    },
  });
  return stdout.trim() === "" ? {} : JSON.parse(stdout);
}
