import assert from "node:assert/strict";
import { ComponentResource } from "@pulumi/pulumi";
import { createExecutionRole } from "../../../components/function/executionRole.ts";
import { accountId, record } from "../support/record.ts";

describe("an execution role", () => {
  const trust = async (service: string) => {
    const made = await record(() =>
      createExecutionRole("it", `${service}.amazonaws.com`, [], new ComponentResource("test:index:Group", "group")),
    );
    return JSON.parse(made.get("aws:iam/role:Role", "it-role").inputs.assumeRolePolicy);
  };

  for (const service of ["codedeploy", "ecs-tasks", "events", "sagemaker", "scheduler", "states"])
    it(`is assumed by ${service} for resources of the own account alone`, async () => {
      assert.deepEqual(await trust(service), {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: `${service}.amazonaws.com` },
            Action: "sts:AssumeRole",
            Condition: { StringEquals: { "aws:SourceAccount": accountId } },
          },
        ],
      });
    });

  it("is assumed without a condition by Lambda, which does not tell for whom", async () => {
    const [statement] = (await trust("lambda")).Statement;
    assert.deepEqual(statement, {
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: "sts:AssumeRole",
    });
  });
});
