import assert from "node:assert/strict";
import { importId } from "./imports.ts";
import { unexplained } from "./leftovers.ts";
import { readPlan } from "./terraform.ts";

describe("what Terraform prints", () => {
  it("is read for what changes, block by block", () => {
    const text = `
Terraform will perform the following actions:

  # data.aws_iam_role.this will be read during apply
  <= data "aws_iam_role" "this" {
      + arn = (known after apply)
    }

  # aws_iam_user.this will be updated in-place
  # (imported from "tf-user")
  ~ resource "aws_iam_user" "this" {
        id   = "tf-user"
      + path = "/tf/"
      ~ tags = {
          ~ "step" = "1" -> "2"
        }
    }

  # aws_cloudwatch_metric_alarm.errors[0] must be replaced
-/+ resource "aws_cloudwatch_metric_alarm" "errors" {
      ~ arn = "a" -> (known after apply)
    }

  # aws_sns_topic.alarms will be imported
    resource "aws_sns_topic" "alarms" {
        arn = "b"
    }
`;
    assert.deepEqual(readPlan(text), [
      { address: "aws_iam_user.this", action: "updated in-place", changes: ["path", "tags"] },
      { address: "aws_cloudwatch_metric_alarm.errors[0]", action: "replaced", changes: ["arn"] },
      { address: "aws_sns_topic.alarms", action: "imported", changes: [] },
    ]);
  });

  it("has ids for an import, made of attributes where they are not the resource's own", () => {
    const resource = (type: string, attributes: object) => ({
      address: "x",
      type,
      attributes: { id: "i", ...attributes },
    });
    assert.equal(importId(resource("aws_sns_topic", {})), "i");
    assert.equal(importId(resource("aws_lambda_alias", { function_name: "f", name: "live" })), "f/live");
    const permission = { function_name: "f", statement_id: "s" };
    assert.equal(importId(resource("aws_lambda_permission", permission)), "f/s");
    assert.equal(importId(resource("aws_lambda_permission", { ...permission, qualifier: "live" })), "f:live/s");
  });

  it("leaves in the cloud what AWS keeps, too", () => {
    const left = [
      "kms.keys 1",
      "sns.topics arn",
      "ecs.taskDefinitions a:1",
      "ec2.resources nat-1",
      "ec2.resources sg-1",
    ];
    assert.deepEqual(unexplained(left), ["sns.topics arn", "ec2.resources sg-1"]);
  });
});
