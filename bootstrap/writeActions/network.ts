import { each, passed, type Reasons, tagged } from "./reasons.ts";

/** Of the network. */
export const network: Readonly<Record<string, Reasons>> = {
  "aws:ec2/flowLog:FlowLog": {
    ...each("ec2", { CreateFlowLogs: "makes it", DeleteFlowLogs: "deletes it", CreateTags: tagged }),
    ...each("logs", { CreateLogDelivery: "lets it write to its log group", DeleteLogDelivery: "takes that back" }),
    "iam:PassRole": passed,
  },
  "aws:ec2/securityGroup:SecurityGroup": each("ec2", {
    CreateSecurityGroup: "makes it",
    AuthorizeSecurityGroupEgress: "lets traffic out",
    AuthorizeSecurityGroupIngress: "lets traffic in",
    RevokeSecurityGroupEgress: "takes that back, AWS's own rule first of all",
    RevokeSecurityGroupIngress: "takes that back",
    DeleteSecurityGroup: "deletes it",
    CreateTags: tagged,
    DeleteTags: "changes its tags",
    DescribeNetworkInterfaces: "waits until nothing uses it",
  }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": each("ec2", {
    CreateVpcEndpoint: "makes it",
    ModifyVpcEndpoint: "changes its policy and routes",
    DeleteVpcEndpoints: "deletes it",
    CreateTags: tagged,
  }),
  // awsx makes resources of the provider's types, which nobody outside it sees.
  "awsx:ec2:Vpc": each("ec2", {
    ...Object.fromEntries(
      ["InternetGateway", "NatGateway", "Route", "RouteTable", "Subnet", "Vpc"].flatMap((kind) => [
        [`Create${kind}`, "makes the network"],
        [`Delete${kind}`, "deletes the network"],
      ]),
    ),
    AllocateAddress: "gives the NAT gateway an address",
    ReleaseAddress: "gives it back",
    DisassociateAddress: "takes it off before it is given back",
    AssociateRouteTable: "routes a subnet's traffic",
    DisassociateRouteTable: "takes that back",
    ReplaceRoute: "changes a route",
    AttachInternetGateway: "lets the public subnet out",
    DetachInternetGateway: "takes that back",
    ModifySubnetAttribute: "says which subnet is public",
    ModifyVpcAttribute: "switches DNS names",
    DescribeNetworkInterfaces: "waits until nothing uses a subnet",
    CreateTags: tagged,
    DeleteTags: "changes its tags",
  }),
};
