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

  const key = arn("kms:@:key/0123");
  for (const kmsMasterKeyId of ["0123", key])
    it(`a topic, and of its key ${kmsMasterKeyId}, by SNS alone`, async () => {
      const bind = () => topicBinding(new Topic("n", { kmsMasterKeyId }));
      const made = await record(() => new NodeFunction("hello", { entry, bindings: { BOUND_TO: bind() } }));
      const { variables } = made.get("aws:lambda/function:Function", "hello").inputs.environment;
      assert.equal(variables.BOUND_TO, arn("sns:@:n"));
      assert.deepEqual(made.statements("hello-policy").slice(-2), [
        { Effect: "Allow", Action: ["sns:Publish"], Resource: [arn("sns:@:n")] },
        {
          Effect: "Allow",
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: [key],
          Condition: { StringEquals: { "kms:ViaService": "sns.eu-west-1.amazonaws.com" } },
        },
      ]);
    });

  for (const [kmsMasterKeyId, said] of [
    [undefined, /n: kmsMasterKeyId is not given; allowed is the id or the ARN/],
    ["alias/aws/sns", /n: kmsMasterKeyId is "alias\/aws\/sns"; allowed is the id or the ARN/],
  ] as const)
    it(`no topic with the key ${kmsMasterKeyId}, which nobody could be granted`, async () => {
      const use = () => {
        const { statements } = topicBinding(new Topic("n", { ...(kmsMasterKeyId && { kmsMasterKeyId }) }));
        const [key] = statements[1]!.Resource as unknown as { promise(): Promise<string> }[];
        return key!.promise();
      };
      await assert.rejects(record(use), said);
    });
});
