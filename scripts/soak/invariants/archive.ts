import { createHash } from "node:crypto";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { DescribeExecutionCommand, paginateListExecutions } from "@aws-sdk/client-sfn";
import type { ArchiveRecord } from "../../lib/archive.ts";
import { output } from "../../lib/stack.ts";
import type { World } from "../world.ts";
import { type Invariant, Look } from "./invariant.ts";
import { itemsOf } from "./irises.ts";

const recordsOf = async ({ stack, clients }: World): Promise<Map<string, ArchiveRecord>> => {
  const records = await itemsOf<ArchiveRecord>(clients.dynamodb, output(stack, "archiveTableName"));
  return new Map(records.map((record) => [record.Id, record]));
};

/** Of the machine that may ask a human: each execution that began has ended, and has its record; there is no other record. */
export const oneRecordEach: Invariant = {
  name: "each execution has one record",
  async check(world) {
    const { stack, clients, ledger } = world;
    const look = new Look();
    const records = await recordsOf(world);
    const stateMachineArn = output(stack, "archiverStateMachineArn");
    const names = new Set<string>();
    for await (const { executions = [] } of paginateListExecutions({ client: clients.sfn }, { stateMachineArn })) {
      for (const { name = "", status, executionArn } of executions) {
        names.add(name);
        const record = records.get(name);
        look.expect(status !== "RUNNING", `${name} still runs`);
        if (status === "RUNNING") continue;
        look.expect(record !== undefined, `${name} is ${status}, and has no record`);
        const decision = ledger.decisions.get(name);
        if (!record || status !== "SUCCEEDED" || decision === undefined) continue;
        const { output: said = "{}" } = await clients.sfn.send(new DescribeExecutionCommand({ executionArn }));
        look.expect(
          record.Approved === decision && JSON.parse(said).action === record.Action,
          `${name} was answered ${decision}, its record says ${record.Approved}, ${record.Action}`,
        );
      }
    }
    for (const { name, accepted } of ledger.started) {
      if (accepted) look.expect(names.has(name), `${name} was accepted, and never began`);
    }
    for (const Id of records.keys()) look.expect(names.has(Id), `the record ${Id} is of no execution`);
    return look;
  },
};

/** Each file that was accepted is where its record says, whole. */
export const noFileLost: Invariant = {
  name: "each file is where its record says",
  async check(world) {
    const { stack, ledger } = world;
    const look = new Look();
    const records = await recordsOf(world);
    const bucket = output(stack, "dropBucketName");
    for (const { key, versionId, etag } of ledger.dropped) {
      if (!versionId) continue;
      const name = executionOf(bucket, key, versionId);
      const record = records.get(name);
      look.expect(record !== undefined, `${key} was accepted, and has no record`);
      if (!record) continue;
      const where = record.Action === "Failed" ? `s3://${bucket}/${key}` : (record.Url ?? "");
      const version = where.startsWith(`s3://${bucket}/`) ? versionId : undefined;
      const found = await etagOf(world, where, version);
      look.expect(found === etag, `${key} was ${record.Action}, and is not at ${where}: ${record.Reason ?? ""}`);
    }
    return look;
  },
};

/** As the archiver names what a drop starts. */
export const executionOf = (bucket: string, key: string, versionId: string): string =>
  `drop-${createHash("sha256")
    .update(JSON.stringify([bucket, key, versionId]))
    .digest("hex")
    .slice(0, 48)}`;

async function etagOf({ clients }: World, url: string, VersionId: string | undefined): Promise<string | undefined> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  const asked = { Bucket, Key, ...(VersionId && { VersionId }) };
  const head = await clients.s3.send(new HeadObjectCommand(asked)).catch((error: Error) => {
    if (/^(NotFound|NoSuchKey|NoSuchVersion|405|MethodNotAllowed)/.test(error.name)) return undefined;
    throw error;
  });
  return head?.ETag?.replaceAll('"', "");
}
