import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { S3 } from "@aws-sdk/client-s3";
import { Failure } from "../../lib/failure.ts";
import { emptyBucket } from "../../teardown/buckets.ts";
import { takeDown } from "../../teardown/index.ts";
import { readDoomed } from "../../teardown/stack.ts";
import { dropApplications } from "../application.ts";
import { clientOf } from "../cloud.ts";
import { contentsOf } from "../contents.ts";
import { expectExplained } from "../differences.ts";
import type { Part } from "../part.ts";
import type { Session } from "../session.ts";

export const destroy: Part = {
  name: "destroy",
  description:
    "takes the program's stack down as dsp teardown does, then bootstrap's; the cloud is empty but for what docs/differences.md explains",
  judge: "pulumi",
  needs: ["up"],
  async run(session) {
    const { pulumi, bootstrap, cloud, contents } = session;
    const gone = await tearDown(session);
    await pulumi.text("stack", "rm", "--yes");
    await dropApplications(cloud);
    // Its bucket holds the state of every stack: whoever means to lose it empties it, and says so.
    const stateBucket = new URL(await bootstrap.text("stack", "output", "stateBucketUrl")).host;
    await emptyBucket(new S3({ ...clientOf(cloud), forcePathStyle: true }), stateBucket);
    await bootstrap.text("state", "unprotect", "--all", "--yes");
    await bootstrap.run("destroy");
    await bootstrap.text("stack", "rm", "--yes");
    const left = [...contentsOf(cloud.stateDirectory)].filter((record) => !contents.has(record));
    expectExplained(
      "What stays",
      left.map((record) => ({ words: [record.split(" ", 1)[0]!, record.slice(record.indexOf(" ") + 1)] })),
    );
    return `${gone} gone; ${left.length} records stay`;
  },
};

/** With data in it, and protected, as a production stack is. @returns how many resources are gone. */
async function tearDown({ pulumi, cloud }: Session): Promise<number> {
  const cli = {
    ask: (...args: string[]) => pulumi.text(...args),
    destroy: async () => void (await pulumi.run("destroy")),
  };
  const stack = await readDoomed(pulumi.stack, clientOf(cloud), cli);
  const bucket = stack.resources.find(({ type }) => type === "aws:s3/bucket:Bucket");
  const table = stack.resources.find(({ type }) => type === "aws:dynamodb/table:Table");
  if (!bucket || !table) throw new Failure("the stack has no bucket or no table that its teardown could be tried on");
  for (const { urn } of [bucket, table]) await pulumi.text("state", "protect", urn, "--yes");
  await new DynamoDB(clientOf(cloud)).updateTable({ TableName: table.id, DeletionProtectionEnabled: true });
  const s3 = new S3({ ...clientOf(cloud), forcePathStyle: true });
  for (const Body of ["old", "new"]) await s3.putObject({ Bucket: bucket.id, Key: "kept", Body });
  const before = await readDoomed(pulumi.stack, clientOf(cloud), cli);
  await takeDown(before, () => {});
  const after = await readDoomed(pulumi.stack, clientOf(cloud), cli);
  if (after.resources.length > 0) throw new Failure(`the teardown has left ${after.resources.length} resources`);
  return before.resources.length;
}
