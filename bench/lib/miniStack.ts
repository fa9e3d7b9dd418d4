import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { root } from "./platform.ts";

const run = promisify(execFile);
const version = "1.5.33";

export interface MiniStack {
  /** With its version. */
  name: string;
  /** An SDK client that talks to it. */
  client<Client>(type: new (config: never) => Client): Client;
  stop(): Promise<void>;
}

/** MiniStack, an AWS on one machine in Python: installed by pip on first use, with its functions run without Docker, on the given interpreter. */
export async function startMiniStack(python: string): Promise<MiniStack> {
  const folder = join(root, `node_modules/.cache/ministack-${version}`);
  if (!existsSync(join(folder, "bin/ministack"))) await install(python, folder);
  const port = await freePort();
  const environment = { GATEWAY_PORT: String(port), BIND_HOST: "127.0.0.1", SERVICES: "lambda,iam,sts,logs" };
  const server = spawn(join(folder, "bin/ministack"), { env: { ...process.env, ...environment }, stdio: "ignore" });
  const endpoint = `http://127.0.0.1:${port}`;
  while (!(await fetch(endpoint).catch(() => undefined))) {
    if (server.exitCode !== null) throw new Error(`MiniStack ended with ${server.exitCode}`);
    await sleep(100);
  }
  return {
    name: `MiniStack ${version}`,
    client: (type) =>
      new type({
        endpoint,
        region: "us-east-1",
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
        maxAttempts: 1,
      } as never),
    async stop() {
      const ended = once(server, "exit");
      server.kill();
      await ended;
    },
  };
}

async function install(python: string, folder: string): Promise<void> {
  try {
    await run(python, ["-m", "venv", folder]);
    await run(join(folder, "bin/pip"), ["install", "--quiet", `ministack==${version}`]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
