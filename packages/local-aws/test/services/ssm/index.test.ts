import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-ssm";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("SSM parameters", () => {
  let cloud: TestCloud;
  let ssm: sdk.SSMClient;
  before(async () => {
    cloud = await startCloud();
    ssm = cloud.client(sdk.SSMClient);
    for (const Name of ["/setup/a", "/setup/b", "/setup/deep/c", "/setups/x", "plain"]) await put(Name, Name);
  });
  after(() => cloud.stop());

  const put = (Name: string, Value: string, more: Partial<sdk.PutParameterCommandInput> = {}) =>
    ssm.send(new sdk.PutParameterCommand({ Name, Value, Type: "String", ...more }));
  const get = async (Name: string, WithDecryption = false) =>
    (await ssm.send(new sdk.GetParameterCommand({ Name, WithDecryption }))).Parameter;
  const fails = (promise: Promise<unknown>, name: string) => assert.rejects(promise, { name });

  it("are found by name, ARN and version", async () => {
    await put("/versions/v", "1");
    await fails(put("/versions/v", "2"), "ParameterAlreadyExists");
    assert.equal((await put("/versions/v", "2", { Overwrite: true })).Version, 2);
    const { LastModifiedDate: _, ...found } = (await get("/versions/v")) ?? {};
    const ARN = "arn:aws:ssm:us-east-1:000000000000:parameter/versions/v";
    assert.deepEqual(found, { Name: "/versions/v", Type: "String", Value: "2", Version: 2, ARN, DataType: "text" });
    assert.equal((await get("/versions/v:1"))?.Value, "1");
    assert.equal((await get(ARN))?.Value, "2");
    assert.equal((await get("arn:aws:ssm:us-east-1:000000000000:parameter/plain"))?.Value, "plain");
    await put("/path", "a path of one name");
    assert.equal((await get("arn:aws:ssm:us-east-1:000000000000:parameter/path"))?.Value, "a path of one name");
    await fails(get("/versions/v:9"), "ParameterVersionNotFound");
    await fails(get("/nothing"), "ParameterNotFound");
    const { Parameters } = await ssm.send(new sdk.GetParameterHistoryCommand({ Name: "/versions/v" }));
    assert.deepEqual(
      Parameters?.map(({ Version, Value }) => [Version, Value]),
      [
        [1, "1"],
        [2, "2"],
      ],
    );
  });

  it("are found together, and those that are not are named", async () => {
    const { Parameters, InvalidParameters } = await ssm.send(
      new sdk.GetParametersCommand({ Names: ["plain", "/nothing"] }),
    );
    assert.deepEqual([Parameters?.map(({ Name }) => Name), InvalidParameters], [["plain"], ["/nothing"]]);
  });

  it("form hierarchies", async () => {
    const names = async (input: sdk.GetParametersByPathCommandInput) => {
      const found: (string | undefined)[] = [];
      let NextToken: string | undefined;
      do {
        const page = await ssm.send(new sdk.GetParametersByPathCommand({ ...input, NextToken, MaxResults: 1 }));
        found.push(...(page.Parameters ?? []).map(({ Name }) => Name));
        ({ NextToken } = page);
      } while (NextToken);
      return found;
    };
    assert.deepEqual(await names({ Path: "/setup" }), ["/setup/a", "/setup/b"]);
    assert.deepEqual(await names({ Path: "/setup/", Recursive: true }), ["/setup/a", "/setup/b", "/setup/deep/c"]);
    assert.deepEqual(await names({ Path: "/none" }), []);
    await fails(names({ Path: "setup" }), "ValidationException");
  });

  it("of type SecureString are read only by those who ask for it", async () => {
    await put("secret", "s3cret", { Type: "SecureString" });
    assert.equal((await get("secret", true))?.Value, "s3cret");
    assert.notEqual((await get("secret"))?.Value, "s3cret");
  });

  it("are described by filters, tagged and deleted", async () => {
    const Tags = [{ Key: "team", Value: "x" }];
    await put("tagged", "1", { Tags, Description: "d" });
    const { Parameters = [] } = await ssm.send(
      new sdk.DescribeParametersCommand({ ParameterFilters: [{ Key: "tag:team", Values: ["x"] }] }),
    );
    assert.deepEqual(
      Parameters.map(({ Name, Description, Tier }) => [Name, Description, Tier]),
      [["tagged", "d", "Standard"]],
    );
    const { TagList } = await ssm.send(
      new sdk.ListTagsForResourceCommand({ ResourceType: "Parameter", ResourceId: "tagged" }),
    );
    assert.deepEqual(TagList, Tags);
    await ssm.send(new sdk.DeleteParameterCommand({ Name: "tagged" }));
    await fails(ssm.send(new sdk.DeleteParameterCommand({ Name: "tagged" })), "ParameterNotFound");
    const gone = await ssm.send(new sdk.DeleteParametersCommand({ Names: ["plain", "tagged"] }));
    assert.deepEqual([gone.DeletedParameters, gone.InvalidParameters], [["plain"], ["tagged"]]);
  });

  it("take an allowed pattern that is empty for none", async () => {
    await cloud
      .client(sdk.SSMClient)
      .send(new sdk.PutParameterCommand({ Name: "unbound", Type: "String", Value: "x", AllowedPattern: "" }));
    const { Parameters } = await cloud
      .client(sdk.SSMClient)
      .send(new sdk.DescribeParametersCommand({ ParameterFilters: [{ Key: "Name", Values: ["unbound"] }] }));
    assert.equal(Parameters?.[0]?.AllowedPattern, undefined);
  });

  const refused: [name: string, value: string, more: Partial<sdk.PutParameterCommandInput>, error: string][] = [
    ["a b", "1", {}, "ValidationException"],
    ["a/b", "1", {}, "ValidationException"],
    ["/aws/x", "1", {}, "AccessDeniedException"],
    ["ssm-x", "1", {}, "ValidationException"],
    [`/${"a/".repeat(16)}b`, "1", {}, "HierarchyLevelLimitExceededException"],
    ["x", "", {}, "ValidationException"],
    ["x", "1", { Type: undefined }, "ValidationException"],
    ["x", "1", { Type: "Number" as "String" }, "UnsupportedParameterType"],
    ["x", "v".repeat(4097), {}, "ValidationException"],
    ["x", "abc", { AllowedPattern: "\\d+" }, "ParameterPatternMismatchException"],
    ["x", "abc", { AllowedPattern: "(" }, "InvalidAllowedPatternException"],
  ];
  for (const [name, value, more, error] of refused) {
    it(`refuse ${name.slice(0, 10)} = ${value.slice(0, 5)} ${JSON.stringify(more)}`, () =>
      fails(put(name, value, more), error));
  }

  it("ask for permission by path", async () => {
    const { credentials } = await cloud.mintRole({
      Effect: "Allow",
      Action: "ssm:GetParameter",
      Resource: "arn:aws:ssm:*:*:parameter/setup/*",
    });
    const mine = cloud.client(sdk.SSMClient, { credentials });
    await mine.send(new sdk.GetParameterCommand({ Name: "/setup/a" }));
    await fails(mine.send(new sdk.GetParameterCommand({ Name: "/setups/x" })), "AccessDeniedException");
  });
});
