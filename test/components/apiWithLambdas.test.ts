import assert from "node:assert/strict";
import { RunError } from "@pulumi/pulumi";
import { ApiWithLambdas, type ApiWithLambdasArgs } from "../../components/apiWithLambdas.ts";
import { NodeFunction } from "../../components/nodeFunction.ts";
import { type Recording, record } from "./support/record.ts";

const entry = "handlers/whodis/index.ts";
const api = (args: Partial<ApiWithLambdasArgs> = {}) =>
  record(() => new ApiWithLambdas("hello", { routes: { "GET /whodis": { entry, auth: "none" } }, ...args }));
const body = (made: Recording) => JSON.parse(made.get("aws:apigateway/restApi:RestApi", "hello").inputs.body);
const trigger = (made: Recording) =>
  made.get("aws:apigateway/deployment:Deployment", "hello-deployment").inputs.triggers.document;

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
      assert.equal(JSON.parse(inputs.accessLogSettings.format).requestId, "$context.requestId");
      assert.ok(dependencies.includes("aws:cloudwatch/logGroup:LogGroup hello-execution-logs"));
    });

    it("owns the group that API Gateway would make by itself", () => {
      assert.deepEqual(made.get("aws:cloudwatch/logGroup:LogGroup", "hello-execution-logs").inputs, {
        name: "API-Gateway-Execution-Logs_hello-id/Prod",
        retentionInDays: 30,
      });
    });

    it("throttles, measures, logs errors and never the data", () => {
      assert.deepEqual(made.get("aws:apigateway/methodSettings:MethodSettings", "hello-settings").inputs, {
        methodPath: "*/*",
        restApi: "hello-id",
        settings: {
          dataTraceEnabled: false,
          loggingLevel: "ERROR",
          metricsEnabled: true,
          throttlingBurstLimit: 200,
          throttlingRateLimit: 100,
        },
        stageName: "Prod",
      });
    });

    it("writes the route into the document, with the alias behind it", () => {
      assert.deepEqual(body(made).paths["/whodis"].get, {
        operationId: "get-whodis",
        parameters: [],
        responses: { default: { description: "The function's answer" } },
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

  it("makes a key and a usage plan when a route asks for one", async () => {
    const made = await api({ routes: { "GET /a": { entry, auth: "apiKey" } } });
    assert.deepEqual(made.get("aws:apigateway/usagePlan:UsagePlan", "hello-plan").inputs.apiStages, [
      { apiId: "hello-id", stage: "Prod" },
    ]);
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

  describe("deploys anew", () => {
    const changes: [string, Partial<ApiWithLambdasArgs>][] = [
      ["when a route is added", { routes: { "GET /whodis": { entry, auth: "none" }, "GET /b": { entry } } }],
      ["when a route's authorisation changes", { routes: { "GET /whodis": { entry, auth: "iam" } } }],
      ["when the resource policy changes", { policy: { Version: "2012-10-17", Statement: [] } }],
      ["when binary types change", { binaryMediaTypes: ["image/png"] }],
      ["when CORS changes", { cors: { origin: "*" } }],
    ];
    for (const [when, args] of changes) {
      it(when, async () => assert.notEqual(trigger(await api(args)), trigger(await api())));
    }

    it("and not when only the function's memory or the stage changes", async () => {
      const before = trigger(await api());
      assert.equal(trigger(await api({ routes: { "GET /whodis": { entry, auth: "none", memory: 512 } } })), before);
      assert.equal(trigger(await api({ definition: { logLevel: "INFO" } })), before);
    });

    it("and not when the same routes come in another order", async () => {
      const routes = { "GET /a": { entry }, "GET /b": { entry } } as const;
      const reversed = { "GET /b": { entry }, "GET /a": { entry } } as const;
      assert.equal(trigger(await api({ routes })), trigger(await api({ routes: reversed })));
    });
  });

  describe("refuses, before anything is registered,", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`GET /r${index}`, { entry }]));
    const invalid: [string, Partial<ApiWithLambdasArgs>, RegExp][] = [
      ["no routes", { routes: {} }, /routes is \[\]; allowed is at least one route/],
      [
        "an unknown method",
        { routes: { "FETCH /a": { entry } } as never },
        /route is "FETCH \/a"; allowed is METHOD \/path/,
      ],
      [
        "a path without a slash",
        { routes: { "GET a": { entry } } as never },
        /route is "GET a"; allowed is a path of parts/,
      ],
      [
        "a greedy part in the middle",
        { routes: { "GET /{a+}/b": { entry } } },
        /allowed is \{name\+\} as the last part only/,
      ],
      ["one parameter twice", { routes: { "GET /{a}/{a}": { entry } } }, /allowed is a name for each parameter/],
      ["neither function nor entry", { routes: { "GET /a": {} } as never }, /neither function nor entry/],
      ["300 resources and the root", { routes: many(300) as never }, /301 resources.*quota "Resources per API"/],
      [
        "a stage with a dash",
        { definition: { stageName: "my-stage" } },
        /stageName is "my-stage"; allowed is 1 to 128 letters/,
      ],
      ["a burst too high", { definition: { throttling: { burst: 9_000 } } }, /burst is 9000; allowed is .* 0 to 5000/],
      ["credentials for every origin", { cors: { origin: "*", credentials: true } }, /cors.credentials is true/],
      [
        "a model of a later draft",
        { routes: { "POST /a": { entry, requestModel: { $schema: "http://json-schema.org/draft-07/schema#" } } } },
        /requestModel\.\$schema is .*draft-07.*allowed is draft-04/,
      ],
      [
        "a parameter of no place",
        { routes: { "GET /a": { entry, requiredParameters: ["cookie.a"] as never } } },
        /requiredParameters\[0\] is "cookie.a"; allowed is querystring.NAME or header.NAME/,
      ],
    ];
    for (const [what, args, message] of invalid) {
      it(what, async () => {
        const made = await record(() => {
          assert.throws(
            () => new ApiWithLambdas("hello", { routes: { "GET /a": { entry } }, ...args }),
            (error) => RunError.isInstance(error) && message.test((error as Error).message),
          );
        });
        assert.deepEqual(made.names(), []);
      });
    }

    it("a function shared by more routes than its policy holds, naming the quota", async () => {
      await record(() => {
        const shared = new NodeFunction("shared", { entry });
        const routes = Object.fromEntries(
          Array.from({ length: 60 }, (_, index) => [`GET /r${index}`, { function: shared }]),
        );
        assert.throws(
          () => new ApiWithLambdas("hello", { routes }),
          /shared by 60 routes.*Lambda's quota of 20480 bytes/,
        );
      });
    });
  });
});
