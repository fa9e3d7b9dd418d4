import { parsed } from "../json.ts";
import { publicRoute } from "../openapi.ts";
import { type Resource, type Rule, unless } from "../rule.ts";
import { openRoutes } from "./apigateway.ts";
import { excess, type Limits } from "./exposure.ts";

const api = "aws:apigatewayv2/api:Api";

/** The API that a route or stage belongs to: its own name stands in for one that another program made. */
const apiOf = (resource: Resource): Resource =>
  resource.sources?.apiId?.find(({ type }) => type === api) ?? {
    type: api,
    name: String(resource.props.apiId),
    props: {},
  };

/** A connection is authorised once, as it is made: the messages of a WebSocket have no callers of their own. */
const isMessage = ({ routeKey }: Resource["props"], { props: { protocolType } }: Resource): boolean =>
  protocolType === "WEBSOCKET" && routeKey !== "$connect";

/** HTTP and WebSocket APIs. */
export const httpApiRules: Rule[] = [
  {
    name: "http-routes-are-authorised",
    description:
      "A route of an HTTP or WebSocket API knows its callers, or the stack's configuration lists it as public",
    ids: ["APIGateway.8", "AwsSolutions-APIG4", "CKV_AWS_309"],
    types: ["aws:apigatewayv2/route:Route"],
    scope: "stack",
    check: (route, { publicRoutes }) => {
      const { authorizationType = "NONE", routeKey } = route.props;
      const listed = publicRoute(apiOf(route), routeKey);
      if (authorizationType !== "NONE" || publicRoutes.includes(listed) || isMessage(route.props, apiOf(route)))
        return [];
      return [
        `authorizationType is NONE: ${routeKey} is open to anyone, and config publicRoutes does not list "${listed}"`,
      ];
    },
  },
  {
    name: "http-api-is-authorised",
    description:
      "What an HTTP API's document and its quick target open is listed as public in the stack's configuration",
    ids: ["APIGateway.8", "AwsSolutions-APIG4"],
    types: [api],
    check: (resource, { publicRoutes }) => {
      const { target, routeKey = "$default" } = resource.props;
      const listed = publicRoute(resource, routeKey);
      return [
        ...openRoutes(resource, publicRoutes, true),
        ...unless(
          target === undefined || publicRoutes.includes(listed),
          `target: ${routeKey} is open to anyone, and config publicRoutes does not list "${listed}"`,
        ),
      ];
    },
  },
  {
    name: "http-stage-is-logged",
    description: "A stage of an HTTP or WebSocket API has an access log in JSON",
    ids: ["APIGateway.9", "AwsSolutions-APIG1", "CKV_AWS_76"],
    types: ["aws:apigatewayv2/stage:Stage"],
    check: ({ props: { accessLogSettings } }) => [
      ...unless(Boolean(accessLogSettings?.destinationArn), "accessLogSettings is missing"),
      ...unless(typeof parsed(accessLogSettings?.format) === "object", "accessLogSettings.format is not JSON"),
    ],
  },
  {
    name: "http-throttle-is-its-own",
    description:
      "An HTTP or WebSocket API takes a tenth of the account's requests at most, a fiftieth where it has public routes",
    ids: ["own"],
    types: ["aws:apigatewayv2/stage:Stage"],
    scope: "stack",
    check: (stage, { publicRoutes }) => {
      const part = publicRoutes.some((route) => route.startsWith(publicRoute(apiOf(stage), ""))) ? "public" : "api";
      const routes = (stage.props.routeSettings ?? []) as (Limits & { routeKey: string })[];
      return [
        ...excess(stage.props.defaultRouteSettings, part).map((what) => `defaultRouteSettings.${what}`),
        ...routes.flatMap((one) => excess(one, part).map((what) => `routeSettings of ${one.routeKey}: ${what}`)),
      ];
    },
  },
];
