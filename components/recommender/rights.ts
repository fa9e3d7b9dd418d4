import { type Input, interpolate, type Output } from "@pulumi/pulumi";
import type { Statement } from "../function/statement.ts";

/** Where the recommender's things in SageMaker are, and what they are called. */
export interface Place {
  region: Input<string>;
  accountId: Input<string>;
  /** What all of their names begin with, a hyphen after it. */
  prefix: string;
}

type Kind = "endpoint" | "endpoint-config" | "model" | "training-job";

const arn = ({ region, accountId, prefix }: Place, kind: Kind): Output<string> =>
  interpolate`arn:aws:sagemaker:${region}:${accountId}:${kind}/${prefix}-*`;

const allow = (service: string, actions: string[], resources: Input<string>[]): Statement => ({
  Effect: "Allow",
  Action: actions.map((action) => `${service}:${action}`),
  Resource: resources,
});

/** Statements about what begins with the recommender's prefix; listing knows no resource. */
export const rights = {
  startJobs: (place: Place): Statement[] => [
    allow("sagemaker", ["CreateTrainingJob", "DescribeTrainingJob", "AddTags"], [arn(place, "training-job")]),
    allow("sagemaker", ["ListTrainingJobs"], ["*"]),
  ],
  stopJobs: (place: Place): Statement[] => [
    allow("sagemaker", ["StopTrainingJob"], [arn(place, "training-job")]),
    allow("sagemaker", ["ListTrainingJobs"], ["*"]),
  ],
  look: (place: Place): Statement[] => [
    allow("sagemaker", ["DescribeTrainingJob"], [arn(place, "training-job")]),
    allow("sagemaker", ["DescribeEndpoint"], [arn(place, "endpoint")]),
  ],
  call: (place: Place): Statement[] => [
    allow("sagemaker", ["DescribeEndpoint", "InvokeEndpoint"], [arn(place, "endpoint")]),
  ],
  /** A change of an endpoint needs the right to its configuration, too. */
  make: (place: Place): Statement[] => [
    allow("sagemaker", ["CreateModel", "AddTags"], [arn(place, "model")]),
    allow(
      "sagemaker",
      ["CreateEndpoint", "CreateEndpointConfig", "UpdateEndpoint", "AddTags"],
      [arn(place, "endpoint"), arn(place, "endpoint-config")],
    ),
  ],
  remove: (place: Place): Statement[] => [
    allow("sagemaker", ["DeleteEndpoint", "DescribeEndpoint"], [arn(place, "endpoint")]),
    allow("sagemaker", ["DeleteEndpointConfig"], [arn(place, "endpoint-config")]),
    allow("sagemaker", ["DeleteModel"], [arn(place, "model")]),
    allow("sagemaker", ["ListEndpointConfigs", "ListModels"], ["*"]),
  ],
  listEndpoints: (): Statement[] => [allow("sagemaker", ["ListEndpoints"], ["*"])],
  removeLogs: ({ region, accountId, prefix }: Place): Statement[] => [
    allow(
      "logs",
      ["DeleteLogGroup"],
      [interpolate`arn:aws:logs:${region}:${accountId}:log-group:/aws/sagemaker/Endpoints/${prefix}-*`],
    ),
    allow("logs", ["DescribeLogGroups"], ["*"]),
  ],
  readMetrics: (): Statement[] => [allow("cloudwatch", ["GetMetricStatistics"], ["*"])],
  /** An endpoint that is scaled is deleted by whoever may deregister it. */
  endScaling: (place: Place): Statement[] => [scaling(place, ["DeregisterScalableTarget"])],
  /** https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html */
  scale: (place: Place): Statement[] => [
    scaling(place, ["RegisterScalableTarget", "PutScalingPolicy"]),
    allow("sagemaker", ["DescribeEndpoint", "UpdateEndpointWeightsAndCapacities"], [arn(place, "endpoint")]),
    allow("sagemaker", ["DescribeEndpointConfig"], [arn(place, "endpoint-config")]),
    allow(
      "cloudwatch",
      ["DeleteAlarms", "PutMetricAlarm"],
      [
        interpolate`arn:aws:cloudwatch:${place.region}:${place.accountId}:alarm:TargetTracking-endpoint/${place.prefix}-*`,
      ],
    ),
    allow("cloudwatch", ["DescribeAlarms"], ["*"]),
    {
      ...allow("iam", ["CreateServiceLinkedRole"], [linkedRole(place)]),
      Condition: { StringEquals: { "iam:AWSServiceName": "sagemaker.application-autoscaling.amazonaws.com" } },
    },
  ],
  /**
   * Lets SageMaker have the key for disks.
   * https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html
   */
  useKey: (keyArn: Input<string>): Statement[] => [
    allow("kms", ["DescribeKey"], [keyArn]),
    {
      ...allow("kms", ["CreateGrant"], [keyArn]),
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ],
  /** SageMaker, and nobody else, gets the role. */
  passRole: (roleArn: Input<string>): Statement[] => [
    {
      ...allow("iam", ["PassRole"], [roleArn]),
      Condition: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
    },
  ],
};

/** Targets have ids that Application Auto Scaling chooses; what they scale is a condition. */
const scaling = ({ region, accountId }: Place, actions: string[]): Statement => ({
  ...allow("application-autoscaling", actions, [
    interpolate`arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/*`,
  ]),
  Condition: {
    StringEquals: {
      "application-autoscaling:service-namespace": "sagemaker",
      "application-autoscaling:scalable-dimension": "sagemaker:variant:DesiredInstanceCount",
    },
  },
});

const linkedRole = ({ accountId }: Place): Output<string> =>
  interpolate`arn:aws:iam::${accountId}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`;
