import { resolve } from "node:path";
import { BatchWriteItemCommand, DynamoDBClient, paginateListTables } from "@aws-sdk/client-dynamodb";
import { ListBucketsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { paginateListQueues, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { CommandModule } from "yargs";
import { confirmed } from "../lib/confirmed.ts";
import { Failure } from "../lib/failure.ts";
import { printJson } from "../lib/print.ts";
import { physicalName, readSeed, type Seed } from "../lib/seedFile.ts";
import { localStack, readStack, type Stack } from "../lib/stack.ts";

interface Options {
  file: string;
  stack?: string;
  json?: boolean;
  yes: boolean;
}

/** Items of one BatchWriteItem, and how often what it has left is sent again. */
const [batch, tries] = [25, 10];

/** `dsp seed`: puts items, objects and messages of a file into the stack's tables, buckets and queues. */
export const seed: CommandModule<object, Options> = {
  command: "seed <file>",
  describe: "Put a file's items, objects and messages into tables, buckets and queues",
  builder: (command) =>
    command
      .positional("file", {
        type: "string",
        demandOption: true,
        describe: "YAML or JSON: tables, buckets, queues by name",
      })
      .option("yes", { type: "boolean", default: false, describe: "Do not ask, on a stack in AWS" })
      .example("dsp seed seed.yaml", "tables: { iris-records: [{ id: a }] }"),
  async handler({ file, stack: name, json, yes }) {
    // npm runs scripts in the project's folder; a file is meant where the user stands.
    const seed = readSeed(resolve(process.env.INIT_CWD ?? ".", file));
    const stack = await readStack(name);
    if (stack.name !== localStack && !yes && !(await confirmed(`Write to stack ${stack.name}?`))) return;
    const places = await placesOf(stack, seed);
    const put = {
      items: await putItems(stack, places.tables),
      objects: await putObjects(stack, places.buckets),
      messages: await sendMessages(stack, places.queues),
    };
    if (json) printJson(put);
    else console.log(`${put.items} items, ${put.objects} objects, ${put.messages} messages`);
  },
};

/** The seed by AWS's names, all of them found before anything is written. */
async function placesOf({ client, outputs }: Stack, { tables, buckets, queues }: Seed): Promise<Seed> {
  const found = { tables: [] as string[], buckets: [] as string[], queues: [] as string[] };
  if (Object.keys(tables).length > 0)
    for await (const { TableNames = [] } of paginateListTables({ client: new DynamoDBClient(client) }, {}))
      found.tables.push(...TableNames);
  if (Object.keys(buckets).length > 0) {
    const { Buckets = [] } = await s3Of(client).send(new ListBucketsCommand({}));
    found.buckets.push(...Buckets.map(({ Name = "" }) => Name));
  }
  if (Object.keys(queues).length > 0)
    for await (const { QueueUrls = [] } of paginateListQueues({ client: new SQSClient(client) }, {}))
      found.queues.push(...QueueUrls);
  const nameOf = (url: string) => url.split("/").at(-1) as string;
  const named = <Value>(kind: string, all: string[], map: Record<string, Value>) =>
    Object.fromEntries(Object.entries(map).map(([name, value]) => [physicalName(kind, name, all, outputs), value]));
  const queueNames = found.queues.map(nameOf);
  const byName = named("queue", queueNames, queues);
  return {
    tables: named("table", found.tables, tables),
    buckets: named("bucket", found.buckets, buckets),
    queues: Object.fromEntries(
      Object.entries(byName).map(([name, messages]) => [found.queues[queueNames.indexOf(name)] as string, messages]),
    ),
  };
}

const s3Of = (client: Stack["client"]) => new S3Client({ ...client, forcePathStyle: client.endpoint !== undefined });

async function putItems({ client }: Stack, tables: Seed["tables"]): Promise<number> {
  const dynamodb = new DynamoDBClient(client);
  let count = 0;
  for (const [table, items] of Object.entries(tables)) {
    const requests = items.map((item) => ({ PutRequest: { Item: marshall(item) } }));
    for (let from = 0; from < requests.length; from += batch) {
      let left = requests.slice(from, from + batch);
      for (let attempt = 0; left.length > 0; attempt++) {
        if (attempt === tries) throw new Failure(`${table} takes no more items: ${left.length} are left`);
        const request = new BatchWriteItemCommand({ RequestItems: { [table]: left } });
        const { UnprocessedItems = {} } = await dynamodb.send(request).catch((error: Error) => {
          throw error.name === "ValidationException" ? refused(table, items.slice(from, from + batch), error) : error;
        });
        left = (UnprocessedItems[table] ?? []) as typeof left;
      }
    }
    count += items.length;
  }
  return count;
}

/** DynamoDB does not say which of a batch's items it means. */
function refused(table: string, [first, ...others]: object[], { message }: Error): Failure {
  const which = others.length === 0 ? "an item" : `one of ${others.length + 1} items, of which the first is`;
  return new Failure(`${table} refuses ${which} ${JSON.stringify(first)}: ${message}`);
}

async function putObjects({ client }: Stack, buckets: Seed["buckets"]): Promise<number> {
  const s3 = s3Of(client);
  const objects = Object.entries(buckets).flatMap(([Bucket, contents]) =>
    Object.entries(contents).map(([Key, Body]) => ({ Bucket, Key, Body })),
  );
  for (const object of objects) await s3.send(new PutObjectCommand(object));
  return objects.length;
}

async function sendMessages({ client }: Stack, queues: Seed["queues"]): Promise<number> {
  const sqs = new SQSClient(client);
  const messages = Object.entries(queues).flatMap(([QueueUrl, bodies]) => bodies.map((body) => ({ QueueUrl, body })));
  for (const { QueueUrl, body } of messages) {
    const MessageBody = typeof body === "string" ? body : JSON.stringify(body);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  }
  return messages.length;
}
