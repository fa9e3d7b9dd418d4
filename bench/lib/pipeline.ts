import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DescribeTableCommand, DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import type { Platform } from "./platform.ts";

export interface Answer {
  status: number;
  body: { id: string };
}

/** The iris pipeline of a running platform, from outside. */
export class IrisPipeline {
  readonly table: string;
  readonly client: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  readonly dynamodb: DynamoDBClient;
  readonly #url: string;
  readonly #agent: Agent;
  #made = 0;

  constructor({ outputs, stateDirectory }: Platform, connections: number) {
    const { aws, region } = JSON.parse(readFileSync(join(stateDirectory, "endpoint.json"), "utf8"));
    this.client = { endpoint: aws, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
    this.dynamodb = new DynamoDBClient(this.client);
    this.table = String(outputs.irisTableName);
    this.#url = String(outputs.irisUrl);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** A measurement that was not made before. */
  flower(): Record<string, number> {
    const count = ++this.#made;
    return {
      sepal_length: 5 + (count % 1_000) / 1_000,
      sepal_width: 3,
      petal_length: 1 + count / 1e7,
      petal_width: 0.2,
    };
  }

  post(record: object): Promise<Answer> {
    return this.#send("POST", "", JSON.stringify(record));
  }

  get(id: string): Promise<Answer> {
    return this.#send("GET", `/${id}`);
  }

  #send(method: string, path: string, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#url}${path}`, { method, agent: this.#agent }, (answer) => {
        let text = "";
        answer.on("data", (chunk) => (text += chunk));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) }));
      });
      sent.on("error", reject).end(body);
    });
  }

  /** Items of the table, or of one of its indexes. */
  async count(IndexName?: string): Promise<number> {
    let count = 0;
    const input = { TableName: this.table, Select: "COUNT" as const, ...(IndexName && { IndexName }) };
    for await (const { Count = 0 } of paginateScan({ client: this.dynamodb }, input)) count += Count;
    return count;
  }

  /** Waits until every record has its prediction. @returns seconds that it took. */
  async drained(longest = 600): Promise<number> {
    const began = performance.now();
    for (;;) {
      if ((await this.count("unpredicted")) === 0) return (performance.now() - began) / 1000;
      if (performance.now() - began > longest * 1000) throw new Error(`not drained within ${longest} s`);
      await sleep(100);
    }
  }

  /** How many records were given a prediction more than once, by the table's stream. */
  async predictedTwice(): Promise<number> {
    const { Table } = await this.dynamodb.send(new DescribeTableCommand({ TableName: this.table }));
    const StreamArn = Table?.LatestStreamArn;
    const streams = new DynamoDBStreamsClient(this.client);
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    const seen = new Set<string>();
    let twice = 0;
    for (const { ShardId } of StreamDescription?.Shards ?? []) {
      const from = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" as const };
      let { ShardIterator } = await streams.send(new GetShardIteratorCommand(from));
      while (ShardIterator) {
        const { Records = [], NextShardIterator } = await streams.send(new GetRecordsCommand({ ShardIterator }));
        for (const { eventName, dynamodb } of Records) {
          if (eventName !== "MODIFY" || !dynamodb?.NewImage?.pred_target) continue;
          const id = String(dynamodb.Keys?.id?.S);
          if (seen.has(id)) twice++;
          seen.add(id);
        }
        if (Records.length === 0) break;
        ShardIterator = NextShardIterator;
      }
    }
    return twice;
  }

  close(): void {
    this.#agent.destroy();
  }
}
