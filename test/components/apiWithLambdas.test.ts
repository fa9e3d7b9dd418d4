import assert from "node:assert/strict";
import { type ApiSettings, ApiWithLambdas, type WithRoutes } from "../../components/apiWithLambdas.ts";
import { NodeFunction } from "../../components/nodeFunction.ts";
import { type Recording, record } from "./support/record.ts";

const entry = "handlers/whodis/index.ts";
type Args = ApiSettings & Partial<WithRoutes<string>>;
const api = (args: Args = {}) =>
  record(() => new ApiWithLambdas("hello", { routes: { "GET /whodis": { entry, auth: "none" } }, ...args }));
const body = (made: Recording) => JSON.parse(made.get("aws:apigateway/restApi:RestApi", "hello").inputs.body);

describe("ApiWithLambdas", () => {
  describe("implicit, with one public route", () => {
    let made: Recording;
    before(async () => {
      made = await api();
    });

    it("makes one API, whatever the routes, with its stage, logs, settings and one permission a route", () => {
      const own = made.all.filter(({ parent }) => parent === "dsp:index:ApiWithLambdas hello");
      assert.deepEqual(own.map(({ type, name }) => `${type} ${name}`).sort(), [
        "aws:apigateway/deployment:Deployment hello-deployment",
        "aws:apigateway/methodSettings:MethodSettings hello-settings",
        "aws:apigateway/restApi:RestApi hello",
        "aws:apigateway/stage:Stage hello-stage",
        "aws:cloudwatch/logGroup:LogGroup hello-access-logs",
        "aws:cloudwatch/logGroup:LogGroup hello-execution-logs",
        "aws:lambda/permission:Permission hello-get-whodis-permission",
        "dsp:index:NodeFunction hello-get-whodis",
      ]);
    });

    it("lets the gateway invoke the alias on exactly this route", () => {
      assert.deepEqual(made.get("aws:lambda/permission:Permission", "hello-get-whodis-permission").inputs, {
        action: "lambda:InvokeFunction",
        function: "hello-get-whodis",
        principal: "apigateway.amazonaws.com",
        qualifier: "live",
        sourceArn: "arn:aws:execute-api:eu-west-1:123456789012:hello-id/Prod/GET/whodis",
      });
    });

    it("has a stage Prod with tracing and one JSON line a request", () => {
      const { inputs, dependencies } = made.get("aws:apigateway/stage:Stage", "hello-stage");
      assert.equal(inputs.stageName, "Prod");
      assert.equal(inputs.xrayTracingEnabled, true);
      assert.equal(
        inputs.accessLogSettings.destinationArn,
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/platform-test-hello",
      );
      const { requestId, path } = JSON.parse(inputs.accessLogSettings.format);
      assert.deepEqual([requestId, path], ["$context.requestId", undefined]);
      assert.ok(dependencies.includes("aws:cloudwatch/logGroup:LogGroup hello-execution-logs"));
    });

    it("owns the group that API Gateway would make by itself", () => {
      assert.deepEqual(made.get("aws:cloudwatch/logGroup:LogGroup", "hello-execution-logs").inputs, {
        name: "API-Gateway-Execution-Logs_hello-id/Prod",
        retentionInDays: 30,
      });
    });

    it("throttles, logs errors and never the data", () => {
      assert.deepEqual(made.get("aws:apigateway/methodSettings:MethodSettings", "hello-settings").inputs, {
        methodPath: "*/*",
        restApi: "hello-id",
        settings: {
          dataTraceEnabled: false,
          loggingLevel: "ERROR",
          metricsEnabled: false,
          throttlingBurstLimit: 100,
          throttlingRateLimit: 50,
        },
        stageName: "Prod",
      });
    });

    it("writes the route into the document, with the alias behind it", () => {
      assert.deepEqual(body(made).paths["/whodis"].get, {
        operationId: "get-whodis",
        parameters: [],
        responses: { "200": { description: "The function's answer" } },
        security: [],
        "x-amazon-apigateway-integration": {
          httpMethod: "POST",
          passthroughBehavior: "when_no_match",
          timeoutInMillis: 11_000,
          type: "aws_proxy",
          uri: "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:hello-get-whodis:live/invocations",
        },
      });
    });
  });

  it("gives the defined form its own stage and settings", async () => {
    const made = await api({ definition: { stageName: "dev", throttling: { rate: 5, burst: 7 }, logLevel: "INFO" } });
    assert.equal(made.get("aws:apigateway/stage:Stage", "hello-stage").inputs.stageName, "dev");
    const { settings } = made.get("aws:apigateway/methodSettings:MethodSettings", "hello-settings").inputs;
    assert.equal(settings.throttlingRateLimit, 5);
    assert.equal(settings.throttlingBurstLimit, 7);
    assert.equal(settings.loggingLevel, "INFO");
  });

  it("measures each method where it is told to", async () => {
    const made = await api({ definition: { detailedMetrics: true } });
    const { settings } = made.get("aws:apigateway/methodSettings:MethodSettings", "hello-settings").inputs;
    assert.equal(settings.metricsEnabled, true);
  });

  it("requires IAM of a route that does not say otherwise", async () => {
    const made = await api({ routes: { "POST /things/{id}": { entry } } });
    const document = body(made);
    assert.deepEqual(document.paths["/things/{id}"].post.security, [{ iam: [] }]);
    assert.equal(document.components.securitySchemes.iam["x-amazon-apigateway-authtype"], "awsSigv4");
    assert.match(
      made.get("aws:lambda/permission:Permission", "hello-post-things-id-permission").inputs.sourceArn,
      /hello-id\/Prod\/POST\/things\/\*$/,
    );
  });

  it("shares one function between routes, with a permission for each", async () => {
    const made = await record(() => {
      const shared = new NodeFunction("shared", { entry });
      new ApiWithLambdas("hello", {
        routes: { "GET /a": { function: shared }, "ANY /b/{rest+}": { function: shared } },
      });
    });
    assert.equal(made.all.filter(({ type }) => type === "aws:lambda/function:Function").length, 1);
    const permissions = made.all.filter(({ type }) => type === "aws:lambda/permission:Permission");
    assert.deepEqual(permissions.map(({ inputs }) => inputs.sourceArn.split("/Prod/")[1]).sort(), ["*/b/*", "GET/a"]);
    assert.ok(body(made).paths["/b/{rest+}"]["x-amazon-apigateway-any-method"]);
  });

  it("gives a function that serves all methods of a path one permission for it, and no more", async () => {
    const made = await record(() => {
      const [one, other] = [new NodeFunction("one", { entry }), new NodeFunction("other", { entry })];
      new ApiWithLambdas("hello", {
        routes: {
          "GET /a/{id}": { function: one },
          "PUT /a/{id}": { function: one },
          "GET /b": { function: one },
          "PUT /b": { function: other },
        },
      });
    });
    const permissions = made.all.filter(({ type }) => type === "aws:lambda/permission:Permission");
    assert.deepEqual(
      permissions.map(({ inputs }) => `${inputs.function} ${inputs.sourceArn.split("/Prod/")[1]}`).sort(),
      ["one */a/*", "one GET/b", "other PUT/b"],
    );
  });

  it("has every permission, and the execution log, before the stage that needs them", async () => {
    const { dependencies } = (await api()).get("aws:apigateway/stage:Stage", "hello-stage");
    assert.ok(dependencies.includes("aws:lambda/permission:Permission hello-get-whodis-permission"));
    assert.ok(dependencies.includes("aws:apigateway/deployment:Deployment hello-deployment"));
  });

  it("cuts a long route's name, so that the role of its function has one that IAM takes", async () => {
    const made = await api({ routes: { "GET /a-path-of-many-words/that-goes/on-and-on/{forever}": { entry } } });
    const [handler] = made.all.filter(({ type }) => type === "aws:lambda/function:Function");
    assert.match(handler!.name, /^hello-get-a-path-of-many-words-that-goes-on-[0-9a-f]{6}$/);
  });

  it("says the resource policy and binary types as arguments too, which the provider would overwrite", async () => {
    const policy = { Version: "2012-10-17", Statement: [] };
    const made = await api({ policy, binaryMediaTypes: ["image/png"] });
    const { inputs } = made.get("aws:apigateway/restApi:RestApi", "hello");
    assert.deepEqual(JSON.parse(inputs.policy), policy);
    assert.deepEqual(inputs.binaryMediaTypes, ["image/png"]);
    assert.deepEqual(body(made)["x-amazon-apigateway-policy"], policy);
    assert.deepEqual(body(made)["x-amazon-apigateway-binary-media-types"], ["image/png"]);
    // Not to say them would leave those of the last deployment.
    const without = await api({});
    assert.deepEqual(without.get("aws:apigateway/restApi:RestApi", "hello").inputs.binaryMediaTypes, []);
  });

  it("takes an inline callback as a route's function, with the same minimal role", async () => {
    const made = await api({ routes: { "GET /a": { callback: async () => ({ statusCode: 204 }), auth: "none" } } });
    assert.deepEqual(made.get("aws:lambda/function:Function", "hello-get-a").inputs.code, {
      archive: ["index.cjs", "index.cjs.map"],
    });
    assert.equal(made.statements("hello-get-a-policy").length, 2);
  });

  it("tells functions of its own which origin their answers are for", async () => {
    const made = await api({ cors: { origin: "https://example.org", credentials: true } });
    const { variables } = made.get("aws:lambda/function:Function", "hello-get-whodis").inputs.environment;
    assert.equal(variables.CORS_ALLOW_ORIGIN, "https://example.org");
    assert.equal(variables.CORS_ALLOW_CREDENTIALS, "true");
  });

  it("has a name of its own, with a record where the zone is given", async () => {
    let url: string | undefined;
    const made = await record(() => {
      const { url: output } = new ApiWithLambdas("hello", {
        routes: { "GET /a": { entry } },
        domain: { name: "api.example.org", certificateArn: "arn:c", basePath: "v1", hostedZoneId: "Z1" },
      });
      output.apply((value) => (url = value));
    });
    assert.equal(url, "https://api.example.org/v1");
    assert.deepEqual(made.get("aws:apigateway/domainName:DomainName", "hello-domain").inputs, {
      domainName: "api.example.org",
      endpointConfiguration: { types: "REGIONAL" },
      regionalCertificateArn: "arn:c",
      securityPolicy: "TLS_1_2",
    });
    assert.deepEqual(made.get("aws:apigateway/basePathMapping:BasePathMapping", "hello-mapping").inputs, {
      basePath: "v1",
      domainName: "api.example.org",
      restApi: "hello-id",
      stageName: "Prod",
    });
    assert.deepEqual(made.get("aws:route53/record:Record", "hello-record").inputs.zoneId, "Z1");
  });

  it("makes a key and a usage plan when a route asks for one", async () => {
    const made = await api({
      routes: { "GET /a": { entry, auth: "apiKey" } },
      usagePlan: { rate: 5, burst: 10, quota: { limit: 1_000, period: "DAY" } },
    });
    assert.deepEqual(made.get("aws:apigateway/usagePlan:UsagePlan", "hello-plan").inputs, {
      apiStages: [{ apiId: "hello-id", stage: "Prod" }],
      quotaSettings: { limit: 1_000, period: "DAY" },
      throttleSettings: { burstLimit: 10, rateLimit: 5 },
    });
    assert.deepEqual(made.get("aws:apigateway/usagePlanKey:UsagePlanKey", "hello-plan-key").inputs, {
      keyId: "hello-key-id",
      keyType: "API_KEY",
      usagePlanId: "hello-plan-id",
    });
  });

  it("knows callers by a user pool or by a function, each scheme once", async () => {
    const pool = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc";
    const made = await record(() => {
      const authorizer = new NodeFunction("guard", { entry });
      new ApiWithLambdas("hello", {
        routes: {
          "GET /a": { entry, auth: { cognito: { userPoolArns: [pool], scopes: ["read"] } } },
          "GET /b": { entry, auth: { cognito: { userPoolArns: [pool] } } },
          "GET /c": { entry, auth: { lambda: { authorizer, cacheSeconds: 0 } } },
        },
      });
    });
    const { securitySchemes } = body(made).components;
    assert.equal(Object.keys(securitySchemes).length, 2);
    const [cognito, lambda] = Object.values(securitySchemes) as Record<string, Record<string, unknown>>[];
    assert.deepEqual(cognito?.["x-amazon-apigateway-authorizer"], { providerARNs: [pool], type: "cognito_user_pools" });
    assert.equal(lambda?.["x-amazon-apigateway-authorizer"]?.authorizerResultTtlInSeconds, 0);
    assert.deepEqual(Object.values(body(made).paths["/a"].get.security[0]), [["read"]]);
    assert.match(
      made.get("aws:lambda/permission:Permission", "hello-authorizer-0-permission").inputs.sourceArn,
      /hello-id\/authorizers\/\*$/,
    );
  });

  it("publishes a request model and required parameters, and lets the gateway check them", async () => {
    const schema = { type: "object", required: ["name"] };
    const made = await api({
      routes: {
        "POST /a": { entry, requestModel: schema, requiredParameters: ["querystring.page", "header.x-tenant"] },
      },
    });
    const { post } = body(made).paths["/a"];
    assert.deepEqual(body(made).components.schemas, { PostA: schema });
    assert.deepEqual(post.requestBody.content["application/json"].schema, { $ref: "#/components/schemas/PostA" });
    assert.equal(post["x-amazon-apigateway-request-validator"], "all");
    assert.deepEqual(
      post.parameters.map(({ in: place, name }: { in: string; name: string }) => `${place} ${name}`),
      ["query page", "header x-tenant"],
    );
  });

  it("answers preflights by itself and lets other origins read its errors", async () => {
    const made = await api({ cors: { origin: "https://example.org", credentials: true } });
    const { options } = body(made).paths["/whodis"];
    const headers = options["x-amazon-apigateway-integration"].responses.default.responseParameters;
    assert.equal(headers["method.response.header.Access-Control-Allow-Origin"], "'https://example.org'");
    assert.equal(headers["method.response.header.Access-Control-Allow-Methods"], "'GET,OPTIONS'");
    assert.equal(headers["method.response.header.Access-Control-Allow-Credentials"], "'true'");
    assert.ok(body(made)["x-amazon-apigateway-gateway-responses"].DEFAULT_4XX);
  });
});
