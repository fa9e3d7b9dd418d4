import assert from "node:assert/strict";
import type { Cloud } from "local-aws/service";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

describe("OpenIdConnectProvider", () => {
  let test: TestCloud;
  let cloud: Cloud;
  beforeEach(async () => {
    test = await startCloud();
    cloud = test.cloud;
  });
  afterEach(() => test.stop());

  const provider = () =>
    new TestResource(cloud, "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "github", { project: "p" });
  const inputs = { url: "https://token.actions.githubusercontent.com", clientIdLists: ["sts.amazonaws.com"] };
  const arn = "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com";
  const found = () =>
    cloud.call<Record<string, unknown>>("iam", "GetOpenIDConnectProvider", { OpenIDConnectProviderArn: arn });

  it("gives out its ARN, and reads back what it is", async () => {
    const one = provider();
    const outputs = await one.create(inputs);
    assert.equal(one.id, arn);
    assert.equal(outputs.arn, arn);
    assert.equal(outputs.url, "token.actions.githubusercontent.com");
    assert.match(String(outputs.thumbprintLists), /^[0-9a-f]{40}$/);
    assert.deepEqual((await found()).Tags, [{ Key: "project", Value: "p" }]);
    assert.deepEqual((await one.read())?.outputs.clientIdLists, ["sts.amazonaws.com"]);
    assert.deepEqual(await one.diff(inputs), { changes: [], replaces: [] });
  });

  it("changes audiences, thumbprints and tags in place, and its URL by another", async () => {
    const one = provider();
    await one.create(inputs);
    const thumbprintLists = ["c".repeat(40)];
    await one.update({ ...inputs, clientIdLists: ["a", "b"], thumbprintLists, tags: { b: "2" } });
    const { ClientIDList, ThumbprintList, Tags } = await found();
    assert.deepEqual([ClientIDList, ThumbprintList], [["a", "b"], thumbprintLists]);
    assert.deepEqual(Tags, [
      { Key: "project", Value: "p" },
      { Key: "b", Value: "2" },
    ]);
    assert.deepEqual((await one.diff({ ...inputs, url: "https://example.org" })).replaces, ["url"]);
  });

  it("is gone once it is deleted, however often", async () => {
    const one = provider();
    await one.create(inputs);
    await one.delete();
    await one.delete();
    assert.equal(await one.read(), undefined);
  });

  it("needs a URL and audiences", async () => {
    assert.deepEqual(await provider().failures({}), [
      "clientIdLists: is required and was not given",
      "url: is required and was not given",
    ]);
  });
});
