import assert from "node:assert/strict";
import { S3 } from "@aws-sdk/client-s3";
import { startCloud } from "../../../testing/cloud.ts";

it("an expected owner of a bucket is an account, and the owner", async () => {
  const test = await startCloud();
  try {
    const s3 = test.client(S3, { config: { forcePathStyle: true } });
    await s3.createBucket({ Bucket: "owned" });
    for (const [ExpectedBucketOwner, name] of [
      ["abcd", "InvalidBucketOwnerAWSAccountID"],
      ["0000", "InvalidBucketOwnerAWSAccountID"],
      ["111111111111", "AccessDenied"],
    ])
      await assert.rejects(s3.getBucketLocation({ Bucket: "owned", ExpectedBucketOwner }), { name });
    await s3.getBucketLocation({ Bucket: "owned", ExpectedBucketOwner: "000000000000" });
  } finally {
    await test.stop();
  }
});
