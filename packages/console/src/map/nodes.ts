/** Which resources stand on the map: what runs, and what keeps or carries data. All others are ways between them, or details. */
import type { Resource, Stack } from "../stack.ts";

export type Kind =
  | "api"
  | "function"
  | "table"
  | "queue"
  | "topic"
  | "bucket"
  | "machine"
  | "rule"
  | "schedule"
  | "job";

export interface MapNode {
  /** ARN; of a REST API, which calls name by its id: `api:` and that. */
  id: string;
  urn: string;
  kind: Kind;
  /** As the program calls it. */
  name: string;
  /** The outermost component that it is part of; `` of the stack's own. */
  system: string;
  /** ARN of the role that it acts as. */
  role?: string;
  /** Only takes what others failed with. */
  failures?: true;
}

const kinds: Record<string, Kind> = {
  "aws:apigateway/restApi:RestApi": "api",
  "aws:apigatewayv2/api:Api": "api",
  "aws:lambda/function:Function": "function",
  "aws:dynamodb/table:Table": "table",
  "aws:sqs/queue:Queue": "queue",
  "aws:sns/topic:Topic": "topic",
  "aws:s3/bucket:Bucket": "bucket",
  "aws:s3/bucketV2:BucketV2": "bucket",
  "aws:sfn/stateMachine:StateMachine": "machine",
  "aws:cloudwatch/eventRule:EventRule": "rule",
  "aws:scheduler/schedule:Schedule": "schedule",
  "aws:emrserverless/application:Application": "job",
  "aws:ecs/service:Service": "job",
};

export function nodesOf({ resources }: Stack): MapNode[] {
  const byUrn = new Map(resources.map((one) => [one.urn, one]));
  return resources.flatMap((resource): MapNode[] => {
    const kind = kinds[resource.type];
    const id = kind === "api" ? `api:${resource.id}` : text(resource.outputs.arn);
    if (!kind || !id) return [];
    const role = text(resource.inputs.role) ?? text(resource.inputs.roleArn);
    const common = { id, urn: resource.urn, kind, name: nameOf(resource.urn), system: systemOf(resource, byUrn) };
    return [{ ...common, ...(role?.startsWith("arn:") && { role }) }];
  });
}

/** A property's text; none of what is something else. */
export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

function systemOf(resource: Resource, byUrn: Map<string, Resource>): string {
  let outermost = "";
  for (let one = resource; ; ) {
    const parent = one.parent === undefined ? undefined : byUrn.get(one.parent);
    if (!parent || parent.type === "pulumi:pulumi:Stack") return outermost;
    outermost = nameOf(parent.urn);
    one = parent;
  }
}
