import assert from "node:assert/strict";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { openApi, redeploy } from "../../../testing/apigateway.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { zip } from "../../../testing/lambda.ts";

const [home, away] = ["us-east-1", "eu-west-1"];
const FunctionName = `arn:aws:lambda:${away}:000000000000:function:where`;

const toFunction = {
  "x-amazon-apigateway-integration": {
    type: "aws_proxy",
    httpMethod: "POST",
    uri: `arn:aws:apigateway:${away}:lambda:path/2015-03-31/functions/${FunctionName}/invocations`,
  },
};
const sigv4 = { type: "apiKey", name: "Authorization", in: "header", "x-amazon-apigateway-authtype": "awsSigv4" };

describe("API Gateway, several regions", () => {
  let test: TestCloud;
  /** By region: the same API in both, whose function is in one. */
  const ids: Record<string, string> = {};
  const url = (region: string, path: string) => `${test.cloud.apiOrigin}/_aws/execute-api/${ids[region]}/dev${path}`;

  before(async () => {
    test = await startCloud({ region: home });
    const { roleArn } = await test.mintRole();
    const there = test.cloud.in(away);
    await there.call("lambda", "CreateFunction", {
      FunctionName: "where",
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Role: roleArn,
      Code: {
        ZipFile: zip({
          "index.mjs":
            "export const handler = async ({ requestContext }) => ({ statusCode: 200, body: process.env.AWS_REGION + ' ' + requestContext.domainName });",
        }),
      },
    });
    for (const region of [home, away]) {
      const document = openApi(
        { "/where": { get: toFunction }, "/signed": { get: { ...toFunction, security: [{ sigv4: [] }] } } },
        { components: { securitySchemes: { sigv4 } } },
      );
      const cloud = test.cloud.in(region);
      const input = { body: Buffer.from(JSON.stringify(document)) };
      const { id } = await cloud.call<{ id: string }>("apigateway", "ImportRestApi", input);
      ids[region] = id;
      await redeploy(cloud, id, "dev");
      await there.call("lambda", "AddPermission", {
        FunctionName: "where",
        StatementId: region,
        Action: "lambda:InvokeFunction",
        Principal: "apigateway.amazonaws.com",
        SourceArn: `arn:aws:execute-api:${region}:000000000000:${id}/*/*/*`,
      });
    }
  });
  after(() => test.stop());

  const answers = async () => {
    for (const region of [home, away]) {
      const answer = await fetch(url(region, "/where"));
      assert.equal(await answer.text(), `${away} ${ids[region]}.execute-api.${region}.amazonaws.com`);
    }
  };

  it("answer on one port, and call functions of any", answers);

  it("answer under AWS's own host, with the region", async () => {
    const { port } = new URL(test.cloud.apiOrigin);
    const { get } = await import("node:http");
    const status = (host: string) =>
      new Promise<number | undefined>((resolve) => {
        get({ host: "127.0.0.1", port, path: "/dev/where", headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
      });
    assert.equal(await status(`${ids[away]}.execute-api.${away}.amazonaws.com`), 200);
    assert.equal(await status(`${ids[away]}.execute-api.${home}.amazonaws.com`), 403);
  });

  it("ask for the full form where a path alone means two", async () => {
    const answer = await fetch(`${test.cloud.apiOrigin}/where`);
    assert.equal(answer.status, 409);
    const { message } = (await answer.json()) as { message: string };
    assert.ok(message.includes(`${ids[home]}/dev/where`) && message.includes(`${ids[away]}/dev/where`), message);
  });

  it("take signatures for their own region", async () => {
    const signed = async (region: string, to: string) => {
      const { hostname, port, pathname } = new URL(url(to, "/signed"));
      const credentials = { accessKeyId: "test", secretAccessKey: "test" };
      const signer = new SignatureV4({ credentials, region, service: "execute-api", sha256: Sha256 });
      const headers = { host: `${hostname}:${port}` };
      const request = { method: "GET", protocol: "http:", hostname, port: Number(port), path: pathname, headers };
      return fetch(url(to, "/signed"), { headers: (await signer.sign(request)).headers });
    };
    assert.equal((await signed(away, away)).status, 200);
    const refused = await signed(home, away);
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /Credential should be scoped to a valid region, not 'us-east-1'/);
  });

  it("are there again after a restart, before anybody asks their region for anything", async () => {
    const apiPort = Number(new URL(test.cloud.apiOrigin).port);
    await test.stop({ keep: true });
    test = await startCloud({ region: home, directory: test.directory, apiPort });
    await answers();
  });
});
