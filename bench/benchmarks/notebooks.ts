import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BatchWriteItemCommand, DynamoDBClient, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { DeleteScheduleCommand, ListSchedulesCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { marshall } from "@aws-sdk/util-dynamodb";
import { signedFetch } from "../../scripts/lib/signedFetch.ts";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { percentile } from "../lib/load.ts";
import { type Platform, removeFolder, startPlatform } from "../lib/platform.ts";

/** How many notebooks there are as the routes are asked. */
const sizes = [100, 1_000, 10_000];
const lists = 300;
const creations = 60;
/** Requests before those that count: environments start, and code is compiled. */
const warm = 150;

/** Routes of notebooks, by callers who sign their requests, one request after the other: a page of the list, a creation. */
const notebooks: Benchmark = {
  name: "notebooks",
  async run() {
    const platform = await startPlatform({ environment: { LOCAL_WATCH: "off", PATH: withoutJupyter() } });
    const bench = new NotebookBench(platform);
    try {
      await bench.rest();
      for (let count = 0; count < warm; count++) {
        await bench.create();
        await bench.list();
      }
      const rows: Row[] = [];
      const typical: Record<string, number[]> = { list: [], create: [] };
      for (const size of sizes) {
        await bench.fill(size);
        for (const [kind, count] of [
          ["list", lists],
          ["create", creations],
        ] as const) {
          const times: number[] = [];
          for (let request = 0; request < count; request++) times.push(await bench[kind]());
          const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
          typical[kind]!.push(p50);
          rows.push({
            what: `${kind === "list" ? "GET" : "POST"} /notebooks, of ${size.toLocaleString("en")}, p50 / p99`,
            figure: `${p50.toFixed(1)} ms / ${p99.toFixed(1)} ms`,
            goal: "p50 <= 15 ms",
            met: p50 <= 15,
          });
        }
        if (size === 1_000)
          rows.push({
            what: "all of 1,000 notebooks, by pages of 100",
            figure: `${(await bench.listAll()).toFixed(0)} ms`,
          });
      }
      for (const [kind, [few, , many]] of Object.entries(typical)) {
        const growth = many! / few!;
        rows.push({
          what: `the same, ${kind} of 10,000 against 100`,
          figure: `${growth.toFixed(2)} times`,
          goal: "flat (at most 1.5 times, on a noisy machine)",
          met: growth <= 1.5,
        });
      }
      return rows;
    } finally {
      bench.close();
      await platform.stop();
      await removeFolder(platform.stateDirectory);
    }
  },
};
export default notebooks;

/** Routes are what is measured, and not a hundred servers that start: there is no JupyterLab. */
const withoutJupyter = (): string =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !existsSync(join(folder, "jupyter-lab")))
    .join(delimiter);

class NotebookBench {
  readonly #url: string;
  readonly #table: string;
  readonly #dynamodb: DynamoDBClient;
  readonly #scheduler: SchedulerClient;
  readonly #fetch: ReturnType<typeof signedFetch>;
  #count = 0;

  constructor({ outputs, stateDirectory }: Platform) {
    const { aws, region } = JSON.parse(readFileSync(join(stateDirectory, "endpoint.json"), "utf8"));
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = { endpoint: aws, region, credentials };
    this.#url = `${outputs.platformUrl}/notebooks`;
    this.#table = String(outputs.notebooksTableName);
    this.#dynamodb = new DynamoDBClient(client);
    this.#scheduler = new SchedulerClient(client);
    this.#fetch = signedFetch(credentials, region);
  }

  /** Stops the cleaner, which would look for the instances of notebooks that have none. */
  async rest(): Promise<void> {
    const { Schedules = [] } = await this.#scheduler.send(new ListSchedulesCommand({ MaxResults: 100 }));
    const { Name, GroupName } = Schedules.find(({ Name }) => /notebooks-clean/.test(Name ?? ""))!;
    await this.#scheduler.send(new DeleteScheduleCommand({ Name, GroupName }));
  }

  /** So many notebooks, those that were made included. */
  async fill(size: number): Promise<void> {
    while (this.#count < size) {
      const Requests = Array.from({ length: Math.min(25, size - this.#count) }, () => this.#item());
      await this.#dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [this.#table]: Requests } }));
    }
  }

  #item(): WriteRequest {
    const NotebookId = `filled-${++this.#count}`;
    const Timestamp = new Date(Date.now() - 86_400_000 + this.#count).toISOString();
    const Item = {
      ...{ NotebookId, Name: NotebookId, InstanceType: "ml.t3.medium", VolumeSize: 5, RootAccess: false },
      ...{ DirectInternetAccess: true, IdleMinutes: 60, ClusterBacked: false, Nb_status: "Stopped", Timestamp },
      ...{ Listed: "notebooks", TimeKey: `${Timestamp}#${NotebookId}`, Revision: "000000000000" },
    };
    return { PutRequest: { Item: marshall(Item) } };
  }

  /** Milliseconds of a first page. */
  list = (): Promise<number> => this.#timed("GET", "");

  /** Milliseconds of a creation; it returns when all that follows is done, so that the next one has the machine to itself. */
  create = async (): Promise<number> => {
    const Name = `made-${++this.#count}`;
    const time = await this.#timed("POST", "", { Name });
    while (!/InService/.test((await this.#send("GET", `/${Name}`)).Nb_status)) await sleep(20);
    // The item is told of each state by an event of its own.
    await sleep(150);
    return time;
  };

  /** Milliseconds of the whole list. */
  async listAll(): Promise<number> {
    const began = performance.now();
    for (let token: string | undefined, first = true; first || token; first = false) {
      ({ token } = await this.#send("GET", `?limit=100${token ? `&token=${token}` : ""}`));
    }
    return performance.now() - began;
  }

  async #timed(method: string, path: string, body?: object): Promise<number> {
    const began = performance.now();
    await this.#send(method, path, body);
    return performance.now() - began;
  }

  // biome-ignore lint/suspicious/noExplicitAny: bodies of every route
  async #send(method: string, path: string, body?: object): Promise<any> {
    const request = { method, ...(body && { body: JSON.stringify(body) }) };
    const answer = await this.#fetch(new URL(`${this.#url}${path}`), request);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /notebooks${path} answered ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  close(): void {
    this.#dynamodb.destroy();
    this.#scheduler.destroy();
  }
}
