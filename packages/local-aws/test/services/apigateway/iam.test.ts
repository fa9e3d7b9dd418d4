import assert from "node:assert/strict";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import {
  type ApiTest,
  type Deployed,
  invokeStatement as invoke,
  openApi,
  proxy,
  startApiTest,
} from "../../../testing/apigateway.ts";
import type { Credentials } from "../../../testing/cloud.ts";

describe("API Gateway, IAM and resource policies", () => {
  let test: ApiTest;
  // biome-ignore lint/suspicious/noExplicitAny: the event is what is under test
  let event: any;

  before(async () => {
    test = await startApiTest();
    test.functions.echo = (given) => {
      event = given;
      return { statusCode: 200, body: "in" };
    };
  });
  after(() => test.stop());

  async function signed(
    url: string,
    {
      credentials,
      service = "execute-api",
      method = "GET",
      body,
      tamper = false,
    }: {
      credentials: Credentials;
      service?: string;
      method?: string;
      body?: string;
      tamper?: boolean;
    },
  ) {
    const { hostname, port, pathname, search, searchParams } = new URL(url);
    const signer = new SignatureV4({ credentials, region: "us-east-1", service, sha256: Sha256 });
    const { headers } = await signer.sign({
      method,
      protocol: "http:",
      hostname,
      port: Number(port),
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { host: `${hostname}:${port}` },
      ...(body !== undefined && { body }),
    });
    const sent = tamper ? `${body}!` : body;
    return fetch(`http://${hostname}:${port}${pathname}${search}`, {
      method,
      headers,
      ...(sent !== undefined && { body: sent }),
    });
  }

  describe("AWS_IAM", () => {
    const scheme = { type: "apiKey", name: "Authorization", in: "header", "x-amazon-apigateway-authtype": "awsSigv4" };
    const document = (more: object = {}) =>
      openApi(
        {
          "/rows": {
            get: { security: [{ iam: [] }], ...proxy("echo") },
            post: { security: [{ iam: [] }], ...proxy("echo") },
          },
          "/rows/{id}": { get: { security: [{ iam: [] }], ...proxy("echo") } },
        },
        { components: { securitySchemes: { iam: scheme } }, ...more },
      );
    let api: Deployed;
    const root = { accessKeyId: "test", secretAccessKey: "test" };

    before(async () => {
      api = await test.deploy(document());
    });

    it("lets the account's administrator in, and tells the function who called", async () => {
      const response = await signed(`${api.url}/rows?b=2&a=1%202`, { credentials: root });
      assert.equal(response.status, 200, await response.text());
      const { userArn, accountId, accessKey } = event.requestContext.identity;
      assert.deepEqual(
        { userArn, accountId, accessKey },
        {
          userArn: "arn:aws:iam::000000000000:root",
          accountId: "000000000000",
          accessKey: "test",
        },
      );
    });

    it("answers 403 Missing Authentication Token to a request without a signature", async () => {
      const response = await fetch(`${api.url}/rows`);
      assert.equal(response.status, 403);
      assert.deepEqual(await response.json(), { message: "Missing Authentication Token" });
      assert.equal(response.headers.get("x-amzn-errortype"), "MissingAuthenticationTokenException");
    });

    it("refuses a wrong secret, a changed body, an unknown key and another service's signature", async () => {
      const post = { method: "POST", body: '{"data":[]}' };
      assert.equal((await signed(`${api.url}/rows`, { credentials: root, ...post })).status, 200);
      const cases: [Promise<Response>, RegExp, string][] = [
        [
          signed(`${api.url}/rows`, { credentials: { ...root, secretAccessKey: "no" } }),
          /^The request signature we calculated/,
          "InvalidSignatureException",
        ],
        [
          signed(`${api.url}/rows`, { credentials: root, ...post, tamper: true }),
          /^The request signature we calculated/,
          "InvalidSignatureException",
        ],
        [
          signed(`${api.url}/rows`, { credentials: { accessKeyId: "AKIAUNKNOWN", secretAccessKey: "x" } }),
          /security token .* invalid/,
          "UnrecognizedClientException",
        ],
        [
          signed(`${api.url}/rows`, { credentials: root, service: "lambda" }),
          /correct service: 'execute-api'/,
          "InvalidSignatureException",
        ],
        [
          fetch(`${api.url}/rows`, { headers: { Authorization: "AWS4-HMAC-SHA256 nonsense" } }),
          /Authorization header requires/,
          "IncompleteSignatureException",
        ],
      ];
      for (const [sent, message, type] of cases) {
        const response = await sent;
        assert.equal(response.status, 403);
        assert.match(((await response.json()) as { message: string }).message, message);
        assert.equal(response.headers.get("x-amzn-errortype"), type);
      }
    });

    it("asks the role's policy for execute-api:Invoke on the very route", async () => {
      const arn = `arn:aws:execute-api:us-east-1:000000000000:${api.apiId}/dev`;
      const { credentials } = await test.mintRole(invoke("Allow", `${arn}/GET/rows/5`));
      assert.equal((await signed(`${api.url}/rows/5`, { credentials })).status, 200);
      assert.match(event.requestContext.identity.userArn, /assumed-role\/.*\/test-session$/);
      const refused = await signed(`${api.url}/rows/6`, { credentials });
      assert.equal(refused.status, 403);
      assert.equal(refused.headers.get("x-amzn-errortype"), "AccessDeniedException");
      const { Message } = (await refused.json()) as { Message: string };
      assert.match(
        Message,
        /^User: arn:aws:sts::000000000000:assumed-role\/\S+ is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:\*{8}0000:\w+\/dev\/GET\/rows\/6 because no identity-based policy allows/,
      );
    });

    it("lets a resource policy deny everyone but one role, on routes written without the API's id", async () => {
      const chosen = await test.mintRole();
      const other = await test.mintRole(invoke("Allow", "*"));
      const everyoneElse = { Condition: { StringNotEquals: { "aws:PrincipalArn": chosen.roleArn } } };
      const restricted = await test.deploy(
        document({
          "x-amazon-apigateway-policy": {
            Version: "2012-10-17",
            Statement: [
              invoke("Allow", "execute-api:/dev/POST/rows", { Principal: { AWS: chosen.roleArn } }),
              invoke("Deny", "execute-api:/*", { Principal: "*", ...everyoneElse }),
            ],
          },
        }),
      );
      const post = { method: "POST", body: "{}" };
      const allowed = await signed(`${restricted.url}/rows`, { credentials: chosen.credentials, ...post });
      assert.equal(allowed.status, 200, await allowed.text());
      const wrongRoute = await signed(`${restricted.url}/rows`, { credentials: chosen.credentials });
      assert.equal(wrongRoute.status, 403);
      for (const credentials of [other.credentials, root]) {
        const refused = await signed(`${restricted.url}/rows`, { credentials, ...post });
        assert.equal(refused.status, 403);
        assert.match(
          ((await refused.json()) as { Message: string }).Message,
          /with an explicit deny in a resource-based policy$/,
        );
      }
    });
  });

  describe("resource policy alone", () => {
    const withPolicy = (statements: object[]) =>
      test.deploy(
        openApi(
          { "/open": { get: proxy("echo") }, "/shut": { get: proxy("echo") } },
          {
            "x-amazon-apigateway-policy": { Version: "2012-10-17", Statement: statements },
          },
        ),
      );

    it("must allow, and a denial wins", async () => {
      const api = await withPolicy([
        invoke("Allow", "execute-api:/dev/GET/*", {
          Principal: "*",
          Condition: { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } },
        }),
        invoke("Deny", "execute-api:/dev/GET/shut", { Principal: "*" }),
      ]);
      assert.equal((await fetch(`${api.url}/open`)).status, 200);
      const refused = await fetch(`${api.url}/shut`);
      assert.equal(refused.status, 403);
      assert.match(
        ((await refused.json()) as { Message: string }).Message,
        /^User: anonymous is not authorized .* with an explicit deny/,
      );
    });

    it("shuts out whom it does not name", async () => {
      const api = await withPolicy([
        invoke("Allow", "execute-api:/*", {
          Principal: "*",
          Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
        }),
      ]);
      const refused = await fetch(`${api.url}/open`);
      assert.equal(refused.status, 403);
      assert.match(((await refused.json()) as { Message: string }).Message, /because no resource-based policy allows/);
    });

    it("holds for the whole API where its resource is *", async () => {
      const fromHere = (cidr: string) => [
        invoke("Allow", "*", { Principal: "*", Condition: { IpAddress: { "aws:SourceIp": cidr } } }),
      ];
      const [inside, outside] = [await withPolicy(fromHere("127.0.0.0/8")), await withPolicy(fromHere("10.0.0.0/8"))];
      assert.equal((await fetch(`${inside.url}/open`)).status, 200);
      assert.equal((await fetch(`${outside.url}/open`)).status, 403);
    });

    it("comes back as it was given, but for the short form of an ARN", async () => {
      const { apiId } = await withPolicy([
        invoke("Deny", "*", { Principal: "*" }),
        invoke("Allow", "execute-api:/dev/GET/open", { Principal: "*" }),
        { ...invoke("Allow", "*", { Principal: "*" }), Resource: ["execute-api:/*", "*"] },
      ]);
      const { policy } = await test.cloud.call<{ policy: string }>("apigateway", "GetRestApi", { restApiId: apiId });
      const api = `arn:aws:execute-api:us-east-1:000000000000:${apiId}`;
      assert.deepEqual(
        JSON.parse(JSON.parse(`"${policy}"`)).Statement.map(({ Resource }: { Resource: unknown }) => Resource),
        ["*", `${api}/dev/GET/open`, [`${api}/*`, "*"]],
      );
    });

    it("is refused at import when it is no policy", async () => {
      await assert.rejects(withPolicy([{ Effect: "Perhaps" }]), {
        name: "BadRequestException",
        message: /^Invalid policy document/,
      });
    });
  });
});
