import assert from "node:assert/strict";
import { SparkJobs, type SparkJobsArgs } from "../../components/sparkJobs.ts";
import { check } from "../../policy/check.ts";
import { defaultTags, resourcesOf } from "../policy/support/resources.ts";
import { accountId, type Recording, record, region } from "./support/record.ts";

const full: SparkJobsArgs = {
  scriptArguments: { "iris_predictions.py": ["--table", "irises"] },
  defaultScript: "recommender_ratings.py",
  grants: [{ Effect: "Allow", Action: ["dynamodb:Query"], Resource: ["arn:aws:dynamodb:eu-west-1:1:table/irises"] }],
  releaseLabel: "emr-7.6.0",
  maximumCpu: 16,
  maximumMemory: 64,
  autoStopMinutes: 5,
  sparkParameters: "--conf spark.executor.instances=1",
  timeoutMinutes: 30,
  maximumTimeoutMinutes: 120,
  retries: 2,
  interactive: false,
  network: { vpcId: "vpc-1", subnetIds: ["subnet-1", "subnet-2"] },
  logRetention: 7,
};

const types = {
  application: "aws:emrserverless/application:Application",
  function: "aws:lambda/function:Function",
  logGroup: "aws:cloudwatch/logGroup:LogGroup",
  object: "aws:s3/bucketObject:BucketObject",
  rule: "aws:cloudwatch/eventRule:EventRule",
  schedule: "aws:scheduler/schedule:Schedule",
  table: "aws:dynamodb/table:Table",
};
const application = `arn:aws:emr-serverless:${region}:${accountId}:/applications/spark-id`;
const runs = `${application}/jobruns/*`;
const logs = `arn:aws:logs:${region}:${accountId}:log-group:/aws/emr-serverless/platform-test-spark-runs`;
const table = `arn:aws:dynamodb:${region}:${accountId}:table/spark-table`;
const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const emr = (actions: string, resource: string) => [
  actions.split(" ").map((action) => `emr-serverless:${action}`),
  [resource],
];
const inTable = (actions: string, ...more: string[]) => [
  actions.split(" ").map((action) => `dynamodb:${action}`),
  [table, ...more],
];
const start = [emr("StartJobRun", application), emr("TagResource", runs)];
const readLogs = [["logs:FilterLogEvents"], [`${logs}:*`]];

/** What is granted besides logs of their own, traces and failure queues. */
const grants = (recording: Recording, name: string) =>
  (recording.statements(`${name}-policy`) as { Action: string[]; Resource: string[] }[])
    .filter(({ Action }) => !/^(logs:Create|xray|sqs)/.test(Action[0]!))
    .map(({ Action, Resource }) => [Action, Resource]);
const variables = (recording: Recording, name: string) =>
  recording.get(types.function, name).inputs.environment.variables;

describe("SparkJobs", function () {
  this.timeout(60_000);
  let plain: Recording;
  let whole: Recording;
  let jobs: SparkJobs;
  let cluster: Record<string, string> = {};
  before(async () => {
    plain = await record(() => {
      jobs = new SparkJobs("spark");
      for (const [key, value] of Object.entries(jobs.cluster)) {
        value.apply((text: string) => {
          cluster = { ...cluster, [key]: text };
        });
      }
    });
    whole = await record(() => new SparkJobs("spark", full));
  });

  it("makes an application that starts and stops by itself, within its capacity", () => {
    assert.deepEqual(plain.get(types.application, "spark").inputs, {
      name: "platform-test-spark",
      type: "spark",
      releaseLabel: "emr-7.5.0",
      architecture: "ARM64",
      maximumCapacity: { cpu: "8 vCPU", memory: "32 GB" },
      autoStartConfiguration: { enabled: true },
      autoStopConfiguration: { enabled: true, idleTimeoutMinutes: 15 },
      interactiveConfiguration: { livyEndpointEnabled: true, studioEnabled: false },
    });
    const { inputs } = whole.get(types.application, "spark");
    assert.deepEqual(inputs.maximumCapacity, { cpu: "16 vCPU", memory: "64 GB" });
    assert.deepEqual(inputs.autoStopConfiguration, { enabled: true, idleTimeoutMinutes: 5 });
    assert.deepEqual(inputs.interactiveConfiguration, { livyEndpointEnabled: false, studioEnabled: false });
    assert.deepEqual(inputs.networkConfiguration, {
      subnetIds: ["subnet-1", "subnet-2"],
      securityGroupIds: ["spark-job-id"],
    });
  });

  it("uses an application that is there already, and none of its own", async () => {
    const applicationArn = "arn:aws:emr-serverless:eu-west-1:123456789012:/applications/00f1given";
    const made = await record(() => new SparkJobs("spark", { applicationArn }));
    assert.equal(made.all.filter(({ type }) => type === types.application).length, 0);
    assert.equal(variables(made, "spark-run").APPLICATION_ID, "00f1given");
    assert.match(
      JSON.stringify(made.statements("spark-run-policy")),
      /"emr-serverless:StartJobRun"\],"Resource":\["arn:aws:emr-serverless:eu-west-1:123456789012:\/applications\/00f1given"/,
    );
  });

  it("makes functions, a table of jobs and runs, and nothing at the top", () => {
    const functions = plain.all.filter(({ type }) => type === types.function).map(({ name }) => name);
    assert.deepEqual(functions.toSorted(), [
      ...["spark-change", "spark-mend", "spark-observe", "spark-read", "spark-run", "spark-sweep"],
    ]);
    const { hashKey, rangeKey } = plain.get(types.table, "spark-table").inputs;
    assert.deepEqual([hashKey, rangeKey], ["JobId", "Entry"]);
    assert.deepEqual(
      whole.all.filter(({ type, parent }) => type.startsWith("aws") && parent === undefined),
      [],
    );
  });

  it("uploads the program's scripts", () => {
    const uploaded = plain.all
      .filter(({ type }) => type === types.object)
      .map(({ name, inputs }) => [name, inputs.key]);
    assert.deepEqual(uploaded, [
      ["spark-iris_predictions", "scripts/iris_predictions.py"],
      ["spark-recommender_ratings", "scripts/recommender_ratings.py"],
    ]);
  });

  it("lets runs read scripts, use the data, log, and do what is granted", () => {
    const allow = (Action: string[], ...Resource: string[]) => ({ Effect: "Allow", Action, Resource });
    const own = [
      allow(["s3:GetObject"], "arn:aws:s3:::spark-data/scripts/*"),
      allow(
        ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        "arn:aws:s3:::spark-data/data/*",
      ),
      allow(["s3:ListBucket"], "arn:aws:s3:::spark-data"),
      allow(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], `${logs}:*`),
      allow(["logs:DescribeLogGroups"], "*"),
    ];
    assert.deepEqual(plain.statements("spark-job-policy"), own);
    assert.deepEqual(whole.statements("spark-job-policy"), [...own, ...full.grants!]);
    const trust = JSON.parse(plain.get("aws:iam/role:Role", "spark-job-role").inputs.assumeRolePolicy).Statement[0];
    assert.deepEqual(trust.Principal, { Service: "emr-serverless.amazonaws.com" });
    assert.deepEqual(trust.Condition, { StringEquals: { "aws:SourceAccount": accountId } });
  });

  it("grants each function exactly what it does", () => {
    const asRole = [["iam:PassRole"], [role("spark-job-role")]];
    const inTableAndLists = inTable("DeleteItem GetItem PutItem Query UpdateItem", `${table}/index/*`);
    const scheduling = [
      asRole,
      [
        ["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"],
        [`arn:aws:scheduler:${region}:${accountId}:schedule/spark-schedules/*`],
      ],
      [["iam:PassRole"], [role("spark-schedule-role")]],
    ];
    assert.deepEqual(grants(plain, "spark-read"), [readLogs, inTable("GetItem Query", `${table}/index/*`)]);
    assert.deepEqual(grants(plain, "spark-change"), [
      ...start,
      emr("CancelJobRun", runs),
      emr("GetJobRun", runs),
      readLogs,
      inTableAndLists,
      ...scheduling,
    ]);
    assert.deepEqual(grants(plain, "spark-mend"), [
      ...start,
      emr("CancelJobRun", runs),
      inTableAndLists,
      ...scheduling,
    ]);
    assert.deepEqual(grants(plain, "spark-run"), [...start, inTable("GetItem PutItem UpdateItem"), asRole]);
    assert.deepEqual(grants(plain, "spark-observe"), [
      emr("GetJobRun", runs),
      emr("ListJobRuns", application),
      readLogs,
      inTable("GetItem PutItem UpdateItem"),
    ]);
    assert.deepEqual(grants(plain, "spark-sweep"), [
      emr("ListJobRuns", application),
      emr("CancelJobRun", runs),
      emr("GetApplication StopApplication", application),
    ]);
  });

  it("hands on each role to the service that acts as it, and to nobody else", () => {
    const passed = (plain.statements("spark-change-policy") as { Action: string[]; Condition?: object }[])
      .filter(({ Action }) => Action[0] === "iam:PassRole")
      .map(({ Condition }) => Condition);
    assert.deepEqual(
      passed,
      ["emr-serverless", "scheduler"].map((service) => ({
        StringEquals: { "iam:PassedToService": `${service}.amazonaws.com` },
      })),
    );
    assert.deepEqual(plain.statements("spark-schedule-policy"), [
      {
        Effect: "Allow",
        Action: ["lambda:InvokeFunction"],
        Resource: [`arn:aws:lambda:${region}:${accountId}:function:spark-run:live`],
      },
    ]);
  });

  it("tells functions what runs are made with", () => {
    const { JOBS, APPLICATION_ID, JOB_LOG_GROUP, SCHEDULE_GROUP, SCHEDULE_TARGET_ARN } = variables(
      plain,
      "spark-change",
    );
    assert.deepEqual(JSON.parse(JOBS), {
      scripts: { "iris_predictions.py": { args: [] }, "recommender_ratings.py": { args: [] } },
      scriptsUri: "s3://spark-data/scripts/",
      defaultScript: "iris_predictions.py",
      sparkParameters:
        "--conf spark.driver.cores=2 --conf spark.driver.memory=6g --conf spark.executor.cores=2 --conf spark.executor.memory=6g --conf spark.executor.instances=2 --conf spark.log.level=WARN",
      timeoutMinutes: 60,
      maximumTimeoutMinutes: 1_440,
      retries: 0,
      tags: { project: "platform", stack: "test" },
    });
    assert.equal(APPLICATION_ID, "spark-id");
    assert.equal(JOB_LOG_GROUP, "/aws/emr-serverless/platform-test-spark-runs");
    assert.equal(SCHEDULE_GROUP, "spark-schedules");
    assert.equal(SCHEDULE_TARGET_ARN, `arn:aws:lambda:${region}:${accountId}:function:spark-run:live`);
    const given = JSON.parse(variables(whole, "spark-run").JOBS);
    assert.deepEqual(given.scripts["iris_predictions.py"], { args: ["--table", "irises"] });
    assert.deepEqual(
      [given.defaultScript, given.timeoutMinutes, given.maximumTimeoutMinutes, given.retries, given.sparkParameters],
      ["recommender_ratings.py", 30, 120, 2, full.sparkParameters],
    );
  });

  it("hears of its own runs, looks for what was not told, and ends all with the stack", () => {
    assert.deepEqual(JSON.parse(plain.get(types.rule, "spark-changes").inputs.eventPattern), {
      source: ["aws.emr-serverless"],
      "detail-type": ["EMR Serverless Job Run State Change"],
      detail: { applicationId: ["spark-id"] },
    });
    const { target, scheduleExpression } = plain.get(types.schedule, "spark-observe-schedule").inputs;
    assert.deepEqual([scheduleExpression, target.input], ["rate(15 minutes)", '{"reconcile":true}']);
    assert.equal(plain.get(types.schedule, "spark-mend-schedule").inputs.scheduleExpression, "rate(15 minutes)");
    const sweep = plain.get("aws:lambda/invocation:Invocation", "spark-sweep-on-destroy");
    assert.ok(sweep.dependencies.includes("aws:emrserverless/application:Application spark"));
  });

  it("keeps logs as long as it is told", () => {
    assert.equal(whole.get(types.logGroup, "spark-runs-logs").inputs.retentionInDays, 7);
  });

  it("gives routes, and what cluster-backed notebooks need", () => {
    assert.equal(Object.keys(jobs.routes).length, 10);
    for (const route of Object.values(jobs.routes)) assert.equal(route.auth, "iam");
    assert.deepEqual(cluster, {
      livyUrl: `https://spark-id.livy.emr-serverless-services.${region}.amazonaws.com`,
      applicationArn: application,
      executionRoleArn: role("spark-job-role"),
    });
  });

  it("keeps every rule of the policy pack", async () => {
    for (const args of [{}, full]) {
      const made = await record(() => new SparkJobs("spark", args), { stack: "prod" });
      assert.deepEqual(check(resourcesOf(made), { stack: "prod", publicRoutes: [], defaultTags }), []);
    }
  });

  const scripts = "iris_predictions.py, recommender_ratings.py";
  const invalid: [args: SparkJobsArgs, message: string][] = [
    [{ scripts: "docs" }, 'scripts is "docs"; allowed is a folder with a script, such as a.py'],
    [{ scripts: "nowhere" }, 'scripts is "nowhere"; allowed is a folder with a script, such as a.py'],
    [{ defaultScript: "x.py" }, `defaultScript is "x.py"; allowed is one of ${scripts}`],
    [{ scriptArguments: { "x.py": [] } }, `scriptArguments is "x.py"; allowed is one of ${scripts}`],
    [
      { applicationArn: "00f1given" },
      'applicationArn is "00f1given"; allowed is the ARN of an application of EMR Serverless',
    ],
    [{ releaseLabel: "7.5" }, 'releaseLabel is "7.5"; allowed is a release such as emr-7.5.0'],
    [{ maximumCpu: 2 }, "maximumCpu is 2; allowed is a whole number from 4 to 400"],
    [{ maximumMemory: 4 }, "maximumMemory is 4; allowed is a whole number from 8 to 3000"],
    [{ autoStopMinutes: 0 }, "autoStopMinutes is 0; allowed is a whole number from 1 to 10080"],
    [{ timeoutMinutes: 4 }, "timeoutMinutes is 4; allowed is a whole number from 5 to 1440"],
    [{ timeoutMinutes: 90, maximumTimeoutMinutes: 60 }, "timeoutMinutes is 90; allowed is a whole number from 5 to 60"],
    [{ retries: 10 }, "retries is 10; allowed is a whole number from 0 to 9"],
  ];
  for (const [args, message] of invalid) {
    it(`refuses ${JSON.stringify(args)}`, () =>
      assert.rejects(
        record(() => new SparkJobs("spark", args)),
        { message: `SparkJobs "spark": ${message}` },
      ));
  }
});
