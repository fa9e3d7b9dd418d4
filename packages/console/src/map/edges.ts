/** Ways between what stands on the map: who calls, feeds or may use whom. */
import type { Resource, Stack } from "../stack.ts";
import { type MapNode, text } from "./nodes.ts";

export interface MapEdge {
  from: string;
  to: string;
  /** `calls`: one has the other run or hands it something; `may`: its role allows it; `fails`: what failed goes there. */
  kind: "calls" | "may" | "fails";
  /** Of `may`: the actions. */
  actions?: string[];
}

type Properties = Record<string, unknown>;
type Found = (arn: unknown) => string | undefined;
/** @returns ways, of which each end may be unknown. */
type Reader = (
  properties: Properties,
  find: Found,
) => [from: string | undefined, to: string | undefined, kind?: MapEdge["kind"]][];

const inside = (value: unknown, ...path: string[]): unknown =>
  path.reduce((one, key) => {
    const whole = Array.isArray(one) ? one[0] : one;
    return typeof whole === "object" && whole !== null ? (whole as Properties)[key] : undefined;
  }, value);

const listOf = (value: unknown): Properties[] => (Array.isArray(value) ? (value as Properties[]) : []);

const readers: Record<string, Reader> = {
  "aws:lambda/permission:Permission": (given, find) => [[find(given.sourceArn), find(given.function)]],
  "aws:lambda/eventSourceMapping:EventSourceMapping": (given, find) => [
    [find(given.eventSourceArn), find(given.functionName)],
    [find(given.functionName), find(inside(given, "destinationConfig", "onFailure", "destinationArn")), "fails"],
  ],
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (given, find) => [
    [find(given.functionName), find(inside(given, "destinationConfig", "onFailure", "destination")), "fails"],
    [find(given.functionName), find(inside(given, "destinationConfig", "onSuccess", "destination"))],
  ],
  "aws:cloudwatch/eventTarget:EventTarget": (given, find) => [
    [find(given.rule), find(given.arn)],
    [find(given.rule), find(inside(given, "deadLetterConfig", "arn")), "fails"],
  ],
  "aws:scheduler/schedule:Schedule": (given, find) => [
    [find(given.arn), find(inside(given, "target", "arn"))],
    [find(given.arn), find(inside(given, "target", "deadLetterConfig", "arn")), "fails"],
  ],
  "aws:sns/topicSubscription:TopicSubscription": (given, find) => [[find(given.topic), find(given.endpoint)]],
  "aws:s3/bucketNotification:BucketNotification": (given, find) => [
    ...listOf(given.lambdaFunctions).map(
      (one) => [find(given.bucket), find(one.lambdaFunctionArn)] as [string, string],
    ),
    ...listOf(given.queues).map((one) => [find(given.bucket), find(one.queueArn)] as [string, string]),
    ...listOf(given.topics).map((one) => [find(given.bucket), find(one.topicArn)] as [string, string]),
  ],
  "aws:sqs/queue:Queue": (given, find) => [
    [find(given.arn), find(inside(json(given.redrivePolicy), "deadLetterTargetArn")), "fails"],
  ],
  // A bucket's events come by EventBridge, whose rule names it.
  "aws:cloudwatch/eventRule:EventRule": (given, find) =>
    names(inside(json(given.eventPattern), "detail", "bucket", "name")).map((bucket) => [
      find(bucket),
      find(given.arn),
    ]),
};

export function edgesOf({ resources }: Stack, nodes: MapNode[]): MapEdge[] {
  const find = finder(nodes, resources);
  const edges = new Map<string, MapEdge>();
  const add = (edge: MapEdge) => {
    const key = `${edge.from} ${edge.to}`;
    const there = edges.get(key);
    if (!there) edges.set(key, edge);
    else if (edge.actions) there.actions = [...new Set([...(there.actions ?? []), ...edge.actions])];
  };
  for (const { type, inputs, outputs } of resources) {
    for (const [from, to, kind = "calls"] of readers[type]?.({ ...inputs, ...outputs }, find) ?? []) {
      if (from && to && from !== to) add({ from, to, kind });
    }
  }
  for (const [role, actions, arn] of grants(resources)) {
    const to = find(arn);
    for (const { id: from } of nodes.filter((node) => node.role === role)) {
      if (!to || from === to) continue;
      const back = edges.get(`${to} ${from}`);
      // Who reads a queue or stream that feeds it is fed by it.
      if (back?.kind === "calls" && actions.every(isReading)) continue;
      add({ from, to, kind: "may", actions });
    }
  }
  return [...edges.values()];
}

const isReading = (action: string): boolean =>
  /^(sqs:(Receive|Delete|GetQueue|Change)|dynamodb:(GetRecords|GetShard|Describe|ListStreams))/.test(action);

/** What roles are allowed, of their own policies: a role's ARN, actions, one ARN. */
function* grants(resources: readonly Resource[]): Generator<[role: string, actions: string[], arn: string]> {
  const roles = new Map<string, string>();
  for (const { type, id, outputs } of resources) {
    if (type === "aws:iam/role:Role") roles.set(id, text(outputs.arn) ?? "");
  }
  for (const { type, inputs } of resources) {
    if (type !== "aws:iam/rolePolicy:RolePolicy") continue;
    const role = roles.get(text(inputs.role) ?? "");
    const statements = inside({ policy: json(inputs.policy) }, "policy", "Statement");
    for (const statement of Array.isArray(statements) ? statements : [statements]) {
      if (role === undefined || inside(statement, "Effect") !== "Allow") continue;
      const actions = names(inside(statement, "Action"));
      for (const arn of names(inside(statement, "Resource"))) yield [role, actions, arn];
    }
  }
}

/** Finds whom a name, an ARN or a pattern of ARNs means. */
function finder(nodes: MapNode[], resources: readonly Resource[]): Found {
  const byName = new Map<string, string>();
  for (const node of nodes) {
    byName.set(node.id, node.id);
    const { id } = resources.find(({ urn }) => urn === node.urn) as Resource;
    byName.set(node.kind === "api" ? node.id : (id.split("/").at(-1) as string), node.id);
  }
  return (given) => {
    const name = text(given);
    if (name === undefined || name === "*") return undefined;
    const [, api] = /^arn:aws[\w-]*:execute-api:[^:]*:[^:]*:([^/*]+)/.exec(name) ?? [];
    if (api) return byName.get(`api:${api}`);
    // Of a stream its table, of a version its function, of objects their bucket.
    for (let one = name; one.length > 0; one = one.slice(0, Math.max(0, one.search(/[:/][^:/]*$/)))) {
      const found = byName.get(one);
      if (found) return found;
    }
    return undefined;
  };
}

const names = (value: unknown): string[] => [value].flat().filter((one): one is string => typeof one === "string");

function json(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
