/** What IAM lets a resource do, and whom its own policy lets do something with it. */
import type { Kind, MapNode } from "../../../src/map/index.ts";
import type { Resource } from "../../../src/stack.ts";
import { call, find } from "../../lib/api.ts";
import { useData } from "../../lib/data.ts";
import { nameOf } from "../../lib/text.ts";
import { Json } from "../../ui/parts.tsx";

/** A role's policies, its own and attached ones. @param role ARN. */
export function RolePolicies({ role }: { role: string }) {
  const RoleName = nameOf(role);
  const { value = [] } = useData(
    async (signal) => {
      const [{ PolicyNames = [] }, { AttachedPolicies = [] }] = await Promise.all([
        call("iam", "ListRolePolicies", { RoleName }, signal),
        call("iam", "ListAttachedRolePolicies", { RoleName }, signal),
      ]);
      const own = PolicyNames.map(async (PolicyName) => {
        const { PolicyDocument = "" } = await call("iam", "GetRolePolicy", { RoleName, PolicyName }, signal);
        return [PolicyName, decodeURIComponent(PolicyDocument)] as const;
      });
      const attached = AttachedPolicies.map(async ({ PolicyArn = "", PolicyName = "" }) => {
        const { Policy } = await call("iam", "GetPolicy", { PolicyArn }, signal);
        const VersionId = Policy?.DefaultVersionId ?? "v1";
        const { PolicyVersion } = await call("iam", "GetPolicyVersion", { PolicyArn, VersionId }, signal);
        return [PolicyName, decodeURIComponent(PolicyVersion?.Document ?? "")] as const;
      });
      return Promise.all([...own, ...attached]);
    },
    [role],
  );
  return (
    <>
      {value.map(([name, document]) => (
        <Json key={name} label={`Policy ${name}`} of={document} />
      ))}
    </>
  );
}

export interface OwnPolicyProps {
  node: MapNode;
  resource: Resource;
}

/** The policies of a queue, topic, bucket, table, function or API itself, where it has any. */
export function OwnPolicies({ node, resource }: OwnPolicyProps) {
  const { value = [] } = useData((signal) => ownPoliciesOf(node, resource, signal), [node.id]);
  return (
    <>
      {value.map(([whose, policy]) => (
        <Json key={whose} label={`${whose} policy: who may use it`} of={policy} />
      ))}
    </>
  );
}

type Owned = [whose: string, policy: string | undefined];

async function ownPoliciesOf({ kind }: MapNode, resource: Resource, signal: AbortSignal): Promise<Owned[]> {
  const { id: FunctionName } = resource;
  const aliases =
    kind === "function" ? ((await call("lambda", "ListAliases", { FunctionName }, signal)).Aliases ?? []) : [];
  const named = aliases.map(async ({ Name: Qualifier = "" }): Promise<Owned> => {
    const found = await find("lambda", "GetPolicy", { FunctionName, Qualifier }, signal);
    return [`Its alias ${Qualifier}'s`, found?.Policy];
  });
  const own: Owned = ["Its own", await ownPolicyOf(kind, resource, signal)];
  return [own, ...(await Promise.all(named))].filter(([, policy]) => policy);
}

async function ownPolicyOf(
  kind: Kind,
  { id, type, outputs }: Resource,
  signal: AbortSignal,
): Promise<string | undefined> {
  switch (kind) {
    case "function":
      return (await find("lambda", "GetPolicy", { FunctionName: id }, signal))?.Policy;
    case "queue": {
      const asked = { QueueUrl: id, AttributeNames: ["Policy" as const] };
      return (await call("sqs", "GetQueueAttributes", asked, signal)).Attributes?.Policy;
    }
    case "topic":
      return (await call("sns", "GetTopicAttributes", { TopicArn: id }, signal)).Attributes?.Policy;
    case "bucket":
      return (await find("s3", "GetBucketPolicy", { Bucket: id }, signal))?.Policy;
    case "table":
      return (await find("dynamodb", "GetResourcePolicy", { ResourceArn: String(outputs.arn) }, signal))?.Policy;
    case "api":
      if (type.includes("apigatewayv2")) return undefined;
      return (await call("apigateway", "GetRestApi", { restApiId: id }, signal)).policy;
    default:
      return undefined;
  }
}
