import { S3 } from "@aws-sdk/client-s3";
import { dropApplications } from "../application.ts";
import { clientOf, type LocalCloud } from "../cloud.ts";
import { contentsOf } from "../contents.ts";
import { expectExplained } from "../differences.ts";
import type { Part } from "../part.ts";
import { counted } from "../session.ts";

export const destroy: Part = {
  name: "destroy",
  description:
    "destroys the program's stack, then bootstrap's; the cloud is empty but for what docs/differences.md explains",
  judge: "pulumi",
  needs: ["up"],
  async run({ pulumi, bootstrap, cloud, contents }) {
    const outcome = await pulumi.run("destroy");
    await pulumi.text("stack", "rm", "--yes");
    await dropApplications(cloud);
    // Its bucket holds the state of every stack: whoever means to lose it empties it, and says so.
    await empty(await bootstrap.text("stack", "output", "stateBucketUrl"), cloud);
    await bootstrap.text("state", "unprotect", "--all", "--yes");
    await bootstrap.run("destroy");
    await bootstrap.text("stack", "rm", "--yes");
    const left = [...contentsOf(cloud.stateDirectory)].filter((record) => !contents.has(record));
    expectExplained(
      "What stays",
      left.map((record) => ({ words: [record.split(" ", 1)[0]!, record.slice(record.indexOf(" ") + 1)] })),
    );
    return `${counted(outcome)}; ${left.length} records stay`;
  },
};

async function empty(bucketUrl: string, cloud: LocalCloud): Promise<void> {
  const s3 = new S3({ ...clientOf(cloud), forcePathStyle: true });
  const Bucket = new URL(bucketUrl).host;
  const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
  for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) await s3.deleteObject({ Bucket, Key, VersionId });
}
