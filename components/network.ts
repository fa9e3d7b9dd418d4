import { Vpc } from "@pulumi/awsx/ec2";
import { Config, type Input, type Resource } from "@pulumi/pulumi";

/** Where containers run. */
export interface Network {
  /** Id of the VPC. */
  vpcId: Input<string>;
  /** Ids of subnets whose hosts reach AWS's endpoints: private ones, behind a NAT gateway or with VPC endpoints. */
  subnetIds: Input<Input<string>[]>;
}

/**
 * A VPC over two availability zones with private subnets: their hosts are reached by nobody, and reach out through one NAT
 * gateway; to S3 (where the layers of images are, too) and DynamoDB they have ways of their own, which cost nothing.
 */
export function createNetwork(name: string, parent?: Resource): Network {
  const region = new Config("aws").require("region");
  const vpc = new Vpc(
    name,
    {
      numberOfAvailabilityZones: 2,
      enableDnsHostnames: true,
      natGateways: { strategy: "Single" },
      subnetStrategy: "Auto",
      subnetSpecs: [{ type: "Private" }, { type: "Public", cidrMask: 24 }],
      vpcEndpointStrategy: "Auto",
      vpcEndpointSpecs: ["s3", "dynamodb"].map((service) => ({
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: "Gateway",
      })),
    },
    { parent },
  );
  return { vpcId: vpc.vpcId, subnetIds: vpc.privateSubnetIds };
}
