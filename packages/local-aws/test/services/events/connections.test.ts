import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import * as sdk from "@aws-sdk/client-eventbridge";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Events } from "./support.ts";

describe("API destinations of EventBridge", () => {
  let told: Events;
  let server: Server;
  let origin: string;
  /** What the endpoint was asked, and what it answers next. */
  const asked: { method?: string; url?: string; headers: IncomingMessage["headers"]; body: string }[] = [];
  let statuses: number[] = [];
  before(async () => {
    told = await Events.start();
    server = createServer(async (request, response) => {
      const { method, url, headers } = request;
      asked.push({ ...(method && { method }), ...(url && { url }), headers, body: await text(request) });
      response.writeHead(statuses.shift() ?? 200, { "content-type": "application/json" });
      response.end(url === "/token" ? '{"access_token":"t-1"}' : "{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.close();
    await told.cloud.stop();
  });

  const connect = (Name: string, AuthorizationType: sdk.ConnectionAuthorizationType, AuthParameters: object) =>
    told.client.send(
      new sdk.CreateConnectionCommand({
        Name,
        AuthorizationType,
        AuthParameters: AuthParameters as sdk.CreateConnectionAuthRequestParameters,
      }),
    );
  const describeOf = (Name: string) => told.client.send(new sdk.DescribeConnectionCommand({ Name }));
  /** A rule for one detail type that calls the endpoint with this connection. */
  const destination = async (Name: string, ConnectionArn: string | undefined, path: string, target: object = {}) => {
    const { ApiDestinationArn: Arn } = await told.client.send(
      new sdk.CreateApiDestinationCommand({
        Name,
        ConnectionArn,
        HttpMethod: "POST",
        InvocationEndpoint: `${origin}${path}`,
      }),
    );
    const { roleArn: RoleArn } = await told.cloud.mintRole(
      [{ Effect: "Allow", Action: "events:InvokeApiDestination", Resource: Arn as string }],
      { name: `calls-${Name}`, trust: "events.amazonaws.com" },
    );
    await told.rule(Name, { "detail-type": [Name] }, { Arn, RoleArn, ...target });
  };
  const put = (DetailType: string, detail: object) =>
    told.client.send(
      new sdk.PutEventsCommand({ Entries: [{ Source: "shop", DetailType, Detail: JSON.stringify(detail) }] }),
    );
  const heard = async (count = 1) => {
    for (let tries = 0; asked.length < count && tries < 500; tries++) await sleep(10);
    return asked.splice(0);
  };

  it("are called with an API key, and what connection and target add", async () => {
    const { ConnectionArn, ConnectionState } = await connect("key", "API_KEY", {
      ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: "s3cret" },
      InvocationHttpParameters: {
        HeaderParameters: [{ Key: "x-tenant", Value: "a" }],
        QueryStringParameters: [{ Key: "v", Value: "2", IsValueSecret: true }],
        BodyParameters: [{ Key: "from", Value: "connection" }],
      },
    });
    assert.equal(ConnectionState, "AUTHORIZED");
    const HttpParameters = {
      PathParameterValues: ["a b"],
      HeaderParameters: { "x-tenant": "target", "x-own": "1" },
      QueryStringParameters: { q: "1" },
    };
    await destination("keyed", ConnectionArn, "/orders/*/new", { InputPath: "$.detail", HttpParameters });
    await put("keyed", { n: 1 });
    const [{ method, url, headers, body } = { headers: {}, body: "" }] = await heard();
    assert.deepEqual([method, url], ["POST", "/orders/a%20b/new?q=1&v=2"]);
    assert.deepEqual([headers["x-key"], headers["x-tenant"], headers["x-own"]], ["s3cret", "a", "1"]);
    assert.deepEqual(JSON.parse(body), { n: 1, from: "connection" });
  });

  it("are tried again when they cannot answer, and not when they refuse", async () => {
    const { ConnectionArn } = await connect("basic", "BASIC", {
      BasicAuthParameters: { Username: "u", Password: "p" },
    });
    await destination("basic", ConnectionArn, "/basic");
    statuses = [503, 200];
    await put("basic", {});
    const calls = await heard(2);
    assert.deepEqual(
      calls.map(({ headers }) => headers.authorization),
      [`Basic ${btoa("u:p")}`, `Basic ${btoa("u:p")}`],
    );
    statuses = [400];
    await put("basic", {});
    await heard();
    await sleep(400);
    assert.equal(asked.length, 0, "a refused event is not sent again");
  });

  it("sign in by OAuth", async () => {
    const { ConnectionArn, ConnectionState } = await connect("oauth", "OAUTH_CLIENT_CREDENTIALS", {
      OAuthParameters: {
        AuthorizationEndpoint: `${origin}/token`,
        HttpMethod: "POST",
        ClientParameters: { ClientID: "id", ClientSecret: "secret" },
        OAuthHttpParameters: { BodyParameters: [{ Key: "scope", Value: "all" }] },
      },
    });
    assert.equal(ConnectionState, "AUTHORIZING");
    const [token] = await heard();
    assert.equal(token?.body, "grant_type=client_credentials&client_id=id&client_secret=secret&scope=all");
    while ((await describeOf("oauth")).ConnectionState === "AUTHORIZING") await sleep(10);
    assert.equal((await describeOf("oauth")).ConnectionState, "AUTHORIZED");
    await destination("signed", ConnectionArn, "/signed");
    await put("signed", {});
    const [, call] = await heard(2);
    assert.equal(call?.headers.authorization, "Bearer t-1");
  });

  it("are called by a role that may, and on this machine alone", async () => {
    const { ConnectionArn } = await describeOf("basic");
    const { roleArn: RoleArn } = await told.cloud.mintRole([], {
      name: "calls-nothing",
      trust: "events.amazonaws.com",
    });
    const dead = await told.queue("dead");
    const far = await told.client.send(
      new sdk.CreateApiDestinationCommand({
        Name: "far",
        ConnectionArn,
        HttpMethod: "GET",
        InvocationEndpoint: "https://example.com/",
      }),
    );
    const allowed = await told.cloud.mintRole(
      [{ Effect: "Allow", Action: "events:InvokeApiDestination", Resource: far.ApiDestinationArn as string }],
      { name: "calls-far", trust: "events.amazonaws.com" },
    );
    const DeadLetterConfig = { Arn: dead.arn };
    const target = { Arn: far.ApiDestinationArn, DeadLetterConfig };
    await told.rule("denied", { "detail-type": ["denied"] }, { ...target, RoleArn });
    await put("denied", {});
    assert.match(String((await dead.receive()).attributes?.ERROR_MESSAGE?.StringValue), /events:InvokeApiDestination/);
    await told.rule("far", { "detail-type": ["far"] }, { ...target, RoleArn: allowed.roleArn });
    await put("far", {});
    assert.match(String((await dead.receive()).attributes?.ERROR_MESSAGE?.StringValue), /not on this machine/);
  });

  it("keep their credentials in a secret, and show none", async () => {
    const { AuthParameters, SecretArn } = await describeOf("key");
    assert.deepEqual(AuthParameters, {
      ApiKeyAuthParameters: { ApiKeyName: "x-key" },
      InvocationHttpParameters: {
        HeaderParameters: [{ Key: "x-tenant", Value: "a", IsValueSecret: false }],
        QueryStringParameters: [{ Key: "v", IsValueSecret: true }],
        BodyParameters: [{ Key: "from", Value: "connection", IsValueSecret: false }],
      },
    });
    const secrets = told.cloud.client(SecretsManagerClient);
    const read = () => secrets.send(new GetSecretValueCommand({ SecretId: SecretArn }));
    const { api_key_name, api_key_value } = JSON.parse((await read()).SecretString as string);
    assert.deepEqual([api_key_name, api_key_value], ["x-key", "s3cret"]);
    await told.client.send(
      new sdk.UpdateConnectionCommand({
        Name: "key",
        AuthorizationType: "BASIC",
        AuthParameters: { BasicAuthParameters: { Username: "u", Password: "new" } },
      }),
    );
    const { username, password, ...more } = JSON.parse((await read()).SecretString as string);
    assert.deepEqual([username, password, "api_key_name" in more], ["u", "new", false]);
    await told.client.send(new sdk.DeleteConnectionCommand({ Name: "key" }));
    await assert.rejects(read(), { name: "ResourceNotFoundException" });
  });

  it("are refused in AWS's words", async () => {
    await assert.rejects(describeOf("none"), {
      name: "ResourceNotFoundException",
      message: "Failed to describe the connection(s). Connection 'none' does not exist.",
    });
    await assert.rejects(told.client.send(new sdk.DescribeApiDestinationCommand({ Name: "none" })), {
      name: "ResourceNotFoundException",
      message: "Failed to describe the api-destination(s). An api-destination 'none' does not exist.",
    });
    await assert.rejects(connect("no spaces", "BASIC", { BasicAuthParameters: { Username: "u", Password: "p" } }), {
      name: "ValidationException",
      message:
        "1 validation error detected: Value 'no spaces' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
    });
    await assert.rejects(connect("mixed", "BASIC", { ApiKeyAuthParameters: { ApiKeyName: "a", ApiKeyValue: "b" } }), {
      name: "ValidationException",
      message: "AuthParameters of a connection of BASIC are BasicAuthParameters, and given are ApiKeyAuthParameters.",
    });
  });
});
