import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { FauxqsServer } from "fauxqs";
import { AwsError, type Cloud } from "./service.ts";

/**
 * The engine behind SQS and SNS: fauxqs, on a loopback port that only the two services use. It starts with the first of
 * them that needs it, keeps its state in a SQLite file, and checks no signature: callers have passed the front by then.
 */
export class MessagingEngine {
  readonly #cloud: Cloud;
  #server: Promise<FauxqsServer> | undefined;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** What an SDK client of the engine is constructed with. */
  async client(): Promise<{
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  }> {
    const { port } = await this.start();
    const credentials = { accessKeyId: "engine", secretAccessKey: "engine" };
    return { endpoint: `http://127.0.0.1:${port}`, region: this.#cloud.region, credentials };
  }

  start(): Promise<FauxqsServer> {
    this.#server ??= (async () => {
      const dataDir = join(this.#cloud.directory, "messaging");
      mkdirSync(dataDir, { recursive: true });
      const { startFauxqs } = await import("fauxqs");
      return startFauxqs({ port: 0, host: "127.0.0.1", defaultRegion: this.#cloud.region, dataDir, logger: false });
    })();
    return this.#server;
  }

  async stop(): Promise<void> {
    await (await this.#server)?.stop();
    this.#server = undefined;
  }
}

/** The engine's errors are AWS's own; any other is the local cloud's. */
export function engineError(error: unknown): unknown {
  const { name, message, $fault, $metadata } = error as Error & {
    $fault?: string;
    $metadata?: { httpStatusCode?: number };
  };
  return $fault ? new AwsError(name, message, $metadata?.httpStatusCode ?? 400) : error;
}
