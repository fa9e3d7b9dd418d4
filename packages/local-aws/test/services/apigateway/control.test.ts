import assert from "node:assert/strict";
import * as gateway from "@aws-sdk/client-api-gateway";
import { type ApiTest, badRequest, openApi, proxy, startApiTest, twoOperations } from "../../../testing/apigateway.ts";
import { startCloud } from "../../../testing/cloud.ts";
import { aws } from "../../support/awsCli.ts";

describe("API Gateway, control plane", () => {
  let test: ApiTest;
  let client: gateway.APIGatewayClient;
  const put = (body: object) =>
    client.send(new gateway.ImportRestApiCommand({ body: Buffer.from(JSON.stringify(body)) }));

  before(async () => {
    test = await startApiTest();
    client = test.client(gateway.APIGatewayClient);
  });
  after(async () => {
    client.destroy();
    await test.stop();
  });

  describe("over the wire, by the SDK", () => {
    it("imports, deploys, changes and deletes an API", async () => {
      const api = await put(twoOperations);
      assert.match(api.id!, /^[a-z0-9]{10}$/);
      assert.equal(api.name, "test");
      assert.equal(api.version, "1");
      assert.ok(api.createdDate instanceof Date);
      const { items: resources } = await client.send(
        new gateway.GetResourcesCommand({ restApiId: api.id, embed: ["methods"] }),
      );
      assert.deepEqual(
        resources?.map(({ path }) => path),
        ["/", "/a", "/b", "/b/{id}"],
      );
      assert.equal(resources?.[0]?.id, api.rootResourceId);
      assert.equal(resources?.[1]?.resourceMethods?.GET?.methodIntegration?.type, "AWS_PROXY");
      const method = await client.send(
        new gateway.GetMethodCommand({ restApiId: api.id, resourceId: resources![1]!.id, httpMethod: "GET" }),
      );
      assert.equal(method.operationName, "getA");
      assert.equal(method.methodIntegration?.timeoutInMillis, 29_000);

      const { id: deploymentId } = await client.send(new gateway.CreateDeploymentCommand({ restApiId: api.id }));
      const stage = await client.send(
        new gateway.CreateStageCommand({
          restApiId: api.id,
          stageName: "dev",
          deploymentId,
          variables: { a: "1" },
          tags: { t: "1" },
        }),
      );
      assert.deepEqual([stage.stageName, stage.deploymentId, stage.variables], ["dev", deploymentId, { a: "1" }]);
      const updated = await client.send(
        new gateway.UpdateStageCommand({
          restApiId: api.id,
          stageName: "dev",
          patchOperations: [
            { op: "replace", path: "/*/*/throttling/rateLimit", value: "7" },
            { op: "remove", path: "/variables/a" },
            { op: "add", path: "/variables/b", value: "2" },
          ],
        }),
      );
      assert.equal(updated.methodSettings?.["*/*"]?.throttlingRateLimit, 7);
      assert.deepEqual(updated.variables, { b: "2" });

      const renamed = await client.send(
        new gateway.UpdateRestApiCommand({
          restApiId: api.id,
          patchOperations: [
            { op: "replace", path: "/name", value: "renamed" },
            { op: "add", path: "/binaryMediaTypes/image~1png" },
          ],
        }),
      );
      assert.equal(renamed.name, "renamed");
      assert.deepEqual(renamed.binaryMediaTypes, ["image/png"]);

      const inUse = client.send(new gateway.DeleteDeploymentCommand({ restApiId: api.id, deploymentId }));
      await assert.rejects(inUse, badRequest(/^Active stages pointing to this deployment/));
      await client.send(new gateway.DeleteRestApiCommand({ restApiId: api.id }));
      await assert.rejects(client.send(new gateway.GetRestApiCommand({ restApiId: api.id })), {
        name: "NotFoundException",
        message: `Invalid API identifier specified 000000000000:${api.id}`,
      });
    });

    it("moves no resource below itself", async () => {
      const { id: restApiId, rootResourceId } = await client.send(new gateway.CreateRestApiCommand({ name: "moved" }));
      const below = async (parentId: string | undefined, pathPart: string) =>
        (await client.send(new gateway.CreateResourceCommand({ restApiId, parentId, pathPart }))).id;
      const [top, other] = [await below(rootResourceId, "a"), await below(rootResourceId, "o")];
      const child = await below(await below(top, "b"), "c");
      const move = (resourceId: string | undefined, value: string | undefined) =>
        client.send(
          new gateway.UpdateResourceCommand({
            restApiId,
            resourceId,
            patchOperations: [{ op: "replace", path: "/parentId", value }],
          }),
        );
      await assert.rejects(move(top, child), badRequest(/^Resources cannot be cyclic\.$/));
      await assert.rejects(move(top, top), badRequest(/^Resources cannot be cyclic\.$/));
      assert.equal((await move(top, other)).path, "/o/a");
      const moved = await client.send(new gateway.GetResourceCommand({ restApiId, resourceId: child }));
      assert.equal(moved.path, "/o/a/b/c");
    });

    it("builds an API piece by piece", async () => {
      const { id: restApiId, rootResourceId } = await client.send(new gateway.CreateRestApiCommand({ name: "pieces" }));
      const at = { restApiId, httpMethod: "GET" };
      const { id: resourceId, path } = await client.send(
        new gateway.CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart: "x" }),
      );
      assert.equal(path, "/x");
      const twice = client.send(
        new gateway.CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart: "x" }),
      );
      await assert.rejects(twice, { name: "ConflictException" });
      await client.send(new gateway.PutMethodCommand({ ...at, resourceId, authorizationType: "NONE" }));
      const early = client.send(new gateway.CreateDeploymentCommand({ restApiId }));
      await assert.rejects(early, badRequest(/^No integration defined for method$/));
      await client.send(
        new gateway.PutIntegrationCommand({
          ...at,
          resourceId,
          type: "MOCK",
          requestTemplates: { "application/json": '{"statusCode":200}' },
        }),
      );
      await client.send(new gateway.PutMethodResponseCommand({ ...at, resourceId, statusCode: "200" }));
      await client.send(
        new gateway.PutIntegrationResponseCommand({
          ...at,
          resourceId,
          statusCode: "200",
          responseTemplates: { "application/json": "made" },
        }),
      );
      await client.send(new gateway.CreateDeploymentCommand({ restApiId, stageName: "s" }));
      const response = await fetch(`${test.cloud.apiOrigin}/_aws/execute-api/${restApiId}/s/x`);
      assert.equal(await response.text(), "made");
    });

    it("keeps the rest of an API when a document is merged, and resource ids when it is overwritten", async () => {
      const { id: restApiId } = await put(twoOperations);
      const paths = async () => {
        const { items } = await client.send(new gateway.GetResourcesCommand({ restApiId }));
        return new Map(items?.map((resource) => [resource.path!, resource.id!]));
      };
      const before = await paths();
      const more = Buffer.from(JSON.stringify(openApi({ "/c": { get: proxy("f") } })));
      await client.send(new gateway.PutRestApiCommand({ restApiId, mode: "merge", body: more }));
      assert.deepEqual([...(await paths()).keys()], ["/", "/a", "/b", "/b/{id}", "/c"]);
      const body = Buffer.from(JSON.stringify(openApi({ "/a": { get: proxy("f") } })));
      await client.send(new gateway.PutRestApiCommand({ restApiId, mode: "overwrite", body }));
      const after = await paths();
      assert.deepEqual([...after.keys()], ["/", "/a"]);
      assert.equal(after.get("/a"), before.get("/a"));
    });

    it("exports what was imported", async () => {
      const security = {
        components: { securitySchemes: { api_key: { type: "apiKey", name: "x-api-key", in: "header" } } },
      };
      const { id: restApiId } = await put(
        openApi({ "/a": { get: { security: [{ api_key: [] }], ...proxy("f") } } }, security),
      );
      await client.send(new gateway.CreateDeploymentCommand({ restApiId, stageName: "dev" }));
      const exported = await client.send(
        new gateway.GetExportCommand({
          restApiId,
          stageName: "dev",
          exportType: "oas30",
          parameters: { extensions: "apigateway" },
        }),
      );
      const text = Buffer.from(exported.body!).toString();
      const { paths, servers } = JSON.parse(text);
      assert.deepEqual(paths["/a"].get.security, [{ api_key: [] }]);
      assert.equal(paths["/a"].get["x-amazon-apigateway-integration"].type, "aws_proxy");
      assert.equal(servers[0].variables.basePath.default, "dev");
      const again = await client.send(new gateway.ImportRestApiCommand({ body: Buffer.from(text) }));
      assert.equal(again.name, "test");
    });

    it("pages lists", async () => {
      const ids = [];
      for (let i = 0; i < 3; i++) ids.push((await put(twoOperations)).id);
      const first = await client.send(new gateway.GetRestApisCommand({ limit: 2 }));
      assert.equal(first.items?.length, 2);
      const seen = [...first.items!];
      let { position } = first;
      while (position) {
        const next = await client.send(new gateway.GetRestApisCommand({ limit: 2, position }));
        seen.push(...next.items!);
        position = next.position;
      }
      assert.ok(ids.every((id) => seen.some((api) => api.id === id)));
    });

    it("tags what has an ARN", async () => {
      const { id } = await put(twoOperations);
      const resourceArn = `arn:aws:apigateway:us-east-1::/restapis/${id}`;
      await client.send(new gateway.TagResourceCommand({ resourceArn, tags: { a: "1", b: "2" } }));
      await client.send(new gateway.UntagResourceCommand({ resourceArn, tagKeys: ["a"] }));
      assert.deepEqual((await client.send(new gateway.GetTagsCommand({ resourceArn }))).tags, { b: "2" });
    });

    it("asks IAM for the verb on the path", async () => {
      const { id: restApiId } = await put(twoOperations);
      const { credentials } = await test.mintRole({
        Effect: "Allow",
        Action: "apigateway:GET",
        Resource: `arn:aws:apigateway:us-east-1::/restapis/${restApiId}`,
      });
      const limited = test.client(gateway.APIGatewayClient, { credentials });
      assert.equal((await limited.send(new gateway.GetRestApiCommand({ restApiId }))).id, restApiId);
      for (const command of [
        new gateway.GetResourcesCommand({ restApiId }),
        new gateway.DeleteRestApiCommand({ restApiId }),
      ]) {
        await assert.rejects(limited.send(command as gateway.GetResourcesCommand), {
          name: "AccessDeniedException",
          message:
            /is not authorized to perform: apigateway:(GET|DELETE) on resource: arn:aws:apigateway:us-east-1::\/restapis\//,
        });
      }
      limited.destroy();
    });
  });

  it("answers the AWS CLI", async function () {
    const { id } = await put(twoOperations);
    const get = ["apigateway", "get-resources", "--rest-api-id", id!, "--query", "items[].path"];
    const paths = await aws(test.origin, ...get);
    if (paths === undefined) return this.skip(); // There is none on this machine.
    assert.deepEqual((paths as string[]).sort(), ["/", "/a", "/b", "/b/{id}"]);
  });

  it("remembers everything over a restart", async () => {
    const first = await startCloud();
    const body = Buffer.from(JSON.stringify(twoOperations));
    const { id: restApiId } = await first.cloud.call<{ id: string }>("apigateway", "ImportRestApi", { body });
    await first.cloud.call("apigateway", "CreateDeployment", { restApiId, stageName: "dev" });
    await first.stop({ keep: true });
    const second = await startCloud({ directory: first.directory });
    try {
      const unknown = await fetch(`${second.cloud.apiOrigin}/_aws/execute-api/${restApiId}/dev/none`);
      assert.deepEqual(await unknown.json(), { message: "Missing Authentication Token" });
    } finally {
      await second.stop();
    }
  });
});
