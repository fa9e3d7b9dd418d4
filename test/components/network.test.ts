import assert from "node:assert/strict";
import { ComponentResource } from "@pulumi/pulumi";
import { createNetwork, type NetworkArgs } from "../../components/network.ts";
import { check } from "../../policy/check.ts";
import { defaultTags, resourcesOf } from "../policy/support/resources.ts";
import { record, region } from "./support/record.ts";

const build = (args: NetworkArgs) =>
  record(() => createNetwork("net", args, new ComponentResource("test:index:Group", "group")));

describe("a network", () => {
  it("has private subnets, one NAT gateway, and free ways to S3 and DynamoDB", async () => {
    const made = await build({});
    const { natGateways, subnetSpecs, vpcEndpointSpecs } = made.get("awsx:ec2:Vpc", "net").inputs;
    assert.deepEqual(natGateways, { strategy: "Single" });
    assert.deepEqual(
      subnetSpecs.map(({ type }: { type: string }) => type),
      ["Private", "Public"],
    );
    assert.deepEqual(
      vpcEndpointSpecs.map(({ serviceName }: { serviceName: string }) => serviceName),
      ["s3", "dynamodb"].map((service) => `com.amazonaws.${region}.${service}`),
    );
    assert.equal(made.all.length, 2);
  });

  it("without a NAT gateway reaches the services that have an endpoint, and nothing else", async () => {
    const made = await build({
      nat: false,
      interfaceEndpoints: ["logs", "sagemaker.api"],
      flowLogs: true,
    });
    const { natGateways, subnetSpecs } = made.get("awsx:ec2:Vpc", "net").inputs;
    assert.deepEqual([natGateways, subnetSpecs], [{ strategy: "None" }, [{ type: "Isolated" }]]);
    const endpoint = made.get("aws:ec2/vpcEndpoint:VpcEndpoint", "net-sagemaker-api").inputs;
    assert.deepEqual(endpoint, {
      vpcId: "vpc-1",
      serviceName: `com.amazonaws.${region}.sagemaker.api`,
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      subnetIds: ["subnet-3", "subnet-4"],
      securityGroupIds: ["net-endpoints-id"],
    });
    const { ingress, egress } = made.get("aws:ec2/securityGroup:SecurityGroup", "net-endpoints").inputs;
    assert.deepEqual(
      ingress.map(({ cidrBlocks, fromPort }: { cidrBlocks: string[]; fromPort: number }) => [cidrBlocks, fromPort]),
      [[["10.0.0.0/16"], 443]],
    );
    assert.deepEqual(egress, []);
    const { logDestination, trafficType } = made.get("aws:ec2/flowLog:FlowLog", "net-flow-log").inputs;
    assert.match(logDestination, /:log-group:\/aws\/vpc\/platform-test-net$/);
    assert.equal(trafficType, "ALL");
    assert.deepEqual(check(resourcesOf(made), { stack: "test", publicRoutes: [], defaultTags }), []);
  });
});
