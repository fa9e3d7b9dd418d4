import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { type Functions, startFunctions } from "../../../testing/lambda.ts";

describe("functions reach APIs", () => {
  let functions: Functions;
  let url: string;

  before(async () => {
    functions = await startFunctions();
    const { cloud } = functions.test;
    const uri = "arn:aws:apigateway:us-east-1:lambda:path/x/functions/arn:aws:lambda:us-east-1:000000000000:function:x";
    const mock = {
      type: "mock",
      uri,
      requestTemplates: { "application/json": '{"statusCode": 200}' },
      responses: { default: { statusCode: "200", responseTemplates: { "application/json": '{"here": true}' } } },
    };
    const document = {
      openapi: "3.0.1",
      info: { title: "here", version: "1" },
      paths: { "/it": { get: { responses: { 200: { description: "" } }, "x-amazon-apigateway-integration": mock } } },
    };
    const body = Buffer.from(JSON.stringify(document));
    const { id } = await cloud.call<{ id: string }>("apigateway", "ImportRestApi", { body });
    await cloud.call("apigateway", "CreateDeployment", { restApiId: id, stageName: "dev" });
    url = `https://${id}.execute-api.us-east-1.amazonaws.com/dev/it`;
  });
  after(() => functions.test.stop());

  it("by the names that AWS gives them, with fetch", async () => {
    await functions.create(
      "fetches",
      `export const handler = async (url) => {
        const answers = [await fetch(url), await fetch(new Request(url)), await fetch(new URL(url))];
        return Promise.all(answers.map((answer) => answer.json()));
      }`,
    );
    const { value } = await functions.invoke("fetches", url);
    assert.deepEqual(value, Array(3).fill({ here: true }));
  });

  it("and with Node's own client", async () => {
    await functions.create(
      "asks",
      `import https from "node:https";
      export const handler = (url) => new Promise((resolve, reject) => https.get(url, async (answer) => {
        resolve(JSON.parse((await answer.toArray()).join("")));
      }).on("error", reject));`,
    );
    assert.deepEqual((await functions.invoke("asks", url)).value, { here: true });
  });

  it("and everything else where it is", async () => {
    const server = http.createServer((request, response) => response.end(request.headers.host));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await functions.create(
      "elsewhere",
      `import https from "node:https";
      const refused = (url) => new Promise((resolve) => https.get(url, () => resolve("answered")).on("error", ({ code }) => resolve(code)));
      export const handler = async (host) => [
        await (await fetch("http://" + host)).text(),
        await fetch("https://" + host).catch(({ cause }) => cause.code),
        await refused("https://" + host),
      ];`,
    );
    const { value } = await functions.invoke("elsewhere", host);
    server.close();
    const [answered, ...refusals] = value as string[];
    assert.equal(answered, host);
    for (const code of refusals) assert.match(code, /SSL|EPROTO/);
  });
});
