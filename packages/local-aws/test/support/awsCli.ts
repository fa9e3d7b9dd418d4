import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What the AWS CLI on PATH answers, as JSON; `undefined` where there is none. */
export async function aws(origin: string, ...args: string[]): Promise<unknown> {
  const env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
  const all = ["--endpoint-url", origin, "--region", "us-east-1", "--output", "json", ...args];
  try {
    const { stdout } = await promisify(execFile)("aws", all, { env });
    return stdout.trim() === "" ? {} : JSON.parse(stdout);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
