import { createHash, randomBytes } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { output } from "../../lib/stack.ts";
import type { Dropped } from "../ledger.ts";
import type { Load } from "./load.ts";

/** Files into the archiver's bucket, of any quality. */
export const drops: Load = {
  name: "drops",
  pause: 2_500,
  async step({ stack, clients, ledger, measures }, chance) {
    const body = randomBytes(chance.between(1, 40_000));
    const key = `soak/${ledger.dropped.length}.bin`;
    const dropped: Dropped = { key, etag: createHash("md5").update(body).digest("hex") };
    ledger.dropped.push(dropped);
    const { VersionId } = await measures.timed("latency drop", () =>
      clients.s3.send(
        new PutObjectCommand({
          ...{ Bucket: output(stack, "dropBucketName"), Key: key, Body: body },
          Metadata: { quality: String(chance.between(0, 100)) },
        }),
      ),
    );
    dropped.versionId = VersionId ?? "";
  },
};
