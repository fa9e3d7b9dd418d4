import assert from "node:assert/strict";
import { RunError } from "@pulumi/pulumi";
import { type ApiSettings, ApiWithLambdas, type WithRoutes } from "../../../components/apiWithLambdas.ts";
import { NodeFunction } from "../../../components/nodeFunction.ts";
import { record } from "../support/record.ts";

const entry = "handlers/whodis/index.ts";
type Args = ApiSettings & Partial<WithRoutes<string>>;

describe("ApiWithLambdas refuses, before anything is registered,", () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`GET /r${index}`, { entry }]));
  const invalid: [string, Args, RegExp][] = [
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
    [
      "neither function nor entry",
      { routes: { "GET /a": {} } as never },
      /routes\["GET \/a"\].entry is not given; allowed is either a file in entry or a function/,
    ],
    ["300 resources and the root", { routes: many(300) as never }, /301 resources.*quota "Resources per API"/],
    [
      "a stage with a dash",
      { definition: { stageName: "my-stage" } },
      /stageName is "my-stage"; allowed is 1 to 128 letters/,
    ],
    ["a burst too high", { definition: { throttling: { burst: 9_000 } } }, /burst is 9000; allowed is .* 0 to 5000/],
    ["no requests at all", { definition: { throttling: { rate: 0 } } }, /rate is 0; allowed is a number above 0/],
    [
      "a route's rate too high",
      { routes: { "GET /a": { entry, throttling: { rate: 10_001 } } } },
      /routes\["GET \/a"\].throttling.rate is 10001; allowed is a number above 0, up to 10000/,
    ],
    ["credentials for every origin", { cors: { origin: "*", credentials: true } }, /cors.credentials is true/],
    [
      "a model of a later draft",
      { routes: { "POST /a": { entry, requestModel: { $schema: "http://json-schema.org/draft-07/schema#" } } } },
      /requestModel is "\$schema is .*draft-07.*allowed is a JSON Schema of draft-04/,
    ],
    [
      "a model with a word of a later draft",
      { routes: { "POST /a": { entry, requestModel: { properties: { n: { exclusiveMinimum: 5 } } } } } },
      /requestModel is "\/properties\/n must have property minimum/,
    ],
    [
      "a file that is not there",
      { routes: { "GET /a": { entry: "handlers/none.ts" } } },
      /\["GET \/a"\].entry is "handlers\/none.ts"; allowed is a file of the program/,
    ],
    ["a function's memory", { routes: { "GET /a": { entry, memory: 1 } } }, /routes\["GET \/a"\].memory is 1; allowed/],
    [
      "sibling parameters of two names",
      { routes: { "GET /a/{id}": { entry }, "GET /a/{name}/b": { entry } } },
      /\["\/a\/\{id\}","\/a\/\{name\}"\]; allowed is one parameter at one place/,
    ],
    [
      "two routes of one name",
      { routes: { "GET /a/id": { entry }, "GET /a/{id}": { entry } } },
      /routes\["GET \/a\/id"\] is "GET \/a\/\{id\}"; allowed is a route whose letters and digits differ/,
    ],
    [
      "an unknown log level",
      { definition: { logLevel: "DEBUG" as never } },
      /logLevel is "DEBUG"; allowed is one of OFF, ERROR, INFO/,
    ],
    [
      "a retention that CloudWatch does not know",
      { definition: { logRetention: 31 } },
      /logRetention is 31; allowed is one of 1, 3, 5/,
    ],
    [
      "an origin with a path",
      { cors: { origin: "https://example.org/a" } },
      /cors.origin is .*allowed is \* or an origin/,
    ],
    [
      "an authorizer's answer kept too long",
      { routes: { "GET /a": { entry, auth: { lambda: { authorizer: {} as NodeFunction, cacheSeconds: 4_000 } } } } },
      /cacheSeconds is 4000; allowed is a whole number from 0 to 3600/,
    ],
    [
      "callers of a kind that there is not",
      { routes: { "GET /a": { entry, auth: "cognito" as never } } },
      /routes\["GET \/a"\]\.auth is "cognito"; allowed is one of none, iam, apiKey, \{ cognito \}, \{ lambda \}/,
    ],
    [
      "no user pool",
      { routes: { "GET /a": { entry, auth: { cognito: { userPoolArns: [] } } } } },
      /userPoolArns is \[\]; allowed is at least one/,
    ],
    [
      "a usage plan without a key",
      { usagePlan: { burst: 1 } },
      /usagePlan is .*allowed is nothing, without a route whose auth is "apiKey"/,
    ],
    [
      "a plan without requests",
      { usagePlan: { rate: 0 } },
      /usagePlan.rate is 0; allowed is a number above 0, up to 10000/,
    ],
    [
      "a usage plan's unknown period",
      { usagePlan: { quota: { limit: 1, period: "YEAR" as never } } },
      /period is "YEAR"; allowed is one of DAY, WEEK, MONTH/,
    ],
    [
      "a domain in capitals",
      { domain: { name: "API.example.org", certificateArn: "c" } },
      /domain.name is "API.example.org"; allowed is a name/,
    ],
    [
      "a base path of two parts",
      { domain: { name: "a.example.org", certificateArn: "c", basePath: "a/b" } },
      /basePath is "a\/b"; allowed is one part/,
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

  it("a function whose policy other APIs have filled, naming the quota", async () => {
    await record(() => {
      const shared = new NodeFunction("shared", { entry });
      const routes = (from: number) =>
        Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`GET /r${from + index}`, { function: shared }]));
      new ApiWithLambdas("one", { routes: routes(0) });
      assert.throws(() => new ApiWithLambdas("two", { routes: routes(30) }), /shared by 30 routes.*20480 bytes/);
    });
  });
});
