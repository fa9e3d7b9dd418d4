import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import { statementPlaces } from "../../../src/services/iam/statementPlaces.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action: string, more: object = {}) => ({ Effect: "Allow", Action, Resource: "*", ...more });
const deny = (Action: string, more: object = {}) => ({ ...allow(Action, more), Effect: "Deny" });

describe("places of statements in a policy's text", () => {
  it("are counted in lines and columns, from behind a brace to behind the other", () => {
    const one =
      '{"Version": "2012-10-17", "Statement": {"Sid": "a}\\"{", "Condition": {"StringEquals": {"a:b": ["{"]}}}}';
    assert.deepEqual(statementPlaces(one), [
      { StartPosition: { Line: 1, Column: 41 }, EndPosition: { Line: 1, Column: one.length } },
    ]);
    const two = '{\n "Id": "Statement",\n "Statement": [\n  {},\n  {\n  }\n ]\n}';
    assert.deepEqual(
      statementPlaces(two).map(({ StartPosition, EndPosition }) => [StartPosition, EndPosition]),
      [
        [
          { Line: 4, Column: 4 },
          { Line: 4, Column: 5 },
        ],
        [
          { Line: 5, Column: 4 },
          { Line: 6, Column: 4 },
        ],
      ],
    );
  });
});

describe("the policy simulator", () => {
  let test: TestCloud;
  let iam: IAM;
  before(async () => {
    test = await startCloud();
    iam = test.client(IAM);
  });
  after(() => test.stop());

  it("tells which statements of which policies decide", async () => {
    const { User } = await iam.createUser({ UserName: "ada" });
    await iam.putUserPolicy({
      UserName: "ada",
      PolicyName: "own",
      PolicyDocument: policy(allow("s3:Get*"), allow("s3:GetObject")),
    });
    const managed = await iam.createPolicy({ PolicyName: "shared", PolicyDocument: policy(deny("s3:Delete*")) });
    await iam.attachUserPolicy({ UserName: "ada", PolicyArn: managed.Policy!.Arn! });
    const { EvaluationResults = [], IsTruncated } = await iam.simulatePrincipalPolicy({
      PolicySourceArn: User?.Arn,
      ActionNames: ["s3:GetObject", "s3:DeleteObject", "sqs:SendMessage"],
      ResourceArns: ["arn:aws:s3:::b/k"],
    });
    assert.equal(IsTruncated, false);
    const shown = EvaluationResults.map(({ EvalDecision, MatchedStatements = [] }) => [
      EvalDecision,
      ...MatchedStatements.map((one) => `${one.SourcePolicyId} ${one.SourcePolicyType} ${one.StartPosition?.Column}`),
    ]);
    assert.deepEqual(shown, [
      ["allowed", "own IAM Policy 39", "own IAM Policy 92"],
      ["explicitDeny", "shared IAM Policy 39"],
      ["implicitDeny"],
    ]);
    for (const { ResourceSpecificResults, EvalDecision, EvalResourceName, MatchedStatements } of EvaluationResults)
      assert.deepEqual(ResourceSpecificResults, [
        { EvalResourceName, EvalResourceDecision: EvalDecision, MatchedStatements, MissingContextValues: [] },
      ]);
  });

  it("takes policies that nobody has, with a boundary, and a resource's", async () => {
    const simulate = async (more: object) => {
      const asked = { PolicyInputList: [policy(allow("s3:*"))], ActionNames: ["s3:GetObject"], ...more };
      const { EvaluationResults: [result] = [] } = await iam.simulateCustomPolicy(asked);
      const byBoundary = result?.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary;
      return [result?.EvalDecision, result?.MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId), byBoundary];
    };
    assert.deepEqual(await simulate({}), ["allowed", ["PolicyInputList.1"], undefined]);
    const limits = { PermissionsBoundaryPolicyInputList: [policy(allow("sqs:*"))] };
    assert.deepEqual(await simulate(limits), ["implicitDeny", [], false]);
    const { User } = await iam.createUser({ UserName: "bob" });
    const ResourcePolicy = policy(deny("s3:GetObject", { Principal: "*" }));
    const ofResource = { ResourcePolicy, CallerArn: User?.Arn };
    assert.deepEqual(await simulate(ofResource), ["explicitDeny", ["ResourcePolicy"], undefined]);
    await assert.rejects(simulate({ ResourcePolicy }), { name: "ValidationError" });
    await assert.rejects(simulate({ PolicyInputList: ["{}"] }), { name: "MalformedPolicyDocumentException" });
    await assert.rejects(simulate({ ActionNames: ["s3"] }), { name: "ValidationError" });
  });

  it("says what it would have to know, and takes it", async () => {
    const Condition = { StringEquals: { "aws:RequestedRegion": "eu-west-1", "aws:PrincipalArn": "x" } };
    const PolicyInputList = [
      policy(allow("s3:*", { Resource: `arn:aws:s3:::b/\${aws:PrincipalTag/team}/\${*}` })),
      policy(
        allow("sqs:*", { Condition: { StringEquals: { "aws:requestedregion": "eu-west-1" } } }),
        deny("sns:*", { Condition }),
      ),
    ];
    const { ContextKeyNames } = await iam.getContextKeysForCustomPolicy({ PolicyInputList });
    assert.deepEqual(ContextKeyNames?.sort(), ["aws:PrincipalArn", "aws:PrincipalTag/team", "aws:RequestedRegion"]);
    const ask = async (ContextEntries: object[]) => {
      const asked = { PolicyInputList, ActionNames: ["sqs:SendMessage"], ContextEntries };
      const { EvaluationResults: [result] = [] } = await iam.simulateCustomPolicy(asked);
      return [result?.EvalDecision, result?.MissingContextValues];
    };
    assert.deepEqual(await ask([]), ["implicitDeny", ["aws:PrincipalTag/team", "aws:RequestedRegion"]]);
    const region = {
      ...{ ContextKeyName: "aws:RequestedRegion", ContextKeyType: "string", ContextKeyValues: ["eu-west-1"] },
    };
    assert.deepEqual(await ask([region]), ["allowed", ["aws:PrincipalTag/team"]]);
  });

  it("knows policies of AWS that roles of functions commonly have", async () => {
    const { roleArn } = await test.mintRole([]);
    const RoleName = roleArn.split("/").at(-1);
    for (const name of ["AWSLambdaExecute", "service-role/AWSLambdaVPCAccessExecutionRole"])
      await iam.attachRolePolicy({ RoleName, PolicyArn: `arn:aws:iam::aws:policy/${name}` });
    const { EvaluationResults = [] } = await iam.simulatePrincipalPolicy({
      PolicySourceArn: roleArn,
      ActionNames: ["s3:PutObject", "s3:DeleteObject", "ec2:CreateNetworkInterface"],
      ResourceArns: ["arn:aws:s3:::b/k"],
    });
    assert.deepEqual(
      EvaluationResults.map(({ MatchedStatements = [] }) =>
        MatchedStatements.map(({ SourcePolicyId }) => SourcePolicyId),
      ),
      [["AWSLambdaExecute"], [], ["AWSLambdaVPCAccessExecutionRole"]],
    );
  });

  it("answers in pages, to whom IAM lets it", async () => {
    const { roleArn, credentials } = await test.mintRole([
      { Effect: "Allow", Action: ["iam:SimulateCustomPolicy", "iam:GetContextKeysForPrincipalPolicy"], Resource: "*" },
    ]);
    const limited = test.client(IAM, { credentials });
    const ActionNames = ["s3:GetObject", "s3:PutObject", "s3:ListBucket"];
    const PolicyInputList = [policy(allow("s3:PutObject"))];
    const first = await limited.simulateCustomPolicy({ PolicyInputList, ActionNames, MaxItems: 2 });
    const { Marker } = first;
    const second = await limited.simulateCustomPolicy({ PolicyInputList, ActionNames, Marker });
    const all = [first, second].flatMap(({ EvaluationResults = [] }) => EvaluationResults);
    assert.deepEqual(
      all.map(({ EvalActionName, EvalDecision }) => [EvalActionName, EvalDecision]),
      ActionNames.map((name) => [name, name === "s3:PutObject" ? "allowed" : "implicitDeny"]),
    );
    assert.deepEqual(
      [first, second].map(({ IsTruncated }) => IsTruncated),
      [true, false],
    );
    assert.deepEqual(
      (await limited.getContextKeysForPrincipalPolicy({ PolicySourceArn: roleArn })).ContextKeyNames,
      [],
    );
    for (const refused of [
      limited.simulatePrincipalPolicy({ PolicySourceArn: roleArn, ActionNames }),
      limited.getContextKeysForCustomPolicy({ PolicyInputList }),
    ])
      await assert.rejects(refused, { name: "AccessDenied" });
  });
});
