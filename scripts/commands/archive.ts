import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BatchWriteItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DescribeExecutionCommand, paginateGetExecutionHistory, StartExecutionCommand } from "@aws-sdk/client-sfn";
import pc from "picocolors";
import type { CommandModule } from "yargs";
import { type ArchiveRecord, archiveClients, readRecords, reasonOf, rowOf } from "../lib/archive.ts";
import { confirmed } from "../lib/confirmed.ts";
import { Failure } from "../lib/failure.ts";
import { printJson, printTable } from "../lib/print.ts";
import { progress } from "../lib/progress.ts";
import { output, readStack, type Stack } from "../lib/stack.ts";

interface Common {
  stack?: string;
  json?: boolean;
}

/** Requests under way at one time. */
const atOnce = 10;

const start: CommandModule<object, Common & { approval: boolean; count: number; file?: string }> = {
  command: "start",
  describe: "Start executions",
  builder: (command) =>
    command
      .option("approval", { type: "boolean", default: false, describe: "Ask a human" })
      .option("count", { type: "number", default: 1, describe: "How many, 1 to 10,000" })
      .option("file", { type: "string", describe: "JSON file with the input" })
      .example("dsp archive start --approval --count 10", "Ten that ask"),
  async handler({ stack: name, json, approval, count, file }) {
    if (!Number.isInteger(count) || count < 1 || count > 10_000) {
      throw new Failure(`--count is ${count}; give a whole number from 1 to 10000`);
    }
    const stack = await readStack(name);
    const input = JSON.stringify({
      ...(file !== undefined && readInput(file)),
      ...(approval && { approval_needed: true }),
    });
    const { sfn } = archiveClients(stack);
    const stateMachineArn = output(stack, "archiverStateMachineArn");
    const executions: string[] = [];
    const report = progress("started", count);
    const worker = async () => {
      while (report.begin()) {
        const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
        executions.push(executionArn!);
        report.done();
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
    report.end();
    if (json) printJson(executions);
    else for (const arn of executions) console.log(arn);
  },
};

function readInput(file: string): object {
  if (!existsSync(file)) throw new Failure(`There is no file ${file}`);
  try {
    const input: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input;
  } catch {
    // Said below.
  }
  throw new Failure(`${file} is not a JSON object`);
}

const list: CommandModule<object, Common & { watch: boolean }> = {
  command: "list",
  describe: "List records, newest first",
  builder: (command) =>
    command
      .option("watch", { type: "boolean", default: false, describe: "Go on with new ones until Ctrl-C" })
      .example("dsp archive list --json", "Whole records"),
  async handler({ stack: name, json, watch }) {
    const stack = await readStack(name);
    const records = await readRecords(stack);
    if (json && !watch) return printJson(records);
    printTable(records.map(rowOf));
    const seen = new Set(records.map(({ Id }) => Id));
    while (watch) {
      await sleep(1_000);
      const fresh = (await readRecords(stack)).filter(({ Id }) => !seen.has(Id)).reverse();
      for (const { Id } of fresh) seen.add(Id);
      if (json) for (const record of fresh) printJson(record);
      else printTable(fresh.map(rowOf));
    }
  },
};

const show: CommandModule<object, Common & { id: string }> = {
  command: "show <id>",
  describe: "Show one execution: its record and the states that it passed",
  builder: (command) =>
    command.positional("id", { type: "string", demandOption: true, describe: "A record's Id, or an execution's ARN" }),
  async handler({ stack: name, json, id }) {
    const stack = await readStack(name);
    const executionArn = id.startsWith("arn:")
      ? id
      : `${output(stack, "archiverStateMachineArn").replace(":stateMachine:", ":execution:")}:${id}`;
    const record = (await readRecords(stack)).find(({ Id }) => Id === id.split(":").at(-1));
    const { sfn } = archiveClients(stack);
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn })).catch((error: Error) => {
      if (error.name !== "ExecutionDoesNotExist") throw error;
      throw new Failure(`There is no execution ${id}. See: dsp archive list --json`);
    });
    const states: { at: Date; state: string }[] = [];
    for await (const { events = [] } of paginateGetExecutionHistory({ client: sfn }, { executionArn })) {
      for (const { timestamp, stateEnteredEventDetails } of events) {
        if (stateEnteredEventDetails) states.push({ at: timestamp!, state: stateEnteredEventDetails.name! });
      }
    }
    const { status, startDate, stopDate, input, output: result } = execution;
    if (json) return printJson({ executionArn, status, startDate, stopDate, input, output: result, states, record });
    console.log(`${pc.bold(executionArn)}\n${status}`);
    const began = startDate?.getTime() ?? 0;
    states.forEach(({ at, state }, index) => {
      const after = `+${((at.getTime() - began) / 1_000).toFixed(3)} s`.padStart(12);
      console.log(
        `${pc.dim(after)}  ${index === states.length - 1 && !stopDate ? pc.yellow("o") : pc.green("*")} ${state}`,
      );
      if (index < states.length - 1) console.log(`${" ".repeat(14)}${pc.dim("|")}`);
    });
    console.log(`input   ${input}`);
    if (result) console.log(`output  ${result}`);
    if (record) printTable(fieldsOf(record));
  },
};

/** A record's fields by name; of a failed one its reason in words. */
const fieldsOf = (record: ArchiveRecord): string[][] =>
  Object.entries({ ...record, ...(record.Error !== undefined && { Reason: reasonOf(record.Error, record.Reason) }) })
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([key, value]) => [key, String(value)]);

const clear: CommandModule<object, Common & { yes: boolean }> = {
  command: "clear",
  describe: "Delete every record; asks first",
  builder: (command) => command.option("yes", { type: "boolean", default: false, describe: "Do not ask" }),
  async handler({ stack: name, json, yes }) {
    const stack = await readStack(name);
    const records = await readRecords(stack);
    if (records.length > 0 && !yes && !(await confirmed(`Delete ${records.length} records of stack ${stack.name}?`))) {
      throw new Failure("Nothing was deleted.");
    }
    await deleteRecords(stack, records);
    if (json) printJson({ deleted: records.length });
    else console.log(`${records.length} records deleted`);
  },
};

/** DynamoDB takes 25 in one request, and may leave some for later. */
async function deleteRecords(stack: Stack, records: ArchiveRecord[]): Promise<void> {
  const table = output(stack, "archiveTableName");
  const { dynamodb } = archiveClients(stack);
  const report = progress("deleted", records.length);
  for (let from = 0; from < records.length; from += 25) {
    const batch = records.slice(from, from + 25);
    let requests = batch.map(({ Id }) => ({ DeleteRequest: { Key: { Id: { S: Id } } } }));
    for (let wait = 50; requests.length > 0; wait = Math.min(wait * 2, 5_000)) {
      const { UnprocessedItems } = await dynamodb.send(
        new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
      );
      requests = (UnprocessedItems?.[table] ?? []) as typeof requests;
      if (requests.length > 0) await sleep(wait);
    }
    report.done(batch.length);
  }
  report.end();
}

const upload: CommandModule<object, Common & { files: string[]; start: boolean; approval: boolean }> = {
  command: "upload <files..>",
  describe: "Drop files into the drop bucket",
  builder: (command) =>
    command
      .positional("files", { type: "string", array: true, demandOption: true, describe: "Files" })
      .option("start", {
        type: "boolean",
        default: false,
        describe: "Start the execution, not waiting for EventBridge",
      })
      .option("approval", { type: "boolean", default: false, describe: "With --start: ask a human" })
      .example("dsp archive upload granule.tif --start", "In the minutes before EventBridge is live"),
  async handler({ stack: name, json, files, start: starts, approval }) {
    const missing = files.find((file) => !existsSync(file) || !statSync(file).isFile());
    if (missing) throw new Failure(`There is no file ${missing}`);
    const stack = await readStack(name);
    const bucket = output(stack, "dropBucketName");
    const s3 = new S3Client({ ...stack.client, ...(stack.client.endpoint && { forcePathStyle: true }) });
    const { sfn } = archiveClients(stack);
    const uploaded: object[] = [];
    for (const file of files) {
      const key = basename(file);
      const { VersionId: versionId } = await s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: createReadStream(file),
          ContentLength: statSync(file).size,
        }),
      );
      const named = { bucket, key, ...(versionId && { versionId }) };
      uploaded.push(named);
      if (!json) console.log(`s3://${bucket}/${key}`);
      if (!starts) continue;
      const input = JSON.stringify({ ...named, approval_needed: approval });
      const stateMachineArn = output(stack, "archiverStateMachineArn");
      const started = await sfn
        .send(new StartExecutionCommand({ stateMachineArn, input, ...(versionId && { name: dropName(named) }) }))
        .catch((error: Error) => {
          if (error.name !== "ExecutionAlreadyExists") throw error;
        });
      if (!started && approval)
        throw new Failure(
          `EventBridge was first: ${key} is archived without asking. Leave out --start where events are live`,
        );
      if (!json) console.log(started?.executionArn ?? "started by EventBridge");
    }
    if (json) printJson(uploaded);
  },
};

/** The name under which the drop itself starts an execution, so that there is one of the two. */
const dropName = ({ bucket, key, versionId }: { bucket: string; key: string; versionId?: string }): string =>
  `drop-${createHash("sha256")
    .update(JSON.stringify([bucket, key, versionId]))
    .digest("hex")
    .slice(0, 48)}`;

/** `dsp archive`: executions of the archiver and their records. */
export const archive: CommandModule = {
  command: "archive",
  describe: "Start the archiver, and see its records",
  builder: (command) =>
    command
      .command(start)
      .command(list)
      .command(show)
      .command(clear)
      .command(upload)
      .demandCommand(1, "Say which: start, list, show, clear or upload."),
  handler() {},
};
