import assert from "node:assert/strict";
import { activityChannel, type DeniedActivity } from "local-aws";
import { startCloud, type TestCloud } from "local-aws/testing";
import { denialsOf, statementFor } from "../../../app/pages/access/denials.ts";

/** Refusals as the local IAM tells them. */
describe("refused calls", () => {
  let test: TestCloud;
  let told: DeniedActivity[];
  const note = (activity: unknown) => {
    if ((activity as DeniedActivity).kind === "denied") told.unshift(activity as DeniedActivity);
  };
  before(async () => {
    test = await startCloud();
    activityChannel.subscribe(note);
  });
  after(async () => {
    activityChannel.unsubscribe(note);
    await test.stop();
  });
  beforeEach(() => {
    told = [];
  });

  it("are counted by kind, and the statement that is missing allows the call, and no other", async () => {
    await test.cloud.call("sqs", "CreateQueue", { QueueName: "orders" });
    const { principal, roleArn } = await test.mintRole();
    const send = () => test.cloud.call("sqs", "SendMessage", { QueueUrl: "orders", MessageBody: "x" }, principal);
    await assert.rejects(send(), { code: "AccessDeniedException" });
    await assert.rejects(send(), { code: "AccessDeniedException" });
    const [denial, ...others] = denialsOf(told);
    assert.deepEqual(
      [others.length, denial?.times, denial?.principal, denial?.action],
      [0, 2, roleArn, "sqs:SendMessage"],
    );
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statementFor(denial!)] });
    const RoleName = roleArn.split("/").at(-1);
    await test.cloud.call("iam", "PutRolePolicy", { RoleName, PolicyName: "mended", PolicyDocument });
    await send();
    await assert.rejects(test.cloud.call("sqs", "PurgeQueue", { QueueUrl: "orders" }, principal), {
      code: "AccessDeniedException",
    });
  });

  it("of a service want a statement of the resource's own policy, with who asks", () => {
    const arn = "arn:aws:sqs:us-east-1:000000000000:orders";
    const common = { kind: "denied", at: 1, region: "us-east-1", explicit: false } as const;
    const [denial] = denialsOf([
      { ...common, principal: "sns.amazonaws.com", action: "sqs:SendMessage", resource: arn, by: "resource-based" },
    ]);
    assert.deepEqual(statementFor(denial!), {
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: arn,
    });
  });
});
