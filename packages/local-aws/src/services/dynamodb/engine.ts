/**
 * The engine behind DynamoDB: dynoxide, one process on a loopback port and one SQLite file, started with the first
 * request and started again on its file whenever it ends. What it acknowledged is in the file; what it did not is
 * answered as a retryable error, or tried again where that changes nothing.
 */
import { type ChildProcess, spawn } from "node:child_process";
import http from "node:http";
import https from "node:https";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { AwsError } from "../../service.ts";

export interface EngineAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface EngineOptions {
  /** The engine's database. */
  file: string;
  region: string;
  /** Another server with DynamoDB's protocol, instead of the engine (`LOCAL_DYNAMODB_ENDPOINT`). */
  endpoint?: string | undefined;
  /** Called each time the engine answers, before the first request goes to it. */
  onReady?: () => void;
}

/** Ends the engine when its standard input closes: with this process, however that ends. */
const guard = `exec 3<&0; "$@" </dev/null >/dev/null & child=$!; echo $child
(read -r _ <&3; kill $child) >/dev/null 2>&1 & reader=$!
wait $child; code=$?; kill $reader 2>/dev/null; exit $code`;

/** Tries to start before a request is given up. */
const maxStarts = 5;

export class Engine {
  readonly #options: EngineOptions;
  readonly #agent: http.Agent;
  #url: Promise<URL> | undefined;
  #process: ChildProcess | undefined;
  /** Whether that process answers requests. */
  #up = false;
  /** Resolved once it has ended. */
  #ended: Promise<void> = Promise.resolve();
  #stopped = false;
  /** Process id of the engine while it runs. */
  pid: number | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#agent = new (options.endpoint?.startsWith("https:") ? https : http).Agent({
      keepAlive: true,
      maxSockets: 64,
    });
  }

  /**
   * @param target `DynamoDB_20120810.PutItem`
   * @param repeatable whether doing it twice is as good as once: then it is sent again when the engine ended meanwhile.
   * @throws AwsError `InternalServerError` (500, retryable) when the engine ended and nobody knows how far it came.
   */
  async send(target: string, body: string, repeatable: boolean): Promise<EngineAnswer> {
    for (let attempt = 1; ; attempt++) {
      const url = await this.#ready();
      try {
        return await this.#post(url, target, body);
      } catch (error) {
        const refused = (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
        if (!this.#options.endpoint) await this.#gone();
        if (attempt < 3 && (refused || repeatable)) continue;
        throw new AwsError("InternalServerError", "The request could not be completed; try again.", 500);
      }
    }
  }

  /** Starts the engine; requests do so by themselves. */
  async start(): Promise<void> {
    await this.#ready();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#agent.destroy();
    this.#process?.stdin?.end();
    await this.#ended;
  }

  #ready(): Promise<URL> {
    if (this.#options.endpoint) return Promise.resolve(new URL(this.#options.endpoint));
    this.#url ??= this.#launch().catch((error) => {
      this.#url = undefined;
      throw error;
    });
    return this.#url;
  }

  async #launch(): Promise<URL> {
    const binary = engineBinary();
    for (let start = 1; ; start++) {
      if (this.#stopped) throw new AwsError("InternalServerError", "The local cloud is shutting down.", 500);
      // The engine does not tell a port that it chose itself.
      const port = await freePort();
      const running = await this.#spawn(binary, port);
      const url = new URL(`http://127.0.0.1:${port}`);
      if (await this.#answers(url, running)) {
        this.#up = true;
        this.#options.onReady?.();
        return url;
      }
      if (start === maxStarts) {
        throw new AwsError("InternalServerError", `The DynamoDB engine does not start on ${this.#options.file}`, 500);
      }
    }
  }

  async #spawn(binary: string, port: number): Promise<ChildProcess> {
    const command = [binary, "serve", "--host", "127.0.0.1", "--port", String(port), "--db-path", this.#options.file];
    const running = spawn("sh", ["-c", guard, "sh", ...command], { stdio: ["pipe", "pipe", "ignore"] });
    this.#process = running;
    running.stdin?.on("error", () => {});
    const ended = new Promise<void>((done) => running.once("exit", () => done()));
    this.#ended = ended;
    void ended.then(() => {
      if (this.#process !== running) return;
      this.pid = undefined;
      // What is still being launched tries again by itself.
      if (this.#up) this.#url = undefined;
      this.#up = false;
    });
    if (this.#stopped) running.stdin?.end();
    const said = new Promise<string>((done) =>
      createInterface(running.stdout as NodeJS.ReadableStream).once("line", done),
    );
    const line = await Promise.race([said, ended]);
    this.pid = line ? Number(line) : undefined;
    return running;
  }

  /** Waits until the engine that ended is known to have ended, so that the next request starts another. */
  async #gone(): Promise<void> {
    // A connection may also break for itself.
    await Promise.race([this.#ended, setTimeout(200)]);
  }

  async #answers(url: URL, running: ChildProcess): Promise<boolean> {
    while (running.exitCode === null && running.signalCode === null) {
      try {
        await this.#post(url, "DynamoDB_20120810.ListTables", "{}");
        return true;
      } catch {
        await setTimeout(5);
      }
    }
    return false;
  }

  #post(url: URL, target: string, body: string): Promise<EngineAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<EngineAnswer>();
    const { request } = url.protocol === "https:" ? https : http;
    const outgoing = request(url, {
      method: "POST",
      agent: this.#agent,
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "content-length": Buffer.byteLength(body),
        "x-amz-target": target,
        // The engine looks for a signature and does not verify it: callers have passed the front by then.
        authorization: `AWS4-HMAC-SHA256 Credential=engine/20260101/${this.#options.region}/dynamodb/aws4_request, SignedHeaders=host, Signature=none`,
        "x-amz-date": "20260101T000000Z",
      },
    });
    outgoing.on("response", (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: text }));
      answer.on("error", reject);
      answer.on("close", () => reject(new Error("the engine's answer broke off")));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
    return promise;
  }
}

/** @throws AwsError naming the way out where there is no engine for this machine. */
export function engineBinary(platform: string = process.platform, arch: string = process.arch): string {
  const machine = `${platform}-${arch}`;
  try {
    return createRequire(import.meta.url).resolve(`@dynoxide/${machine}/dynoxide`);
  } catch {
    throw new AwsError(
      "ServiceUnavailable",
      `There is no DynamoDB engine for ${machine}: start a server that speaks DynamoDB's protocol and name it in LOCAL_DYNAMODB_ENDPOINT, as http://127.0.0.1:8000`,
      503,
    );
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
