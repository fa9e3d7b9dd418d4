import assert from "node:assert/strict";
import type { ResourceTransformArgs } from "@pulumi/pulumi";
import { encryptLogGroups } from "../../components/logEncryption.ts";

const transformed = (type: string) =>
  encryptLogGroups("arn:key")({ type, name: "it", custom: true, props: { a: 1 }, opts: {} } as ResourceTransformArgs);

describe("encryptLogGroups", () => {
  it("gives log groups the key, whatever else they are given", () => {
    assert.deepEqual(transformed("aws:cloudwatch/logGroup:LogGroup"), {
      props: { a: 1, kmsKeyId: "arn:key" },
      opts: {},
    });
  });

  it("leaves all else alone", () => assert.equal(transformed("aws:sqs/queue:Queue"), undefined));
});
