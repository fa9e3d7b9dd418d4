import assert from "node:assert/strict";
import type { ResourceTransformArgs } from "@pulumi/pulumi";
import { keepLogs } from "../../components/logRetention.ts";

const transformed = (type: string) =>
  keepLogs(7)({ type, name: "it", custom: true, props: { retentionInDays: 30 }, opts: {} } as ResourceTransformArgs);

describe("keepLogs", () => {
  it("says how long log groups keep their events, whatever else says so", () => {
    assert.deepEqual(transformed("aws:cloudwatch/logGroup:LogGroup"), { props: { retentionInDays: 7 }, opts: {} });
  });

  it("leaves all else alone", () => assert.equal(transformed("aws:sqs/queue:Queue"), undefined));
});
