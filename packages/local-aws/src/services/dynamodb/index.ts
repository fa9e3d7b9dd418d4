/**
 * DynamoDB and its streams: an engine behind AWS's endpoint, with IAM before it and what it leaves undone beside it.
 * A request's JSON goes to the engine and comes back as it is wherever nothing has to be changed.
 */

import { join } from "node:path";
import { withRequestKeys } from "../../authorization/requestKeys.ts";
import { parseJson } from "../../jsonText.ts";
import { checkReach } from "../../reach.ts";
import {
  type Access,
  AwsError,
  type Call,
  type Cloud,
  type Operation,
  type RawRequest,
  type RawResponse,
  type Service,
} from "../../service.ts";
import type { Wakes } from "../../wakes.ts";
import { needs } from "./access.ts";
import { Engine, type EngineAnswer } from "./engine.ts";
import { checkExpressions } from "./expressions.ts";
import { EngineFile } from "./file.ts";
import { PartitionKeys } from "./leadingKeys.ts";
import { Names, streamOf, tableOf } from "./names.ts";
import { controlOperations, readOperations, streamOperations, writeOperations } from "./operations.ts";
import { Settings } from "./settings.ts";
import { Streams } from "./streams.ts";
import { TableSettings } from "./tableSettings.ts";
import { TimeToLive } from "./ttl.ts";

type Json = Record<string, unknown>;

export interface DynamoDbOptions {
  /** Another server with DynamoDB's protocol. Default `LOCAL_DYNAMODB_ENDPOINT`, else the engine that comes along. */
  endpoint?: string | undefined;
  /** Milliseconds between two looks for expired items. Default 10,000. */
  ttlInterval?: number;
}

export interface DynamoDb extends Service {
  /** Process id of the engine while it runs. */
  readonly enginePid: number | undefined;
  /** Looks for expired items now. */
  sweep(): Promise<void>;
}

/**
 * In process (`cloud.call`), inputs and outputs are the JSON of the wire: times in seconds since the epoch, binary values
 * in base64 (an input may also have bytes).
 */
export function createDynamoDb(cloud: Cloud, wakes: Wakes, options: DynamoDbOptions = {}): DynamoDb {
  const { endpoint = process.env.LOCAL_DYNAMODB_ENDPOINT || undefined, ttlInterval = 10_000 } = options;
  const names = new Names(cloud.region, cloud.accountId);
  const streams = new Streams(cloud.store.collection("dynamodb.views"), cloud.region, names);
  const settings = new Settings(cloud.store, names);
  const tables = new TableSettings(cloud.store.collection("dynamodb.tables"), (keyId) => keyArn(cloud, keyId));
  const path = join(cloud.directory, "dynamodb.sqlite");
  let file: EngineFile | undefined;
  let trimming: NodeJS.Timeout | undefined;
  const engine = new Engine({
    file: path,
    region: cloud.region,
    endpoint,
    onReady() {
      file ??= new EngineFile(path);
      trimming ??= setInterval(trim, 60_000).unref();
    },
  });
  const trim = () => {
    if (file?.trim()) setImmediate(trim);
  };
  const ttl = new TimeToLive(cloud.store.collection("dynamodb.ttl"), ttlInterval, {
    send: (operation, input) => ask(operation, input),
    file: () => file,
    onExpired: (table) => wakes.ring(names.table(table)),
  });

  const send = (operation: string, body: string): Promise<EngineAnswer> => {
    const api = streamOperations.has(operation) ? "DynamoDBStreams_20120810" : "DynamoDB_20120810";
    return engine.send(`${api}.${operation}`, body, readOperations.has(operation) || streamOperations.has(operation));
  };

  /** Sends to the engine what nobody outside asked for. */
  const ask = async (operation: string, input: Json): Promise<Json> =>
    parsed(await send(operation, JSON.stringify(input)));
  const describe = async (TableName: string) => (await ask("DescribeTable", { TableName })).Table as Json;

  const keys = new PartitionKeys(describe);

  const access = async (operation: string, input: Json): Promise<Access[]> =>
    (await needs(operation, input, names, keys)).map((need) => {
      const resourcePolicy = settings.policy(need.resource.split("/index/")[0] as string);
      return resourcePolicy ? { ...need, resourcePolicy } : need;
    });

  /** @param text the input as it came, when it did. */
  async function perform(operation: string, input: Json, text?: string): Promise<EngineAnswer> {
    checkExpressions(input);
    const own = settings.operations[operation];
    if (own) return answer(await own(input, describe));
    if (streamOperations.has(operation)) return performStream(operation, input);
    const given = await translated(operation, input);
    const result = await sent(operation, given, given === input ? text : undefined);
    if (result.status !== 200) return result;
    if (writeOperations.has(operation)) for (const table of tablesOf(operation, given)) wakes.ring(names.table(table));
    else if (controlOperations.has(operation)) return remember(operation, input, result);
    return result;
  }

  /** @param text the input as it came, where it is as it came. */
  async function sent(operation: string, input: Json, text?: string): Promise<EngineAnswer> {
    if (operation !== "UpdateTable") return send(operation, text ?? JSON.stringify(input, bytesAsText));
    const asked = tables.asked(input);
    if (asked) return send(operation, JSON.stringify(asked));
    return answer({ TableDescription: await describe(String(input.TableName)) });
  }

  /** ARNs where the engine takes names or its own ARNs, and streams as it has to keep them. */
  async function translated(operation: string, input: Json): Promise<Json> {
    let given = operation === "CreateTable" || operation === "UpdateTable" ? streams.asked(input) : input;
    if (typeof given.TableName === "string" && given.TableName.startsWith("arn:")) {
      given = { ...given, TableName: tableOf(given.TableName) };
    }
    if (typeof given.ResourceArn === "string") {
      given = { ...given, ResourceArn: await streams.engineArn(given.ResourceArn, describe) };
    }
    return given;
  }

  async function remember(operation: string, input: Json, result: EngineAnswer): Promise<EngineAnswer> {
    const output = JSON.parse(names.own(result.body)) as Json;
    const table = tableOf(String(input.TableName ?? ""));
    if (operation !== "DescribeTable") keys.forget();
    if (operation === "CreateTable" || operation === "UpdateTable") {
      streams.keep(input);
      await tables.keep(input);
    }
    if (operation === "UpdateTimeToLive") ttl.keep(table, input.TimeToLiveSpecification as { Enabled?: boolean });
    const description = (output.Table ?? output.TableDescription) as Json | undefined;
    streams.describe(description);
    tables.describe(description);
    if (operation === "DeleteTable") {
      streams.forget(table);
      settings.forget(table);
      tables.forget(table);
      ttl.forget(table);
    }
    return answer(output);
  }

  async function performStream(operation: string, input: Json): Promise<EngineAnswer> {
    if (operation === "GetRecords") {
      const stream = streamOf(String(input.ShardIterator ?? "")) ?? "";
      return answer(streams.records(stream, await ask(operation, streams.iteratorInput(input))));
    }
    const stream = typeof input.StreamArn === "string" ? input.StreamArn : undefined;
    const given = stream ? { ...input, StreamArn: await streams.engineArn(stream, describe) } : input;
    const result = await send(operation, JSON.stringify(streams.positionInput(given)));
    if (result.status !== 200) return result;
    const output = JSON.parse(names.own(result.body)) as Json;
    const description = output.StreamDescription as Json | undefined;
    if (description) description.KeySchema = (await describe(String(description.TableName))).KeySchema;
    streams.describe(description);
    if (operation === "GetShardIterator") output.ShardIterator = streams.iterator(stream ?? "", output.ShardIterator);
    return answer(output);
  }

  const inProcess = (operation: string): Operation<Json, Json> => ({
    access: (input) => access(operation, input),
    run: async (input) => parsed(await perform(operation, input)),
  });
  const known = [
    ...readOperations,
    ...writeOperations,
    ...controlOperations,
    ...streamOperations,
    ...Object.keys(settings.operations),
  ];
  const operations = Object.fromEntries(known.map((name) => [name, inProcess(name)]));

  return {
    name: "dynamodb",
    operations,
    get enginePid() {
      return engine.pid;
    },
    sweep: () => ttl.sweep(),
    async handle(request: RawRequest, call: Call): Promise<RawResponse> {
      const text = await textOf(request);
      if (!Object.hasOwn(operations, call.operation)) {
        throw new AwsError(
          "UnknownOperationException",
          `The local cloud does not have the operation ${call.operation} of dynamodb`,
          501,
        );
      }
      const input = parseInput(text);
      checkReach(call, input);
      await cloud.authorize(withRequestKeys(call, input), await access(call.operation, input));
      const { status, body } = await perform(call.operation, input, text);
      return {
        status,
        headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": call.requestId },
        body,
      };
    },
    async start() {
      ttl.start();
    },
    async stop() {
      clearInterval(trimming);
      await ttl.stop();
      await engine.stop();
      file?.close();
    },
  };
}

/** A key's ARN; that of a key which is not of this account or cloud is made of its id. */
async function keyArn({ region, accountId, call }: Cloud, keyId: string): Promise<string> {
  if (keyId.startsWith("arn:")) return keyId;
  try {
    const { KeyMetadata } = await call<{ KeyMetadata: { Arn: string } }>("kms", "DescribeKey", { KeyId: keyId });
    return KeyMetadata.Arn;
  } catch {
    return `arn:aws:kms:${region}:${accountId}:${keyId.startsWith("alias/") ? keyId : `key/${keyId}`}`;
  }
}

async function textOf({ body }: RawRequest): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function parseInput(text: string): Json {
  try {
    const input: unknown = parseJson(text || "{}");
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as Json;
  } catch {
    // Said below.
  }
  throw new AwsError("SerializationException", "The body is not a JSON object", 400);
}

const answer = (output: Json): EngineAnswer => ({ status: 200, headers: {}, body: JSON.stringify(output) });

/** @throws AwsError when the engine refused: its errors are DynamoDB's own. */
function parsed({ status, body }: EngineAnswer): Json {
  const output = JSON.parse(body || "{}") as Json;
  if (status === 200) return output;
  const { __type, message, Message, ...members } = output;
  throw new AwsError(
    String(__type ?? "InternalServerError")
      .split("#")
      .at(-1) as string,
    String(message ?? Message ?? ""),
    status,
    members,
  );
}

function tablesOf(operation: string, input: Json): string[] {
  if (operation === "BatchWriteItem") return Object.keys((input.RequestItems ?? {}) as object).map(tableOf);
  if (operation === "TransactWriteItems") {
    const items = (input.TransactItems ?? []) as Record<string, { TableName?: string }>[];
    return [...new Set(items.flatMap((item) => Object.values(item).map((one) => tableOf(one?.TableName ?? ""))))];
  }
  return [String(input.TableName)];
}

/** Bytes of an in-process caller, as JSON has them. */
function bytesAsText(this: Json, key: string, value: unknown): unknown {
  const given = this[key];
  return given instanceof Uint8Array ? Buffer.from(given).toString("base64") : value;
}
