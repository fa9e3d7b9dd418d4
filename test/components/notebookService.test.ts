import assert from "node:assert/strict";
import { NotebookService, type NotebookServiceArgs } from "../../components/notebookService.ts";
import { check } from "../../policy/check.ts";
import { defaultTags, resourcesOf } from "../policy/support/resources.ts";
import { accountId, type Recording, record, region } from "./support/record.ts";

const network = { vpcId: "vpc-1", subnetIds: ["subnet-1", "subnet-2"] };
const cluster = {
  livyUrl: "https://00f1.livy.emr-serverless-services.eu-west-1.amazonaws.com",
  applicationArn: `arn:aws:emr-serverless:${region}:${accountId}:/applications/00f1`,
  executionRoleArn: `arn:aws:iam::${accountId}:role/jobs`,
};
const full: NotebookServiceArgs = {
  instanceTypes: ["ml.t3.large"],
  maximumVolumeSize: 50,
  idleMinutes: 45,
  rootAccess: true,
  network,
  cluster,
  encryptionKeyArn: `arn:aws:kms:${region}:${accountId}:key/0123`,
  cors: { origin: "https://example.org" },
  grants: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::data/notes/*"] }],
  logRetention: 7,
};

const types = {
  function: "aws:lambda/function:Function",
  invocation: "aws:lambda/invocation:Invocation",
  rule: "aws:cloudwatch/eventRule:EventRule",
  schedule: "aws:scheduler/schedule:Schedule",
  table: "aws:dynamodb/table:Table",
};
const prefix = "test-books-d294";
const sagemaker = (kind: string) => `arn:aws:sagemaker:${region}:${accountId}:${kind}/${prefix}-*`;
const instances = sagemaker("notebook-instance");
const configs = sagemaker("notebook-instance-lifecycle-config");
const table = `arn:aws:dynamodb:${region}:${accountId}:table/books-table`;
const names = (verbs: string, kind = "NotebookInstance") => verbs.split(" ").map((verb) => `sagemaker:${verb}${kind}`);
const inTable = (actions: string, ...more: string[]) => [
  actions.split(" ").map((action) => `dynamodb:${action}`),
  [table, ...more],
];

/** What is granted besides logs, traces and failure queues. */
const grants = (recording: Recording, name: string) =>
  (recording.statements(`${name}-policy`) as { Action: string[]; Resource: string[] }[])
    .filter(({ Action }) => !/^(logs|xray|sqs):/.test(Action[0]!))
    .map(({ Action, Resource }) => [Action, Resource]);
const settings = (recording: Recording) =>
  JSON.parse(recording.get(types.function, "books-change").inputs.environment.variables.NOTEBOOKS);

describe("NotebookService", function () {
  this.timeout(60_000);
  let plain: Recording;
  let whole: Recording;
  let service: NotebookService;
  before(async () => {
    plain = await record(() => {
      service = new NotebookService("books");
    });
    whole = await record(() => new NotebookService("books", full));
  });

  it("makes a table of notebooks, functions, and nothing at the top", () => {
    const { attributes, globalSecondaryIndexes, hashKey, ttl } = plain.get(types.table, "books-table").inputs;
    assert.deepEqual([hashKey, ttl], ["NotebookId", { attributeName: "ExpiresAt", enabled: true }]);
    assert.deepEqual(
      attributes.map((one: { name: string }) => one.name),
      ["NotebookId", "Listed", "TimeKey"],
    );
    assert.deepEqual(globalSecondaryIndexes, [
      { name: "byTime", hashKey: "Listed", rangeKey: "TimeKey", projectionType: "ALL" },
    ]);
    const functions = plain.all.filter(({ type }) => type === types.function).map(({ name }) => name);
    assert.deepEqual(functions.toSorted(), [
      "books-change",
      "books-clean",
      "books-observe",
      "books-read",
      "books-sweep",
    ]);
    assert.deepEqual(
      whole.all.filter(({ type, parent }) => type.startsWith("aws") && parent === undefined),
      [],
    );
    assert.equal(service.namePrefix, prefix);
  });

  it("grants each function exactly what it does, on this stack's notebooks alone", () => {
    assert.deepEqual(grants(plain, "books-read"), [
      [["sagemaker:CreatePresignedNotebookInstanceUrl"], [instances]],
      inTable("GetItem Query", `${table}/index/*`),
    ]);
    const change = [
      [[...names("Create Delete Describe Start Stop Update"), "sagemaker:AddTags"], [instances]],
      [names("Create Delete Update", "NotebookInstanceLifecycleConfig"), [configs]],
    ];
    const rest = [
      inTable("DeleteItem GetItem PutItem UpdateItem"),
      [["iam:PassRole"], [`arn:aws:iam::${accountId}:role/books-notebook-role`]],
    ];
    assert.deepEqual(grants(plain, "books-change"), [...change, ...rest]);
    assert.deepEqual(grants(whole, "books-change"), [
      ...change,
      [
        ["CreateNetworkInterface", "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"].map(
          (one) => `ec2:${one}`,
        ),
        ["*"],
      ],
      [["kms:DescribeKey"], [full.encryptionKeyArn]],
      [["kms:CreateGrant"], [full.encryptionKeyArn]],
      ...rest,
    ]);
    const end = [
      [names("Delete Describe Stop"), [instances]],
      [["sagemaker:DeleteNotebookInstanceLifecycleConfig"], [configs]],
    ];
    assert.deepEqual(grants(plain, "books-observe"), [...end, inTable("DeleteItem GetItem UpdateItem")]);
    assert.deepEqual(grants(plain, "books-clean"), [
      ...end,
      [["sagemaker:AddTags", "sagemaker:DeleteTags", "sagemaker:ListTags"], [instances]],
      [["sagemaker:ListNotebookInstances"], ["*"]],
      inTable("DeleteItem GetItem Query UpdateItem", `${table}/index/*`),
    ]);
    assert.deepEqual(grants(plain, "books-sweep"), [
      ...end,
      [["sagemaker:ListNotebookInstances"], ["*"]],
      [["sagemaker:ListNotebookInstanceLifecycleConfigs"], ["*"]],
    ]);
  });

  it("passes the notebooks' role to SageMaker alone", () => {
    const pass = (plain.statements("books-change-policy") as { Action: string[]; Condition?: object }[]).find(
      ({ Action }) => Action[0] === "iam:PassRole",
    );
    assert.deepEqual(pass?.Condition, { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } });
  });

  it("lets notebooks log under their own names, say how idle they are, and do what is granted", () => {
    const group = `arn:aws:logs:${region}:${accountId}:log-group:/aws/sagemaker/NotebookInstances`;
    const own = [
      { Effect: "Allow", Action: ["logs:CreateLogGroup", "logs:DescribeLogStreams"], Resource: [`${group}*`] },
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: [`${group}:log-stream:${prefix}-*`],
      },
      {
        Effect: "Allow",
        Action: ["sagemaker:AddTags"],
        Resource: [instances],
        Condition: {
          "ForAllValues:StringEquals": { "aws:TagKeys": ["notebook:reported", "notebook:active", "notebook:busy"] },
        },
      },
    ];
    assert.deepEqual(plain.statements("books-notebook-policy"), own);
    assert.deepEqual(whole.statements("books-notebook-policy"), [
      ...own,
      { Effect: "Allow", Action: ["emr-serverless:AccessLivyEndpoints"], Resource: [cluster.applicationArn] },
      {
        Effect: "Allow",
        Action: ["iam:PassRole"],
        Resource: [cluster.executionRoleArn],
        Condition: { StringEquals: { "iam:PassedToService": "emr-serverless.amazonaws.com" } },
      },
      ...full.grants!,
    ]);
    const trust = JSON.parse(plain.get("aws:iam/role:Role", "books-notebook-role").inputs.assumeRolePolicy);
    assert.deepEqual(trust.Statement[0].Principal, { Service: "sagemaker.amazonaws.com" });
    assert.deepEqual(trust.Statement[0].Condition, { StringEquals: { "aws:SourceAccount": accountId } });
  });

  it("tells functions what notebooks are made with", () => {
    assert.deepEqual(settings(plain), {
      instanceTypes: ["ml.t3.medium", "ml.t3.large", "ml.t3.xlarge", "ml.m5.xlarge", "ml.m5.2xlarge"],
      maximumVolumeSize: 100,
      idleMinutes: 120,
      rootAccess: false,
      directInternet: true,
      tags: { project: "platform", stack: "test" },
    });
    assert.deepEqual(settings(whole), {
      instanceTypes: ["ml.t3.large"],
      maximumVolumeSize: 50,
      idleMinutes: 45,
      rootAccess: true,
      directInternet: false,
      network: { subnetIds: ["subnet-1", "subnet-2"], securityGroupIds: ["books-notebook-id"] },
      keyArn: full.encryptionKeyArn,
      cluster: { livyUrl: cluster.livyUrl, executionRoleArn: cluster.executionRoleArn },
      tags: { project: "platform", stack: "test" },
    });
    const { variables } = whole.get(types.function, "books-read").inputs.environment;
    assert.equal(variables.CORS_ALLOW_ORIGIN, "https://example.org");
  });

  it("keeps notebooks in a network from being reached", () => {
    const { ingress, egress } = whole.get("aws:ec2/securityGroup:SecurityGroup", "books-notebook").inputs;
    assert.deepEqual(ingress, []);
    assert.deepEqual(
      egress.map(({ fromPort, toPort }: { fromPort: number; toPort: number }) => [fromPort, toPort]),
      [[443, 443]],
    );
  });

  it("hears of its own notebooks, looks at them every five minutes, and removes them with the stack", () => {
    assert.deepEqual(JSON.parse(plain.get(types.rule, "books-changes").inputs.eventPattern), {
      source: ["aws.sagemaker"],
      "detail-type": ["SageMaker Notebook Instance State Change"],
      detail: { NotebookInstanceName: [{ prefix: `${prefix}-` }] },
    });
    assert.equal(plain.get(types.schedule, "books-clean-schedule").inputs.scheduleExpression, "rate(5 minutes)");
    const sweep = whole.get(types.invocation, "books-sweep-on-destroy");
    assert.equal(sweep.inputs.lifecycleScope, "CRUD");
    for (const needed of [
      "aws:iam/role:Role books-notebook-role",
      "aws:ec2/securityGroup:SecurityGroup books-notebook",
    ]) {
      assert.ok(sweep.dependencies.includes(needed), needed);
    }
  });

  it("gives routes, each for callers with an AWS identity unless it is said otherwise", async () => {
    assert.deepEqual(Object.keys(service.routes), [
      "GET /notebooks",
      "POST /notebooks",
      "GET /notebooks/{id}",
      "PATCH /notebooks/{id}",
      "DELETE /notebooks/{id}",
      "POST /notebooks/{id}/start",
      "POST /notebooks/{id}/stop",
    ]);
    for (const route of Object.values(service.routes)) assert.equal(route.auth, "iam");
    const cognito = { cognito: { userPoolArns: [`arn:aws:cognito-idp:${region}:${accountId}:userpool/p`] } };
    await record(() => {
      const { routes } = new NotebookService("books", { auth: cognito });
      for (const route of Object.values(routes)) assert.equal(route.auth, cognito);
    });
  });

  it("keeps every rule of the policy pack", async () => {
    for (const args of [{}, full]) {
      const made = await record(() => new NotebookService("books", args), { stack: "prod" });
      assert.deepEqual(check(resourcesOf(made), { stack: "prod", publicRoutes: [], defaultTags }), []);
    }
  });

  const invalid: [args: NotebookServiceArgs, message: string][] = [
    [{ instanceTypes: [] }, "instanceTypes is []; allowed is at least one"],
    [
      { instanceTypes: ["m5.large"] },
      'instanceTypes is "m5.large"; allowed is machines of SageMaker, such as ml.t3.medium',
    ],
    [{ maximumVolumeSize: 4 }, "maximumVolumeSize is 4; allowed is a whole number from 5 to 16384"],
    [{ idleMinutes: 0 }, "idleMinutes is 0; allowed is a whole number from 30 to 10080"],
    [
      { directInternet: false },
      "network is not given; allowed is a network where directInternet is false: SageMaker's own has no other way out",
    ],
    [{ encryptionKeyArn: "key" }, 'encryptionKeyArn is "key"; allowed is a key\'s ARN'],
  ];
  for (const [args, message] of invalid) {
    it(`refuses ${JSON.stringify(args)}`, () =>
      assert.rejects(
        record(() => new NotebookService("books", args)),
        { message: `NotebookService "books": ${message}` },
      ));
  }

  it("refuses names that AWS would", async () => {
    for (const name of ["1st", "a".repeat(44)]) {
      await assert.rejects(
        record(() => new NotebookService(name)),
        /name is /,
      );
    }
  });
});
