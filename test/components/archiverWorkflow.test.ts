import assert from "node:assert/strict";
import { ComponentResource } from "@pulumi/pulumi";
import { ArchiverWorkflow, type ArchiverWorkflowArgs } from "../../components/archiverWorkflow.ts";
import { createBucket } from "../../components/bucket.ts";
import { NodeFunction } from "../../components/nodeFunction.ts";
import { createTable } from "../../components/table.ts";
import { check } from "../../policy/check.ts";
import { defaultTags, resourcesOf } from "../policy/support/resources.ts";
import { type Recording, record } from "./support/record.ts";

const archiver = (args?: ArchiverWorkflowArgs, stack?: string) =>
  record(() => new ArchiverWorkflow("archiver", args), stack ? { stack } : {});
const machineOf = (made: Recording, name = "archiver-ArchiverStateMachine") =>
  made.get("aws:sfn/stateMachine:StateMachine", name).inputs;
const group = () => new ComponentResource("test:index:Group", "group");

describe("ArchiverWorkflow", function () {
  this.timeout(60_000);
  let made: Recording;
  before(async () => {
    made = await archiver();
  });

  it("makes buckets, table, queue, functions, machine and rules, each with its own name", () => {
    const names = made
      .names()
      .filter((name) => /^aws:.*(Bucket|Table|Queue|Function|StateMachine|EventRule) /.test(name));
    assert.deepEqual(names, [
      "aws:cloudwatch/eventRule:EventRule archiver-drops",
      "aws:cloudwatch/eventRule:EventRule archiver-reconciliation",
      "aws:cloudwatch/eventRule:EventRule archiver-stopped",
      "aws:dynamodb/table:Table archiver-ArchiveTable",
      "aws:lambda/function:Function archiver-act",
      "aws:lambda/function:Function archiver-gatherInfo",
      "aws:lambda/function:Function archiver-reconcile",
      "aws:lambda/function:Function archiver-recordStopped",
      "aws:lambda/function:Function archiver-startDrop",
      "aws:s3/bucket:Bucket archiver-archive",
      "aws:s3/bucket:Bucket archiver-drop",
      "aws:s3/bucket:Bucket archiver-quarantine",
      "aws:sfn/stateMachine:StateMachine archiver-ArchiverStateMachine",
      "aws:sqs/queue:Queue archiver-HumanSQS",
      "aws:sqs/queue:Queue archiver-reconcile-failures",
      "aws:sqs/queue:Queue archiver-recordStopped-failures",
      "aws:sqs/queue:Queue archiver-startDrop-failures",
      "aws:sqs/queue:Queue archiver-unanswered",
    ]);
  });

  it("gives the machine exactly what its states call", () => {
    const [functions, table, queue] = made.statements("archiver-ArchiverStateMachine-policy") as {
      Action: string[];
      Resource: string[];
    }[];
    const live = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:function:${name}:live`;
    assert.deepEqual(functions?.Action, ["lambda:InvokeFunction"]);
    assert.deepEqual(functions?.Resource, [live("archiver-gatherInfo"), live("archiver-act")]);
    assert.deepEqual([table?.Action, queue?.Action], [["dynamodb:PutItem"], ["sqs:SendMessage"]]);
    assert.deepEqual(queue?.Resource, ["arn:aws:sqs:eu-west-1:123456789012:archiver-HumanSQS"]);
  });

  it("logs every event without the data, which holds tokens", () => {
    const { loggingConfiguration, tracingConfiguration, type } = machineOf(made);
    assert.equal(type, "STANDARD");
    assert.deepEqual([loggingConfiguration.level, loggingConfiguration.includeExecutionData], ["ALL", false]);
    assert.match(loggingConfiguration.logDestination, /:log-group:\/aws\/vendedlogs\/states\/.*:\*$/);
    assert.deepEqual(tracingConfiguration, { enabled: true });
  });

  it("gives an answer as much time as the question lives, and the machine more", async () => {
    const asked = await archiver({ approval: { timeout: 3_600 } });
    const definition = JSON.parse(machineOf(asked).definition);
    assert.equal(definition.States["Data Manager Approval"].TimeoutSeconds, 3_600);
    assert.ok(definition.TimeoutSeconds > 3_600);
    assert.equal(asked.get("aws:sqs/queue:Queue", "archiver-HumanSQS").inputs.messageRetentionSeconds, 3_600);
  });

  it("asks nobody with mode none, and Express never", async () => {
    const alone = await archiver({ approval: { mode: "none" }, express: true });
    assert.ok(!alone.names().some((name) => name.includes("HumanSQS")));
    const express = machineOf(alone, "archiver-ArchiverExpress");
    assert.equal(express.type, "EXPRESS");
    assert.ok(JSON.parse(express.definition).TimeoutSeconds <= 300);
    assert.ok(!express.definition.includes("waitForTaskToken"));
  });

  describe("with approval by mail", () => {
    const approvers = ["anna@example.org", "ben@example.org"];
    const asks = (of: Recording) => JSON.parse(machineOf(of).definition).States["Data Manager Approval"];

    it("subscribes each approver to the messages for him alone, and leads him to a page of its own", async () => {
      const both = await archiver({ approval: { mode: "both", approvers } });
      const subscriptions = both.names().filter((name) => name.startsWith("aws:sns/topicSubscription"));
      assert.equal(subscriptions.length, 2);
      const { inputs } = both.get("aws:sns/topicSubscription:TopicSubscription", `archiver-approver-${approvers[0]}`);
      assert.deepEqual([inputs.protocol, JSON.parse(inputs.filterPolicy)], ["email", { approver: [approvers[0]] }]);
      const { environment } = both.get("aws:lambda/function:Function", "archiver-askApprovers").inputs;
      assert.match(environment.variables.APPROVAL_URL, /^https:\/\/archiver-approvals-id\..*\/Prod$/);
      assert.ok(environment.variables.APPROVAL_QUEUE_URL);
      assert.equal(asks(both).Resource, "arn:aws:states:::lambda:invoke.waitForTaskToken");
      assert.match(asks(both).Parameters.FunctionName, /:archiver-askApprovers:live$/);
    });

    it("keeps the links' secrets out of logs and traces", async () => {
      const both = await archiver({ approval: { mode: "both", approvers } });
      const { inputs } = both.get("aws:apigateway/stage:Stage", "archiver-approvals-stage");
      assert.equal(inputs.xrayTracingEnabled, false);
      const { path, route } = JSON.parse(inputs.accessLogSettings.format);
      assert.deepEqual([path, route], [undefined, "$context.resourcePath"]);
    });

    it("lets the page answer tasks and look up what became of them, and nobody else", async () => {
      const mailed = await archiver({ approval: { mode: "email", approvers } });
      assert.ok(!mailed.names().some((name) => name.includes("HumanSQS")));
      const answer = mailed
        .names()
        .filter((name) => name.startsWith("aws:iam/rolePolicy"))
        .map((name) => name.split(" ")[1]!)
        .filter((name) => JSON.stringify(mailed.statements(name)).includes("states:SendTaskSuccess"));
      assert.deepEqual(answer, ["archiver-approvalPage-answers"]);
      const states = "arn:aws:states:eu-west-1:123456789012";
      assert.deepEqual(mailed.statements("archiver-approvalPage-answers"), [
        {
          Effect: "Allow",
          Action: ["states:SendTaskSuccess"],
          Resource: [`${states}:stateMachine:archiver-ArchiverStateMachine`],
        },
        {
          Effect: "Allow",
          Action: ["states:GetExecutionHistory"],
          Resource: [`${states}:execution:archiver-ArchiverStateMachine:*`],
        },
      ]);
      assert.deepEqual(mailed.get("aws:dynamodb/table:Table", "archiver-ApprovalTable").inputs.ttl, {
        attributeName: "Expires",
        enabled: true,
      });
    });

    it("sends by SES, without a topic, where a sender is given", async () => {
      const identityArn = "arn:aws:ses:eu-west-1:123456789012:identity/example.org";
      const ses = { from: "Archive <archive@example.org>", identityArn };
      const sent = await archiver({ approval: { mode: "email", approvers, ses } });
      assert.ok(!sent.names().some((name) => name.startsWith("aws:sns/")));
      const statements = sent.statements("archiver-askApprovers-policy") as { Action: string[]; Resource: string[] }[];
      assert.deepEqual(statements.find(({ Action }) => Action.includes("ses:SendEmail"))?.Resource, [identityArn]);
    });
  });

  it("protects and names the table so that a redeploy never empties it", async () => {
    const table = (await archiver({}, "prod")).get("aws:dynamodb/table:Table", "archiver-ArchiveTable");
    assert.deepEqual([table.protect, table.inputs.deletionProtectionEnabled, table.inputs.hashKey], [true, true, "Id"]);
  });

  it("grants the action only what its policies need", async () => {
    const actionsOf = async (args: ArchiverWorkflowArgs) =>
      ((await archiver(args)).statements("archiver-act-policy") as { Action: string[]; Resource: string[] }[])
        .filter(({ Resource }) => Resource.some((arn) => arn.startsWith("arn:aws:s3:::archiver-drop")))
        .flatMap(({ Action }) => Action);
    const leave = { Archived: "leave", Quality_Fail: "leave" } as const;
    assert.deepEqual(await actionsOf({ actions: leave }), ["s3:ListBucket"]);
    assert.ok((await actionsOf({})).includes("s3:DeleteObjectVersion"));
    const copied = await actionsOf({ actions: { Archived: "copy", Quality_Fail: "tag" } });
    assert.ok(!copied.some((action) => action.includes("Delete")), copied.join());
    assert.ok(copied.includes("s3:PutObjectVersionTagging"));
  });

  it("uses a table, buckets and a quality function of the caller's", async () => {
    const given = await record(() => {
      const parent = group();
      const table = createTable("mine", { hashKey: "Id", attributes: [{ name: "Id", type: "S" }] }, parent);
      const drop = createBucket("inbox", {}, parent);
      const qualityFunction = new NodeFunction("judge", { callback: async () => ({ quality: 1 }) });
      new ArchiverWorkflow("archiver", { table, buckets: { drop }, qualityFunction, schedule: "rate(1 hour)" });
    });
    const names = given.names().join("\n");
    assert.ok(!/archiver-ArchiveTable|Bucket archiver-drop$|BucketNotification/m.test(names), names);
    const { environment } = given.get("aws:lambda/function:Function", "archiver-gatherInfo").inputs;
    assert.equal(environment.variables.DROP_BUCKET, "inbox");
    assert.match(environment.variables.QUALITY_FUNCTION, /:judge:live$/);
    const rule = given.get("aws:cloudwatch/eventRule:EventRule", "archiver-schedule").inputs;
    assert.equal(rule.scheduleExpression, "rate(1 hour)");
  });

  const wrong: [ArchiverWorkflowArgs, RegExp][] = [
    [{ qualityThreshold: 101 }, /qualityThreshold is 101; allowed is a number from 0 to 100/],
    [{ approval: { mode: "fax" as never } }, /approval\.mode is "fax"; allowed is one of queue/],
    [{ approval: { timeout: 5 } }, /approval\.timeout is 5; allowed is a whole number from 60 to 1209600/],
    [{ approval: { mode: "email" } }, /approval\.approvers is not given; allowed is at least one mail address/],
    [{ approval: { approvers: ["a@b.example"] } }, /approval\.approvers is .*; allowed is nothing, unless mode is/],
    [{ approval: { mode: "both", approvers: ["anna"] } }, /approval\.approvers is "anna"; allowed is mail addresses/],
    [{ approval: { mode: "email", approvers: ["a@b.example", "a@b.example"] } }, /each once/],
    [
      { approval: { mode: "email", approvers: ["a@b.example"], ses: { from: "archive", identityArn: "arn" } } },
      /approval\.ses\.from is "archive"; allowed is a mail address/,
    ],
    [{ actions: { Archived: "burn" as never } }, /actions\.Archived is "burn"; allowed is one of move/],
    [{ actions: { Lost: "leave" } as never }, /an outcome in actions is "Lost"; allowed is one of Archived/],
    [{ storageClass: "TAPE" as never }, /storageClass is "TAPE"; allowed is one of STANDARD/],
    [{ schedule: "hourly" }, /schedule is "hourly"; allowed is an expression such as rate/],
    [{ handlers: { act: "handlers/nowhere.ts" } }, /handlers\.act is "handlers\/nowhere\.ts"; allowed is a file/],
    [{ logRetention: 2 }, /logRetention is 2; allowed is one of 1, 3/],
  ];
  for (const [args, message] of wrong) {
    it(`refuses ${JSON.stringify(args)} before anything is made`, async () => {
      await assert.rejects(async () => archiver(args), message);
    });
  }

  const publicRoutes = ["archiver-approvals GET /approvals/{id}", "archiver-approvals POST /approvals/{id}"];
  const examples: Record<string, ArchiverWorkflowArgs> = {
    "its defaults": {},
    "nobody asked, Express too": { approval: { mode: "none" }, express: true, schedule: "rate(1 day)" },
    "approval by mail and queue": { approval: { mode: "both", approvers: ["anna@example.org"] } },
    "approval by SES": {
      approval: {
        mode: "email",
        approvers: ["anna@example.org"],
        ses: {
          from: "archive@example.org",
          identityArn: "arn:aws:ses:eu-west-1:123456789012:identity/archive@example.org",
        },
      },
    },
    "tags and deletions": { actions: { Archived: "tag", Quality_Fail: "delete", Rejected: "copy" } },
  };
  for (const [what, args] of Object.entries(examples)) {
    it(`keeps every rule with ${what}`, async () => {
      const all = await archiver(args, "prod");
      assert.deepEqual(check(resourcesOf(all), { stack: "prod", publicRoutes, defaultTags }), []);
    });
  }
});
