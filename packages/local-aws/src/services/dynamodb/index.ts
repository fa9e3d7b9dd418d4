/** DynamoDB and its streams, behind AWS's own protocol, with IAM before it. */

import { mkdirSync } from "node:fs";
import { withRequestKeys } from "../../authorization/requestKeys.ts";
import type { RawRequest, RawResponse } from "../../http/raw.ts";
import { parseJson } from "../../jsonText.ts";
import { checkReach } from "../../reach.ts";
import { type Access, AwsError, type Call, type Cloud, type Operation, type Service } from "../../service.ts";
import type { Wakes } from "../../wakes.ts";
import { needs } from "./access.ts";
import { resumeBackups } from "./backups/operations.ts";
import { hasState, openEngine } from "./conversion/open.ts";
import type { Engine } from "./engine.ts";
import { handlers } from "./handlers.ts";
import { inputs } from "./inputs/operations.ts";
import { checkInput } from "./inputs/shape.ts";
import { useTablesKeys } from "./keyUse.ts";
import { Names, tableOf } from "./names.ts";
import { Settings } from "./settings.ts";
import { Turns } from "./slices.ts";
import { Expiry } from "./tables/timeToLive.ts";

type Json = Record<string, unknown>;

export interface DynamoDbOptions {
  /** Milliseconds between two looks for expired items. Default 10,000. */
  ttlInterval?: number;
}

export interface DynamoDb extends Service {
  /** Looks for expired items now. */
  sweep(): Promise<void>;
}

/**
 * In process (`cloud.call`), inputs and outputs are the JSON of the wire: times in seconds since the epoch, binary values
 * in base64 (an input may also have bytes).
 */
export function createDynamoDb(cloud: Cloud, wakes: Wakes, { ttlInterval = 10_000 }: DynamoDbOptions = {}): DynamoDb {
  const names = new Names(cloud.region, cloud.accountId);
  const settings = new Settings(cloud.store, names);
  const turns = new Turns();
  let opened: { engine: Engine; expiry: Expiry } | undefined;

  /** Opened with the first request: a region that nobody uses has no file. */
  const open = () => {
    if (!opened) {
      mkdirSync(cloud.directory, { recursive: true });
      const engine = openEngine(cloud.directory, cloud.store, {
        names,
        region: cloud.region,
        keyArn: (keyId) => keyArn(cloud, keyId),
        isRecoverable: (table) => settings.isRecoverable(table),
        onWrite: (table) => wakes.ring(names.table(table)),
      });
      engine.background.resume();
      resumeBackups(engine);
      opened = { engine, expiry: new Expiry(engine, ttlInterval) };
    }
    return opened;
  };

  const access = async (operation: string, input: Json): Promise<Access[]> =>
    needs(operation, input, names, open().engine.tables).map((need) => {
      const resourcePolicy = settings.policy(need.resource.split("/index/")[0] as string);
      return resourcePolicy ? { ...need, resourcePolicy } : need;
    });

  /** @returns the answer's JSON. */
  async function perform(operation: string, input: Json): Promise<string> {
    const own = settings.operations[operation];
    const { engine } = open();
    if (own) return JSON.stringify(own(input, engine.tables));
    checkInput(inputs[operation] ?? {}, input);
    await engine.db.checkpoints.pause;
    const output = await handlers[operation]?.(engine, input);
    if (operation === "DeleteTable") settings.forget(tableOf(String(input.TableName)));
    if (operation === "CreateTable" && typeof input.ResourcePolicy === "string") {
      const ResourceArn = names.table(tableOf(String(input.TableName)));
      settings.operations.PutResourcePolicy?.({ ResourceArn, Policy: input.ResourcePolicy }, engine.tables);
    }
    return typeof output === "string" ? output : JSON.stringify(output ?? {});
  }

  const inProcess = (operation: string): Operation<Json, Json> => ({
    access: (input) => access(operation, input),
    async run(input, { principal }) {
      const { tables } = open().engine;
      await useTablesKeys(cloud, tables, () => needs(operation, input, names, tables), principal);
      return JSON.parse(await perform(operation, JSON.parse(JSON.stringify(input, bytesAsText)))) as Json;
    },
  });
  const known = [...Object.keys(handlers), ...Object.keys(settings.operations)];
  const operations = Object.fromEntries(known.map((name) => [name, inProcess(name)]));

  return {
    name: "dynamodb",
    operations,
    sweep: () => open().expiry.sweep(),
    async handle(request: RawRequest, call: Call): Promise<RawResponse> {
      const text = await textOf(request);
      while (turns.isOver) await turns.rest();
      if (!Object.hasOwn(operations, call.operation)) {
        throw new AwsError(
          "UnknownOperationException",
          `The local cloud does not have the operation ${call.operation} of dynamodb`,
          501,
        );
      }
      const input = parseInput(text);
      checkReach(call, input);
      const needed = await access(call.operation, input);
      await cloud.authorize(withRequestKeys(call, input), needed);
      const run = async () => {
        await useTablesKeys(cloud, open().engine.tables, () => needed, call.principal);
        return perform(call.operation, input);
      };
      return {
        status: 200,
        headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": call.requestId },
        body: await cloud.faults.around(call, run),
      };
    },
    async start() {
      // What another process left undone is gone on with; what an earlier version left is converted before anybody asks.
      if (hasState(cloud.directory)) open();
    },
    async stop() {
      await opened?.expiry.stop();
      await opened?.engine.close();
    },
  };
}

/** A key's ARN; that of a key which is not of this account or cloud is made of its id. */
async function keyArn({ region, accountId, request }: Cloud, keyId: string): Promise<string> {
  if (keyId.startsWith("arn:")) return keyId;
  try {
    const { KeyMetadata } = await request<{ KeyMetadata: { Arn: string } }>("kms", "DescribeKey", { KeyId: keyId });
    return KeyMetadata.Arn;
  } catch {
    return `arn:aws:kms:${region}:${accountId}:${keyId.startsWith("alias/") ? keyId : `key/${keyId}`}`;
  }
}

async function textOf(request: RawRequest): Promise<string> {
  if (request.whole) return request.whole.toString();
  const chunks: Buffer[] = [];
  for await (const chunk of request.body) chunks.push(chunk as Buffer);
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

/** Bytes of an in-process caller, as JSON has them. */
function bytesAsText(this: Json, key: string, value: unknown): unknown {
  const given = this[key];
  return given instanceof Uint8Array ? Buffer.from(given).toString("base64") : value;
}
