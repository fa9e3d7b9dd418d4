/** The VPC of a function, by its subnets. https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfigResponse.html */
import type { VpcConfig, VpcConfigResponse } from "@aws-sdk/client-lambda";
import type { Cloud } from "../../../service.ts";

/**
 * What is shown of a function's networks. Without subnets it is in none, and that is shown, too. The id of the VPC is
 * empty as well where EC2 has no such subnet: networks have no effect here.
 */
export async function vpcOf(cloud: Cloud, config: VpcConfig): Promise<VpcConfigResponse> {
  const { SubnetIds = [], SecurityGroupIds = [], Ipv6AllowedForDualStack = false } = config;
  const named = { Filters: [{ Name: "subnet-id", Values: SubnetIds }] };
  const { Subnets = [] } = SubnetIds.length > 0 ? await cloud.call("ec2", "DescribeSubnets", named) : {};
  return { SubnetIds, SecurityGroupIds, Ipv6AllowedForDualStack, VpcId: Subnets[0]?.VpcId ?? "" };
}
