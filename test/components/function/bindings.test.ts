import assert from "node:assert/strict";
import { Table } from "@pulumi/aws/dynamodb";
import { Bucket } from "@pulumi/aws/s3";
import { StateMachine } from "@pulumi/aws/sfn";
import { Topic } from "@pulumi/aws/sns";
import { Queue } from "@pulumi/aws/sqs";
import { Parameter } from "@pulumi/aws/ssm";
import {
  type Binding,
  bucketBinding,
  functionBinding,
  parameterBinding,
  queueBinding,
  stateMachineBinding,
  tableBinding,
  topicBinding,
} from "../../../components/function/bindings.ts";
import { NodeFunction } from "../../../components/nodeFunction.ts";
import { record } from "../support/record.ts";

const entry = "handlers/whodis/index.ts";
const table = () => new Table("t", { attributes: [{ name: "id", type: "S" }], hashKey: "id" });
const machine = () => new StateMachine("m", { roleArn: "arn:role", definition: "{}" });
const arn = (rest: string) => `arn:aws:${rest.replace("@", "eu-west-1:123456789012")}`;

/** What each binding gives: the variable's value, the actions, the resources. */
const bindings: [string, () => Binding, string, string[], string[]][] = [
  ["a table", () => tableBinding(table(), ["PutItem"]), "t", ["dynamodb:PutItem"], [arn("dynamodb:@:table/t")]],
  [
    "a table's indexes with a query",
    () => tableBinding(table(), ["Query"]),
    "t",
    ["dynamodb:Query"],
    [arn("dynamodb:@:table/t"), arn("dynamodb:@:table/t/index/*")],
  ],
  [
    "a queue",
    () => queueBinding(new Queue("q"), ["SendMessage", "GetQueueAttributes"]),
    "https://sqs.eu-west-1.amazonaws.com/123456789012/q",
    ["sqs:SendMessage", "sqs:GetQueueAttributes"],
    [arn("sqs:@:q")],
  ],
  ["a topic", () => topicBinding(new Topic("n")), arn("sns:@:n"), ["sns:Publish"], [arn("sns:@:n")]],
  [
    "a bucket's prefix",
    () => bucketBinding(new Bucket("b"), ["GetObject"], "models/"),
    "b",
    ["s3:GetObject"],
    ["arn:aws:s3:::b/models/*"],
  ],
  ["a whole bucket", () => bucketBinding(new Bucket("b"), ["PutObject"]), "b", ["s3:PutObject"], ["arn:aws:s3:::b/*"]],
  [
    "a parameter",
    () => parameterBinding(new Parameter("p", { type: "String", value: "v" })),
    "p",
    ["ssm:GetParameter"],
    [arn("ssm:@:parameter/p")],
  ],
  [
    "a state machine",
    () => stateMachineBinding(machine(), ["StartExecution"]),
    arn("states:@:stateMachine:m"),
    ["states:StartExecution"],
    [arn("states:@:stateMachine:m")],
  ],
  [
    "a function's alias",
    () => functionBinding(new NodeFunction("other", { entry })),
    arn("lambda:@:function:other:live"),
    ["lambda:InvokeFunction"],
    [arn("lambda:@:function:other:live")],
  ],
];

describe("a binding gives a function the variable and the exact grant of", () => {
  for (const [what, bind, value, actions, resources] of bindings) {
    it(what, async () => {
      const made = await record(() => new NodeFunction("hello", { entry, bindings: { BOUND_TO: bind() } }));
      assert.equal(made.get("aws:lambda/function:Function", "hello").inputs.environment.variables.BOUND_TO, value);
      assert.deepEqual(made.statements("hello-policy").at(-1), {
        Effect: "Allow",
        Action: actions,
        Resource: resources,
      });
    });
  }
});
