// Puts objects into a local cloud of its own for ever, each over one before it, and tells its parent of each, until it is killed.

import { createHash } from "node:crypto";
import { createCloud } from "../../../src/index.ts";

const [directory = ""] = process.argv.slice(2);
const local = createCloud({ directory, awsPort: 0, apiPort: 0 });
await local.listen();
await local.cloud.call("s3", "CreateBucket", { Bucket: "written" });
const sizes = [10, 5_000, 40_000, 300_000];
for (let n = 0; ; n++) {
  const Key = `object-${n % 17}`;
  const Body = Buffer.alloc(sizes[n % sizes.length]!, createHash("sha256").update(String(n)).digest());
  await local.cloud.call("s3", "PutObject", { Bucket: "written", Key, Body });
  process.send?.({ Key, n });
}
