/** Functions of the provider that say where and as whom a program runs. */
import type { Cloud } from "local-aws/service";
import type { Invoke, Properties } from "../engine/provider.ts";
import type { ServiceResources } from "./resourceType.ts";

/** Region codes and the names that consoles show. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
const regionNames: Record<string, string> = {
  "us-east-1": "US East (N. Virginia)",
  "us-east-2": "US East (Ohio)",
  "us-west-1": "US West (N. California)",
  "us-west-2": "US West (Oregon)",
  "ca-central-1": "Canada (Central)",
  "eu-central-1": "Europe (Frankfurt)",
  "eu-central-2": "Europe (Zurich)",
  "eu-north-1": "Europe (Stockholm)",
  "eu-south-1": "Europe (Milan)",
  "eu-west-1": "Europe (Ireland)",
  "eu-west-2": "Europe (London)",
  "eu-west-3": "Europe (Paris)",
  "ap-northeast-1": "Asia Pacific (Tokyo)",
  "ap-northeast-2": "Asia Pacific (Seoul)",
  "ap-south-1": "Asia Pacific (Mumbai)",
  "ap-southeast-1": "Asia Pacific (Singapore)",
  "ap-southeast-2": "Asia Pacific (Sydney)",
  "sa-east-1": "South America (Sao Paulo)",
};

export const stsResources: ServiceResources = (cloud) => ({
  types: [],
  invokes: {
    "aws:index/getCallerIdentity:getCallerIdentity": callerIdentity(cloud),
    "aws:index/getRegion:getRegion": async (args, { provider }) => region(args, provider.region),
    "aws:index/getPartition:getPartition": async () => ({
      id: "aws",
      partition: "aws",
      dnsSuffix: "amazonaws.com",
      reverseDnsPrefix: "com.amazonaws",
    }),
    "aws:index/getDefaultTags:getDefaultTags": async (_args, { provider }) => ({
      id: "aws",
      tags: provider.defaultTags,
    }),
  },
});

const callerIdentity =
  (cloud: Cloud): Invoke =>
  async () => {
    const { Account, Arn, UserId } = await cloud.call<Record<string, string>>("sts", "GetCallerIdentity", {});
    return { id: Account, accountId: Account, arn: Arn, userId: UserId };
  };

function region(args: Properties, own: string): Properties {
  const endpoint = args.endpoint as string | undefined;
  const code = String(args.region ?? args.name ?? endpoint?.split(".")[1] ?? own);
  return {
    id: code,
    name: code,
    region: code,
    description: regionNames[code] ?? code,
    endpoint: `ec2.${code}.amazonaws.com`,
  };
}
