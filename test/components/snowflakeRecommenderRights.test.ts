import assert from "node:assert/strict";
import { SnowflakeRecommender } from "../../components/snowflakeRecommender.ts";
import { grants, sagemaker, scaled, types } from "./support/recommender.ts";
import { accountId, type Recording, record, region } from "./support/record.ts";

const batches = [
  [["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::snow-data/batches/*"]],
  [["s3:ListBucket"], ["arn:aws:s3:::snow-data"]],
];
const passRole = (role: string) => [["iam:PassRole"], [`arn:aws:iam::${accountId}:role/${role}`]];
const removal = [
  [["sagemaker:DeleteEndpoint", "sagemaker:DescribeEndpoint"], [sagemaker("endpoint")]],
  [["sagemaker:DeleteEndpointConfig"], [sagemaker("endpoint-config")]],
  [["sagemaker:DeleteModel"], [sagemaker("model")]],
  [["sagemaker:ListEndpointConfigs", "sagemaker:ListModels"], ["*"]],
];

describe("the rights of a SnowflakeRecommender", function () {
  this.timeout(60_000);
  let plain: Recording;
  let full: Recording;
  before(async () => {
    plain = await record(() => new SnowflakeRecommender("snow"));
    full = await record(() => new SnowflakeRecommender("snow", scaled));
  });

  it("lets Snowflake's role call exactly these routes, and nobody else any", () => {
    const role = `arn:aws:iam::${accountId}:role/snow-external-function`;
    assert.deepEqual(JSON.parse(plain.get(types.api, "snow").inputs.policy), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "execute-api:Invoke",
          Resource: "*",
          Condition: { StringNotEquals: { "aws:PrincipalArn": role } },
        },
      ],
    });
    const paths = ["train", "deploy", "invoke", "status", "undeploy"];
    const routes = paths.flatMap((path) => [`POST/${path}`, `GET/${path}`]);
    const api = `arn:aws:execute-api:${region}:${accountId}:snow-id/Prod`;
    assert.deepEqual(plain.statements("snow-external-function-policy"), [
      { Effect: "Allow", Action: ["execute-api:Invoke"], Resource: routes.map((route) => `${api}/${route}`) },
    ]);
  });

  it("grants each function exactly what it does", () => {
    const jobs = sagemaker("training-job");
    const start = [
      [["sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:AddTags"], [jobs]],
      [["sagemaker:ListTrainingJobs"], ["*"]],
    ];
    const list = [["sagemaker:ListEndpoints"], ["*"]];
    const make = [
      [["sagemaker:CreateModel", "sagemaker:AddTags"], [sagemaker("model")]],
      [
        ["CreateEndpoint", "CreateEndpointConfig", "UpdateEndpoint", "AddTags"].map((action) => `sagemaker:${action}`),
        [sagemaker("endpoint"), sagemaker("endpoint-config")],
      ],
    ];
    assert.deepEqual(grants(plain, "snow-train"), [...batches, ...start, passRole("snow-training-role")]);
    assert.deepEqual(grants(plain, "snow-deploy"), [
      ...batches,
      ...make,
      list,
      ...removal,
      passRole("snow-sagemaker-role"),
    ]);
    assert.deepEqual(grants(plain, "snow-invoke"), [
      ...batches,
      [["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"], [sagemaker("endpoint")]],
    ]);
    assert.deepEqual(grants(plain, "snow-status"), [
      ...batches,
      [["sagemaker:DescribeTrainingJob"], [jobs]],
      [["sagemaker:DescribeEndpoint"], [sagemaker("endpoint")]],
    ]);
    assert.deepEqual(grants(plain, "snow-undeploy"), [...batches, ...removal]);
    assert.deepEqual(grants(plain, "snow-sweep"), [
      ...removal,
      [["sagemaker:ListEndpoints"], ["*"]],
      [["sagemaker:StopTrainingJob"], [jobs]],
      [["sagemaker:ListTrainingJobs"], ["*"]],
      [["cloudwatch:GetMetricStatistics"], ["*"]],
    ]);
    assert.deepEqual(
      (plain.statements("snow-sweep-policy") as { Action: string[]; Resource: string[] }[])
        .filter(({ Action }) => /^logs:(Delete|Describe)/.test(Action[0]!))
        .map(({ Action, Resource }) => [Action, Resource]),
      [
        [
          ["logs:DeleteLogGroup"],
          [`arn:aws:logs:${region}:${accountId}:log-group:/aws/sagemaker/Endpoints/test-snow-d294-*`],
        ],
        [["logs:DescribeLogGroups"], ["*"]],
      ],
    );
    // Less than a NAT gateway bears a silent connection.
    assert.equal(plain.get(types.function, "snow-sweep").inputs.timeout, 300);
    assert.deepEqual(grants(plain, "snow-observe"), []);
    assert.deepEqual(grants(full, "snow-retrain"), [...start, passRole("snow-training-role")]);
  });

  it("lets whoever polls find that there is no batch: the right to list holds for a request without a prefix", () => {
    const statements = plain.statements("snow-invoke-policy") as { Action: string[]; Condition?: object }[];
    const lists = statements.filter(({ Action }) => Action.includes("s3:ListBucket"));
    assert.deepEqual(
      lists.map(({ Condition }) => Condition),
      [undefined],
    );
  });

  it("lets jobs and endpoints log under the stack's names alone", () => {
    const logged = (name: string) =>
      (plain.statements(name) as { Action: string[]; Resource: string[] }[]).flatMap(({ Action, Resource }) =>
        Action.includes("logs:PutLogEvents") ? Resource : [],
      );
    const groups = `arn:aws:logs:${region}:${accountId}:log-group:/aws/sagemaker`;
    assert.deepEqual(logged("snow-training-policy"), [`${groups}/TrainingJobs:log-stream:test-snow-d294-*`]);
    assert.deepEqual(logged("snow-sagemaker-policy"), [`${groups}/Endpoints/test-snow-d294-*`]);
  });

  it("passes the execution role to SageMaker alone", () => {
    const pass = (full.statements("snow-train-policy") as { Action: string[]; Condition?: object }[]).find(
      ({ Action }) => Action[0] === "iam:PassRole",
    );
    assert.deepEqual(pass?.Condition, { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } });
  });
});
