/** Pages that show more of a resource: its own, and its logs. */
import type { MapNode } from "../../../src/map/index.ts";
import type { Resource } from "../../../src/stack.ts";
import { call } from "../../lib/api.ts";
import { useData } from "../../lib/data.ts";
import { logGroupOf } from "../../lib/logGroups.ts";
import { hrefOf } from "../../lib/router.ts";

export interface LinksProps {
  node: MapNode;
  resource: Resource;
}

type Link = [text: string, href: string];

export function Links({ node, resource }: LinksProps) {
  const { value: groups = [] } = useData((signal) => logGroupsOf(node, resource, signal), [node.id]);
  const logs = groups.map((group, index): Link => {
    return [index === 0 ? "Logs" : `Logs ${group}`, hrefOf(["logs"], { group })];
  });
  return (
    <p class="actions">
      {[...pagesOf(node, resource), ...logs].map(([text, href]) => (
        <a key={text} href={href}>
          {text}
        </a>
      ))}
    </p>
  );
}

function pagesOf({ kind }: MapNode, { id, outputs }: Resource): Link[] {
  switch (kind) {
    case "function":
      return [["Invocations", hrefOf(["functions", id])]];
    case "machine":
      return [["Executions", hrefOf(["executions"], { machine: String(outputs.arn) })]];
    case "api":
      return [["Routes and calls", hrefOf(["apis"], { search: String(outputs.name) })]];
    case "table":
      return [["Items", hrefOf(["tables"], { table: id })]];
    case "queue":
      return [["Messages", hrefOf(["queues", id])]];
    case "topic":
      return [["Subscriptions", hrefOf(["queues", id])]];
    case "bucket":
      return [["Objects", hrefOf(["buckets"], { bucket: id })]];
    default:
      return [];
  }
}

/** Names of the log groups that it writes to. */
async function logGroupsOf({ kind }: MapNode, resource: Resource, signal: AbortSignal): Promise<string[]> {
  const { id, type, inputs } = resource;
  if (kind === "function") {
    const { logGroup } = (inputs.loggingConfig ?? {}) as { logGroup?: string };
    return [logGroupOf(id, logGroup)];
  }
  if (kind === "machine") {
    const { logDestination } = (inputs.loggingConfiguration ?? {}) as { logDestination?: string };
    return groupOf(logDestination);
  }
  if (kind !== "api") return [];
  if (type.includes("apigatewayv2")) {
    const { Items = [] } = await call("apigatewayv2", "GetStages", { ApiId: id }, signal);
    return Items.flatMap(({ AccessLogSettings }) => groupOf(AccessLogSettings?.DestinationArn));
  }
  const { item = [] } = await call("apigateway", "GetStages", { restApiId: id }, signal);
  return item.flatMap(({ stageName, accessLogSettings, methodSettings = {} }) => [
    ...groupOf(accessLogSettings?.destinationArn),
    ...(Object.values(methodSettings).some(({ loggingLevel = "OFF" }) => loggingLevel !== "OFF")
      ? [`API-Gateway-Execution-Logs_${id}/${stageName}`]
      : []),
  ]);
}

/** Of a log group's ARN, with `:*` behind it or without. */
const groupOf = (arn: string | undefined): string[] => {
  const name = arn?.split(":")[6];
  return name ? [name] : [];
};
