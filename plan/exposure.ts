/** What the network outside can reach, and what reaches out: each as a line. */
import { resourcePolicies } from "../policy/grantingTypes.ts";
import { documentOf, isAuthorised, operationsOf } from "../policy/openapi.ts";
import { strangers } from "../policy/principals.ts";
import { statementsOf } from "../policy/statements.ts";
import { labelOf, type PlannedResource } from "./stacks.ts";
import { isUnknown } from "./values.ts";

// biome-ignore lint/suspicious/noExplicitAny: inputs have the shape of their type.
type Inputs = Record<string, any>;

const everywhere = ["0.0.0.0/0", "::/0"];
const isOpen = (...ranges: (string | string[] | undefined)[]): boolean =>
  ranges.flat().some((range) => range !== undefined && everywhere.includes(range));

/** A rule of a security group, whichever type it is written in. */
const ports = ({ fromPort, toPort, ipProtocol, protocol = ipProtocol }: Inputs): string =>
  protocol === "-1" ? "any port" : `${protocol} ${fromPort === toPort ? fromPort : `${fromPort}-${toPort}`}`;

const groupRules = (name: string, rules: Inputs[] = [], way: string): string[] =>
  rules
    .filter(({ cidrBlocks, ipv6CidrBlocks }) => isOpen(cidrBlocks, ipv6CidrBlocks))
    .map((rule) => `${way} of security group ${name}: ${ports(rule)}`);

const into = "anyone on the internet reaches what is";
const out = "anything on the internet is reached out";

/** By type, what of it is open. */
const open: Record<string, (inputs: Inputs, name: string) => string[]> = {
  "aws:apigateway/restApi:RestApi": ({ body }, name) => openOperations(body, name, {}),
  "aws:apigatewayv2/api:Api": ({ body }, name) => openOperations(body, name, { http: true }),
  "aws:apigateway/method:Method": ({ authorization, httpMethod, apiKeyRequired }, name) =>
    authorization === "NONE" && apiKeyRequired !== true ? [`anyone may call ${httpMethod} of method ${name}`] : [],
  "aws:apigatewayv2/route:Route": ({ authorizationType = "NONE", routeKey }, name) =>
    authorizationType === "NONE" ? [`anyone may call ${routeKey} of route ${name}`] : [],
  "aws:lambda/functionUrl:FunctionUrl": ({ authorizationType }, name) =>
    authorizationType === "NONE" ? [`anyone may call function URL ${name}`] : [],
  "aws:ec2/securityGroup:SecurityGroup": ({ ingress, egress }, name) => [
    ...groupRules(name, ingress, `${into} behind`),
    ...groupRules(name, egress, `${out} from`),
  ],
  "aws:ec2/securityGroupRule:SecurityGroupRule": (rule, name) =>
    isOpen(rule.cidrBlocks, rule.ipv6CidrBlocks)
      ? [`${rule.type === "egress" ? `${out} by` : `${into} behind`} rule ${name}: ${ports(rule)}`]
      : [],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (rule, name) =>
    isOpen(rule.cidrIpv4, rule.cidrIpv6) ? [`${into} behind rule ${name}: ${ports(rule)}`] : [],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (rule, name) =>
    isOpen(rule.cidrIpv4, rule.cidrIpv6) ? [`${out} by rule ${name}: ${ports(rule)}`] : [],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (block, name) =>
    ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]
      .filter((setting) => block[setting] !== true)
      .map((setting) => `public access block ${name} does not ${setting}`),
  "aws:sagemaker/notebookInstance:NotebookInstance": ({ directInternetAccess = "Enabled" }, name) =>
    directInternetAccess === "Enabled" ? [`${out} from notebook instance ${name}`] : [],
  "aws:sagemaker/model:Model": ({ enableNetworkIsolation, vpcConfig }, name) =>
    enableNetworkIsolation || vpcConfig ? [] : [`${out} from model ${name}`],
  "aws:ecs/service:Service": ({ networkConfiguration }, name) =>
    networkConfiguration?.assignPublicIp ? [`tasks of service ${name} have addresses on the internet`] : [],
  "aws:ec2/natGateway:NatGateway": (_inputs, name) => [`${out} through NAT gateway ${name}`],
  "aws:ec2/internetGateway:InternetGateway": (_inputs, name) => [
    `internet gateway ${name} joins a network to the internet`,
  ],
};

function openOperations(body: unknown, name: string, kind: { http?: boolean }): string[] {
  if (isUnknown(body)) return [];
  const document = documentOf(body);
  return operationsOf(document)
    .filter(([, operation]) => !isAuthorised(document, operation, kind))
    .map(([route]) => `anyone may call ${route} of ${name}`);
}

/** Strangers whom a resource's own policy admits. */
function admitted({ type, name, inputs }: PlannedResource): string[] {
  const input = resourcePolicies.get(type);
  // A gateway's own policy only narrows who may call; its routes are above.
  if (!input || type.startsWith("aws:apigateway/")) return [];
  return statementsOf(inputs[input]).flatMap((statement) =>
    strangers(statement, undefined).map(
      (who) => `${who} may ${[statement.Action].flat().join(", ")} on ${labelOf({ type, name })}`,
    ),
  );
}

/** Everything that is open in a stack. */
export const exposureOf = (resources: PlannedResource[]): Set<string> =>
  new Set(
    resources.flatMap((resource) => [
      ...(open[resource.type]?.(resource.inputs, resource.name) ?? []),
      ...admitted(resource),
    ]),
  );

/** What a change opens and what it closes. */
export function exposureBetween(
  before: PlannedResource[],
  after: PlannedResource[],
): { gained: string[]; lost: string[] } {
  const [was, is] = [exposureOf(before), exposureOf(after)];
  return { gained: [...is].filter((one) => !was.has(one)), lost: [...was].filter((one) => !is.has(one)) };
}
