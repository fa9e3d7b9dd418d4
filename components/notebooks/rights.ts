import { type Input, interpolate, type Output } from "@pulumi/pulumi";
import type { Statement } from "../function/statement.ts";

/** Where the notebooks are, and what their instances are called. */
export interface Place {
  region: Input<string>;
  accountId: Input<string>;
  /** What all of their names begin with, a hyphen after it. */
  prefix: string;
}

/** SageMaker writes names in ARNs in lower case, as the prefix and notebooks' ids are. */
const arn = ({ region, accountId, prefix }: Place, kind: string): Output<string> =>
  interpolate`arn:aws:sagemaker:${region}:${accountId}:${kind}/${prefix}-*`;
const instances = (place: Place) => arn(place, "notebook-instance");
const configs = (place: Place) => arn(place, "notebook-instance-lifecycle-config");

const allow = (service: string, actions: string[], resources: Input<string>[]): Statement => ({
  Effect: "Allow",
  Action: actions.map((action) => `${service}:${action}`),
  Resource: resources,
});

const names = (verbs: string[], kind = "NotebookInstance") => verbs.map((verb) => `${verb}${kind}`);

/** Statements about what begins with the service's prefix; listing knows no resource. */
export const rights = {
  open: (place: Place): Statement[] => [allow("sagemaker", ["CreatePresignedNotebookInstanceUrl"], [instances(place)])],
  change: (place: Place): Statement[] => [
    allow(
      "sagemaker",
      [...names(["Create", "Delete", "Describe", "Start", "Stop", "Update"]), "AddTags"],
      [instances(place)],
    ),
    allow("sagemaker", names(["Create", "Delete", "Update"], "NotebookInstanceLifecycleConfig"), [configs(place)]),
  ],
  end: (place: Place): Statement[] => [
    allow("sagemaker", names(["Delete", "Describe", "Stop"]), [instances(place)]),
    allow("sagemaker", ["DeleteNotebookInstanceLifecycleConfig"], [configs(place)]),
  ],
  tag: (place: Place): Statement[] => [allow("sagemaker", ["AddTags", "DeleteTags", "ListTags"], [instances(place)])],
  list: (): Statement[] => [allow("sagemaker", ["ListNotebookInstances"], ["*"])],
  listConfigs: (): Statement[] => [allow("sagemaker", ["ListNotebookInstanceLifecycleConfigs"], ["*"])],
  /** What making a notebook in a VPC takes. https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html */
  join: (): Statement[] => [
    allow("ec2", ["CreateNetworkInterface", "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"], ["*"]),
  ],
  /** Lets SageMaker have the key for volumes. */
  useKey: (keyArn: Input<string>): Statement[] => [
    allow("kms", ["DescribeKey"], [keyArn]),
    { ...allow("kms", ["CreateGrant"], [keyArn]), Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } } },
  ],
  /** A service, and nobody else, gets the role. */
  passRole: (roleArn: Input<string>, service: string): Statement[] => [
    { ...allow("iam", ["PassRole"], [roleArn]), Condition: { StringEquals: { "iam:PassedToService": service } } },
  ],
};
