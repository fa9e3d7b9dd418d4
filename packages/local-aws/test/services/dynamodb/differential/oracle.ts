/** Another implementation of DynamoDB, to compare answers with: a development dependency of some platforms. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";

/** Where it is; nothing where there is none for this machine. */
export function oracleBinary(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`@dynoxide/${process.platform}-${process.arch}/dynoxide`);
  } catch {
    return undefined;
  }
}

/** An answer, or the error instead of one. */
export type Outcome = { output: Record<string, unknown> } | { error: string; message: string };

export class Oracle {
  readonly #process: ChildProcess;
  readonly #url: string;

  private constructor(running: ChildProcess, url: string) {
    this.#process = running;
    this.#url = url;
  }

  /** Starts one that keeps everything in memory. */
  static async start(binary: string): Promise<Oracle> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, "close");
    const running = spawn(binary, ["serve", "--host", "127.0.0.1", "--port", String(port)], { stdio: "ignore" });
    const oracle = new Oracle(running, `http://127.0.0.1:${port}`);
    for (let tries = 0; ; tries++) {
      try {
        await oracle.send("ListTables", {});
        return oracle;
      } catch (error) {
        if (tries === 200) throw error;
        await setTimeout(25);
      }
    }
  }

  async send(operation: string, input: object): Promise<Outcome> {
    const answer = await fetch(this.#url, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDB_20120810.${operation}`,
        // It looks for a signature and does not verify it.
        authorization:
          "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none",
        "x-amz-date": "20260101T000000Z",
      },
      body: JSON.stringify(input),
    });
    const output = (await answer.json()) as Record<string, unknown>;
    if (answer.ok) return { output };
    const message = String(output.message ?? output.Message);
    return { error: String(output.__type).split("#").at(-1) as string, message };
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }
}
