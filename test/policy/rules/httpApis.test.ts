import type { Resource } from "../../../policy/rule.ts";
import { rule } from "../support/rule.ts";

const of = (protocolType: string) => ({
  apiId: [{ type: "aws:apigatewayv2/api:Api", name: "pets", props: { protocolType } }] as Resource[],
});
const http = { sources: of("HTTP") };
const socket = { sources: of("WEBSOCKET") };

describe("rules of HTTP and WebSocket APIs:", () => {
  const jwt = { authorizationType: "JWT", routeKey: "GET /pets" };
  rule("http-routes-are-authorised", "apigatewayv2/route:Route", { props: jwt, ...http }, [
    [
      "a route that says nothing",
      { props: { routeKey: "GET /pets" }, ...http },
      /^authorizationType is NONE: GET \/pets is open to anyone, and config publicRoutes does not list "pets GET \/pets"/,
    ],
    [
      "a route for everyone",
      { props: { routeKey: "$default", authorizationType: "NONE" }, ...http },
      /"pets \$default"/,
    ],
    ["a connection for everyone", { props: { routeKey: "$connect" }, ...socket }, /"pets \$connect"/],
    ["a route of an API made elsewhere", { props: { routeKey: "ANY /", apiId: "a1b2" } }, /"a1b2 ANY \/"/],
  ]);
  const listed = { props: { routeKey: "GET /pets" }, facts: { publicRoutes: ["pets GET /pets"] }, ...http };
  rule("http-routes-are-authorised", "apigatewayv2/route:Route", listed, []);
  rule("http-routes-are-authorised", "apigatewayv2/route:Route", { props: { routeKey: "$default" }, ...socket }, []);

  const integration = { "x-amazon-apigateway-integration": { type: "AWS_PROXY" } };
  const securitySchemes = {
    key: { type: "apiKey", in: "header", name: "x-api-key" },
    jwt: { type: "oauth2", "x-amazon-apigateway-authorizer": { type: "jwt" } },
  };
  const by = (scheme: string) => ({
    props: {
      body: JSON.stringify({
        paths: { "/pets": { get: { ...integration, security: [{ [scheme]: [] }] } } },
        components: { securitySchemes },
      }),
    },
  });
  rule("http-api-is-authorised", "apigatewayv2/api:Api", by("jwt"), [
    ["keys, which an HTTP API does not ask for", by("key"), /^body: GET \/pets is open to anyone/],
    ["a function for everyone", { props: { target: "arn:aws:lambda:f" } }, /^target: \$default .* "it \$default"/],
  ]);

  const log = { destinationArn: "arn", format: '{"id":"$context.requestId"}' };
  rule("http-stage-is-logged", "apigatewayv2/stage:Stage", { props: { accessLogSettings: log } }, [
    ["no access log", { props: {} }, /^accessLogSettings is missing/],
    ["plain text", { props: { accessLogSettings: { ...log, format: "$context.status" } } }, /format is not JSON/],
  ]);

  const limits = (rate: number, burst: number) => ({ throttlingRateLimit: rate, throttlingBurstLimit: burst });
  const stage = (defaultRouteSettings?: object, routeSettings?: object[], publicRoutes: string[] = []) => ({
    props: { defaultRouteSettings, routeSettings },
    facts: { publicRoutes },
    ...http,
  });
  rule("http-throttle-is-its-own", "apigatewayv2/stage:Stage", stage(limits(1000, 500)), [
    ["the account's rate", stage(), /^defaultRouteSettings.throttlingRateLimit is not set; at most 1000/],
    ["the account's burst", stage(limits(50, 5000)), /^defaultRouteSettings.throttlingBurstLimit is 5000; at most 500/],
    ["much for everyone", stage(limits(1000, 100), [], ["pets GET /pets"]), /RateLimit is 1000; at most 200/],
    [
      "a route that takes all",
      stage(limits(50, 100), [{ routeKey: "GET /pets", ...limits(10_000, 100) }]),
      /^routeSettings of GET \/pets: throttlingRateLimit is 10000/,
    ],
  ]);
});
