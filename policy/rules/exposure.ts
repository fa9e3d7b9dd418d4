import { documentOf, isAuthorised, operationsOf } from "../openapi.ts";
import { companionsOf, type Resource, type Rule, unless } from "../rule.ts";

/** Routes of a stage's API that anyone may call, as `GET /path`. */
function openRoutesOf({ sources }: Resource): string[] {
  const document = documentOf(
    sources?.restApi?.find(({ type }) => type === "aws:apigateway/restApi:RestApi")?.props.body,
  );
  return operationsOf(document)
    .filter(([, operation]) => !isAuthorised(document, operation))
    .map(([route]) => route);
}

const hasParameter = (route: string): boolean => route.includes("{");

/** Whether a path itself is the right to do what it does: anyone who knows it changes something. */
const isCapability = (route: string): boolean => hasParameter(route) && !/^(GET|HEAD|OPTIONS) /.test(route);

/** Requests a second, and at one moment, that AWS gives an account and region. */
const quota = { rate: 10_000, burst: 5_000 };
/** Of that, what one API may take, and what a public route may. */
const share = { api: 0.1, public: 0.02 };

export interface Limits {
  throttlingRateLimit?: number;
  throttlingBurstLimit?: number;
}

const decoded = (path: unknown): string => String(path).replaceAll("~1", "/").replace(/^\//, "");

/** How settings name a route: `v0/iris/{id}/GET`, with or without `~1` for each slash of the path. */
const methodPath = (route: string): string => {
  const [method, path] = route.split(" ") as [string, string];
  return `${path.slice(1)}/${method}`;
};

/** What is over a share of the account's quota, or not limited at all. */
export function excess(limits: Limits | undefined, part: keyof typeof share): string[] {
  const most = { throttlingRateLimit: quota.rate * share[part], throttlingBurstLimit: quota.burst * share[part] };
  return (["throttlingRateLimit", "throttlingBurstLimit"] as const)
    .filter((name) => !((limits?.[name] ?? -1) >= 0 && limits![name]! <= most[name]))
    .map((name) => `${name} is ${limits?.[name] ?? "not set"}; at most ${most[name]}`);
}

/** What the world learns of an API, and what it may take of it. */
export const exposureRules: Rule[] = [
  {
    name: "stage-is-traced",
    description: "A stage is traced by X-Ray, but where its paths are secrets that let anyone change something",
    ids: ["APIGateway.3", "CKV_AWS_73"],
    types: ["aws:apigateway/stage:Stage"],
    scope: "stack",
    check: (stage) => {
      const [capability] = openRoutesOf(stage).filter(isCapability);
      const traced = stage.props.xrayTracingEnabled === true;
      if (capability === undefined) return unless(traced, "xrayTracingEnabled is not true");
      return unless(
        !traced,
        `xrayTracingEnabled: traces would keep the path of ${capability}, which is all that it asks for`,
      );
    },
  },
  {
    name: "access-log-keeps-no-paths",
    description: "Of a public route with a parameter in its path, the access log has the route and not the path",
    ids: ["own"],
    types: ["aws:apigateway/stage:Stage"],
    scope: "stack",
    check: (stage) => {
      const logged = /\$context\.path\b/.test(stage.props.accessLogSettings?.format ?? "");
      return openRoutesOf(stage)
        .filter(hasParameter)
        .slice(0, logged ? 1 : 0)
        .map((route) => `accessLogSettings.format has $context.path, with what ${route} is asked for`);
    },
  },
  {
    name: "throttle-is-its-own",
    description:
      "An API takes a tenth of the account's requests at most, a public route a fiftieth: no flood takes the others' share",
    ids: ["own"],
    types: ["aws:apigateway/stage:Stage"],
    scope: "stack",
    check: (stage, facts) => {
      const settings = companionsOf(stage, facts, "aws:apigateway/methodSettings:MethodSettings", "stageName");
      const of = new Map(settings.map(({ props }) => [decoded(props.methodPath), props.settings as Limits]));
      return [
        ...[...of].flatMap(([path, limits]) => excess(limits, "api").map((what) => `settings of ${path}: ${what}`)),
        ...openRoutesOf(stage).flatMap((route) =>
          excess(of.get(methodPath(route)) ?? of.get("*/*"), "public").map((what) => `settings of ${route}: ${what}`),
        ),
      ];
    },
  },
];
