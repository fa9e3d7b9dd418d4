/** A run's dashboard. On AWS it is Spark's own pages; here it is the driver's output so far. */
import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { Site } from "../../http/raw.ts";
import { show } from "../../kit/htmlPage.ts";
import type { Cloud, Operation } from "../../service.ts";
import { isOver } from "./model.ts";
import type { Records } from "./records.ts";

/** https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_GetDashboardForJobRun.html */
const urlMs = 3_600_000;
/** Bytes shown from the end of each stream. */
const shownBytes = 256 * 1024;

interface Granted {
  application: string;
  run: string;
  attempt: number;
  expires: number;
}

type Input = { applicationId: string; jobRunId: string; attempt?: number };

export class Dashboards implements Site {
  readonly #cloud: Cloud;
  readonly #records: Records;
  readonly #urls = new Map<string, Granted>();

  constructor(cloud: Cloud, records: Records) {
    this.#cloud = cloud;
    this.#records = records;
  }

  get operations(): Record<string, Operation> {
    const { names } = this.#records;
    return {
      GetDashboardForJobRun: {
        access: ({ applicationId, jobRunId }: Input) => [
          { action: "emr-serverless:GetDashboardForJobRun", resource: names.run(applicationId, jobRunId) },
        ],
        run: ({ applicationId, jobRunId, attempt }: Input) => {
          const { attempts } = this.#records.run(applicationId, jobRunId);
          const number = attempt ?? attempts.length;
          if (!attempts[number - 1]) throw names.missing(`Attempt ${number} of job run`, jobRunId);
          return { url: this.#url({ application: applicationId, run: jobRunId, attempt: number }) };
        },
      },
    };
  }

  /** Anyone with the URL has access, for an hour. */
  #url(of: Omit<Granted, "expires">): string {
    const now = Date.now();
    for (const [token, { expires }] of this.#urls) if (expires <= now) this.#urls.delete(token);
    const token = randomBytes(32).toString("base64url");
    this.#urls.set(token, { ...of, expires: now + urlMs });
    const { port } = new URL(this.#cloud.origin);
    const host = `${of.run}.dashboard.${this.#cloud.region}.emr-serverless.localhost`;
    return `http://${host}:${port}/?authToken=${token}`;
  }

  handle({ url = "/" }: IncomingMessage, response: ServerResponse, host: string): void {
    const granted = this.#urls.get(new URL(url, "http://localhost").searchParams.get("authToken") ?? "");
    if (!granted || granted.expires <= Date.now() || host !== `${granted.run}.dashboard`) {
      const text = "A dashboard's URL is valid for an hour, and until the local cloud stops.";
      show(response, { status: 403, title: "This URL is not valid", text });
      return;
    }
    this.#show(granted, response).catch(() => response.destroy());
  }

  upgrade(_request: IncomingMessage, socket: Duplex): void {
    socket.destroy();
  }

  async #show({ application, run: id, attempt }: Granted, response: ServerResponse): Promise<void> {
    const run = this.#records.run(application, id);
    const folder = join(this.#cloud.directory, "emr-serverless", application, id, String(attempt));
    const [stdout, stderr] = await Promise.all(["stdout", "stderr"].map((name) => endOf(join(folder, name))));
    const command = `stdout\n\n${stdout}\n\nstderr\n\n${stderr}`;
    const headers: Record<string, string> = isOver(run.state) ? {} : { refresh: "5" };
    show(response, { status: 200, title: run.input.name ?? id, text: `${run.state} ${run.details}`, command, headers });
  }
}

/** Empty for a missing file. */
async function endOf(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return "";
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - shownBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
