import assert from "node:assert/strict";
import { ResourceGroupsTaggingAPI } from "@aws-sdk/client-resource-groups-tagging-api";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { containers } from "../../kinds/containers.ts";
import { functions } from "../../kinds/functions.ts";
import { type Kind, prepare } from "../../kinds/kind.ts";
import { messages } from "../../kinds/messages.ts";
import { things } from "../../kinds/things.ts";
import { aws } from "../../support/awsCli.ts";
import { refuses } from "../../support/refuses.ts";

describe("tags across services", () => {
  let test: TestCloud;
  let tagging: ResourceGroupsTaggingAPI;
  before(async () => {
    test = await startCloud();
    tagging = test.client(ResourceGroupsTaggingAPI);
    await prepare(test.cloud);
  });
  after(() => test.stop());

  const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:000000000000:${rest}`;
  const found = async (Key: string, ResourceTypeFilters?: string[]) => {
    const { ResourceTagMappingList = [] } = await tagging.getResources({ TagFilters: [{ Key }], ResourceTypeFilters });
    return ResourceTagMappingList.map(({ ResourceARN }) => ResourceARN);
  };

  const kinds = Object.entries<Kind>({ ...functions, ...containers, ...messages, ...things });
  // Not of the tagging API on AWS, or found in a region of their own.
  const apart = ["iam", "application-autoscaling"];
  for (const [name, { service, make, tagged }] of kinds) {
    if (tagged === undefined || apart.includes(service)) continue;
    it(`finds, tags and untags ${name}`, async () => {
      const made = (await test.cloud.call(service, ...make)) as never;
      const id = typeof tagged === "function" ? tagged(made) : tagged;
      const resource = id.startsWith("arn:") ? id : arnOf(service, id);
      const { FailedResourcesMap } = await tagging.tagResources({ ResourceARNList: [resource], Tags: { [name]: "1" } });
      assert.deepEqual(FailedResourcesMap ?? {}, {});
      assert.deepEqual(await found(name), [resource]);
      const { ResourceTagMappingList: [one] = [] } = await tagging.getResources({ ResourceARNList: [resource] });
      assert.deepEqual(
        one?.Tags?.find(({ Key }) => Key === name),
        { Key: name, Value: "1" },
      );
      const type = resource.split(":")[2]!;
      assert.deepEqual(await found(name, [type]), [resource]);
      await tagging.untagResources({ ResourceARNList: [resource], TagKeys: [name] });
      assert.deepEqual(await found(name), []);
    });
  }

  function arnOf(service: string, id: string): string {
    switch (service) {
      case "sqs":
        return arn("sqs", id.split("/").at(-1)!);
      case "ssm":
        return arn("ssm", `parameter${id}`);
      case "kms":
        return arn("kms", `key/${id}`);
      default:
        return id;
    }
  }

  it("finds buckets, repositories and networks, by key, value and type, a page at a time", async () => {
    const { cloud } = test;
    await cloud.call("s3", "CreateBucket", { Bucket: "tagged-things" });
    await cloud.call("ecr", "CreateRepository", { repositoryName: "app" });
    const { Vpc } = await cloud.call<{ Vpc: { VpcId: string } }>("ec2", "CreateVpc", { CidrBlock: "10.0.0.0/16" });
    const { UserPool } = await cloud.call<{ UserPool: { Arn: string } }>("cognito-idp", "CreateUserPool", {
      PoolName: "p",
    });
    await tagging.tagResources({ ResourceARNList: [UserPool.Arn], Tags: { pool: "1" } });
    assert.deepEqual(await found("pool", ["cognito-idp:userpool"]), [UserPool.Arn]);
    const all = ["arn:aws:s3:::tagged-things", arn("ecr", "repository/app"), arn("ec2", `vpc/${Vpc.VpcId}`)];
    for (const [index, one] of all.entries()) {
      await tagging.tagResources({ ResourceARNList: [one], Tags: { team: index === 0 ? "a" : "b", extra: "1" } });
    }
    assert.deepEqual((await found("team")).sort(), all.toSorted());
    assert.deepEqual(await found("team", ["s3"]), [all[0]]);
    assert.deepEqual(await found("team", ["ec2:vpc", "ecr:repository"]), [all[2], all[1]]);
    assert.deepEqual(await found("team", ["ec2:subnet"]), []);
    const byValue = await tagging.getResources({ TagFilters: [{ Key: "team", Values: ["a", "c"] }, { Key: "extra" }] });
    assert.deepEqual(
      byValue.ResourceTagMappingList?.map(({ ResourceARN }) => ResourceARN),
      [all[0]],
    );
    const pages: (string | undefined)[] = [];
    let PaginationToken: string | undefined;
    do {
      const page = await tagging.getResources({ TagFilters: [{ Key: "team" }], ResourcesPerPage: 2, PaginationToken });
      pages.push(...(page.ResourceTagMappingList ?? []).map(({ ResourceARN }) => ResourceARN));
      PaginationToken = page.PaginationToken;
    } while (PaginationToken);
    assert.deepEqual(pages.sort(), all.toSorted());
    const { TagKeys = [] } = await tagging.getTagKeys({});
    assert.deepEqual(
      ["extra", "team"].filter((key) => TagKeys.includes(key)),
      ["extra", "team"],
    );
    assert.deepEqual((await tagging.getTagValues({ Key: "team" })).TagValues, ["a", "b"]);
    await tagging.untagResources({ ResourceARNList: all, TagKeys: ["team"] });
    assert.deepEqual([await found("team"), (await found("extra")).length], [[], 3]);
  });

  it("tells which resources failed, and refuses what it cannot read", async () => {
    const missing = arn("sns", "missing");
    const { FailedResourcesMap } = await tagging.tagResources({
      ResourceARNList: [missing, arn("nothing", "x")],
      Tags: { a: "1" },
    });
    assert.deepEqual(Object.keys(FailedResourcesMap ?? {}).sort(), [arn("nothing", "x"), missing]);
    assert.equal(FailedResourcesMap?.[missing]?.ErrorCode, "InvalidParameterException");
    const refused: [Promise<unknown>, code: string, message: RegExp][] = [
      [
        tagging.tagResources({ ResourceARNList: ["x"], Tags: { a: "1" } }),
        "InvalidParameterException",
        /'x' is not an ARN/,
      ],
      [tagging.tagResources({ ResourceARNList: [], Tags: { a: "1" } }), "InvalidParameterException", /1 to 20 ARNs/],
      [tagging.tagResources({ ResourceARNList: [missing], Tags: {} }), "InvalidParameterException", /at least one/],
      [tagging.getResources({ ResourcesPerPage: 101 }), "InvalidParameterException", /between 1 and 100, it is 101/],
      [tagging.getResources({ PaginationToken: "x" }), "PaginationTokenExpiredException", /token/],
      [
        tagging.getResources({ ResourceARNList: [missing], TagFilters: [{ Key: "a" }] }),
        "InvalidParameterException",
        /cannot be given/,
      ],
    ];
    for (const [work, code, message] of refused) await refuses(work, code, message, 400);
  });

  it("lists for whom IAM lets it, and tags only what the caller may tag", async () => {
    await test.cloud.call("sns", "CreateTopic", { Name: "guarded" });
    const { credentials } = await test.mintRole({ Effect: "Allow", Action: ["tag:TagResources"], Resource: "*" });
    const own = test.client(ResourceGroupsTaggingAPI, { credentials });
    await refuses(own.getResources({}), "AccessDeniedException", /tag:GetResources/, 400);
    const topic = arn("sns", "guarded");
    const { FailedResourcesMap } = await own.tagResources({ ResourceARNList: [topic], Tags: { a: "1" } });
    assert.match(FailedResourcesMap?.[topic]?.ErrorMessage ?? "", /sns:TagResource/);
  });

  it("answers the AWS CLI", async function () {
    const answer = await aws(
      test.origin,
      "resourcegroupstaggingapi",
      "get-resources",
      "--resource-type-filters",
      "sqs",
    );
    if (answer === undefined) return this.skip();
    assert.ok(Array.isArray((answer as { ResourceTagMappingList: unknown }).ResourceTagMappingList));
  });
});
