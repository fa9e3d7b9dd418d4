import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import type { Credentials } from "./cloud.ts";

const run = promisify(execFile);

/** AWS command lines on this machine: an old one, which must be told the endpoint, and one that reads AWS_ENDPOINT_URL. */
export const commandLines = ["/usr/bin/aws", "/root/.pyenv/shims/aws", "/usr/local/bin/aws"].filter((path) =>
  existsSync(path),
);

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
