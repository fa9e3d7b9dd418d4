/** Services of AWS that endpoints lead to. */
import type { ServiceDetail } from "@aws-sdk/client-ec2";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs } from "./access.ts";
import { select } from "./describe.ts";
import type { Network } from "./network.ts";
import { zoneNames } from "./zones.ts";

const gateways = ["dynamodb", "s3"];

/** Ends of names: https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html */
const interfaces = [
  ...["application-autoscaling", "athena", "autoscaling", "cloudformation", "codebuild", "codedeploy", "cognito-idp"],
  ...["dynamodb", "ec2", "ec2messages", "ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "elasticfilesystem"],
  ...["elasticloadbalancing", "email-smtp", "emr-serverless", "events", "execute-api", "glue", "kinesis-firehose"],
  "emr-serverless-services.livy",
  ...["kinesis-streams", "kms", "lambda", "logs", "monitoring", "rds", "rds-data", "redshift", "s3", "sagemaker.api"],
  ...["sagemaker.featurestore-runtime", "sagemaker.runtime", "scheduler", "secretsmanager", "servicediscovery", "sns"],
  ...["sqs", "ssm", "ssmmessages", "states", "sts", "sync-states", "synthetics", "xray"],
];

/** Hosts of services that endpoints stand for, where they are not the name itself. */
const hosts: Record<string, string> = {
  "ecr.api": "api.ecr",
  "ecr.dkr": "*.dkr.ecr",
  "execute-api": "*.execute-api",
  "sagemaker.api": "api.sagemaker",
  "sagemaker.featurestore-runtime": "featurestore-runtime.sagemaker",
  "sagemaker.runtime": "runtime.sagemaker",
};

/** The service of that name, with an endpoint of that type. */
export const serviceOf = (network: Network, name: string, type: string): ServiceDetail | undefined =>
  services(network).find(
    ({ ServiceName, ServiceType = [] }) => ServiceName === name && ServiceType.some((one) => one.ServiceType === type),
  );

function services({ region }: Network): ServiceDetail[] {
  const detail = (end: string, type: "Gateway" | "Interface"): ServiceDetail => {
    const isInterface = type === "Interface";
    const host = `${hosts[end] ?? end}.${region}.amazonaws.com`;
    // The console's notebooks have a prefix of their own.
    const ServiceName = `com.amazonaws.${region}.${end}`;
    return {
      ServiceName,
      ServiceId: `vpce-svc-0${Buffer.from(`${type}${end}`).toString("hex").padEnd(16, "0").slice(-16)}`,
      ServiceType: [{ ServiceType: type }],
      ServiceRegion: region,
      AvailabilityZones: zoneNames(region),
      Owner: "amazon",
      BaseEndpointDnsNames: isInterface
        ? [`${end.split(".").toReversed().join(".")}.${region}.vpce.amazonaws.com`]
        : [host],
      ...(isInterface && {
        PrivateDnsName: host,
        PrivateDnsNames: [{ PrivateDnsName: host }],
        PrivateDnsNameVerificationState: "verified" as const,
      }),
      VpcEndpointPolicySupported: true,
      AcceptanceRequired: false,
      ManagesVpcEndpoints: false,
      SupportedIpAddressTypes: ["ipv4"],
      Tags: [],
    };
  };
  return [...gateways.map((end) => detail(end, "Gateway")), ...interfaces.map((end) => detail(end, "Interface"))];
}

export function endpointServiceOperations(network: Network): Operations<"ec2"> {
  return {
    DescribeVpcEndpointServices: {
      access: () => needs(network, "DescribeVpcEndpointServices"),
      run({ ServiceNames = [], ...input }) {
        const all = services(network);
        const missing = ServiceNames.find((name) => !all.some(({ ServiceName }) => ServiceName === name));
        if (missing) {
          throw new AwsError("InvalidServiceName", `The Vpc Endpoint Service '${missing}' does not exist`);
        }
        const asked = all.filter(
          ({ ServiceName = "" }) => ServiceNames.length === 0 || ServiceNames.includes(ServiceName),
        );
        const key = ({ ServiceName, ServiceType }: ServiceDetail) => `${ServiceName} ${ServiceType?.[0]?.ServiceType}`;
        const { items, ...rest } = select(asked, input, key, {
          owner: ({ Owner }) => Owner,
          "service-name": ({ ServiceName }) => ServiceName,
          "service-region": ({ ServiceRegion }) => ServiceRegion,
          "service-type": ({ ServiceType = [] }) => ServiceType.map((one) => one.ServiceType),
          "supported-ip-address-types": ({ SupportedIpAddressTypes }) => SupportedIpAddressTypes,
        });
        return {
          ServiceNames: [...new Set(items.map(({ ServiceName = "" }) => ServiceName))],
          ServiceDetails: items,
          ...rest,
        };
      },
    },
  };
}
