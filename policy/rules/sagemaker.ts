import { type Resource, type Rule, unless } from "../rule.ts";

const model = "aws:sagemaker/model:Model";
const endpointConfiguration = "aws:sagemaker/endpointConfiguration:EndpointConfiguration";
const notebook = "aws:sagemaker/notebookInstance:NotebookInstance";

const roleProperty: Record<string, string> = { [model]: "executionRoleArn", [notebook]: "roleArn" };
const keyProperty: Record<string, string> = { [endpointConfiguration]: "kmsKeyArn", [notebook]: "kmsKeyId" };

/** The stack's role that an input names. */
const roleOf = ({ sources }: Resource, property: string): Resource | undefined =>
  sources?.[property]?.find(({ type }) => type === "aws:iam/role:Role");

/** What a program declares; models and notebooks that functions make as a stack runs are those functions' care. */
export const sageMakerRules: Rule[] = [
  {
    name: "sagemaker-has-its-own-role",
    description:
      "A model and a notebook act as a role of the stack that SageMaker alone assumes, and nothing else uses",
    ids: ["own"],
    types: [model, notebook],
    scope: "stack",
    check: (resource, { resources }) => {
      const property = roleProperty[resource.type]!;
      const role = roleOf(resource, property);
      if (!role) return [`${property} is no role of the stack`];
      const trust = JSON.stringify(role.props.assumeRolePolicy ?? "");
      const others = resources.filter(
        (one) =>
          !one.type.startsWith("aws:sagemaker/") &&
          ["role", "roleArn", "executionRoleArn", "taskRoleArn"].some(
            (input) => roleOf(one, input)?.name === role.name,
          ) &&
          !one.type.startsWith("aws:iam/"),
      );
      return [
        ...unless(trust.includes("sagemaker.amazonaws.com"), `${property}: ${role.name} does not trust SageMaker`),
        ...others.map(({ type, name }) => `${property}: ${role.name} is also used by ${type} ${name}`),
      ];
    },
  },
  {
    name: "sagemaker-keeps-to-its-network",
    description: "A model and a notebook reach the internet only where the stack's configuration lets them",
    ids: ["SageMaker.1", "SageMaker.2", "SageMaker.5", "AwsSolutions-SM1", "AwsSolutions-SM3", "CKV_AWS_122"],
    types: [model, notebook],
    check: ({ type, props }, { sageMakerInternet }) => {
      if (sageMakerInternet) return [];
      if (type === model) {
        const closed = props.enableNetworkIsolation === true || Boolean(props.vpcConfig);
        return unless(closed, "enableNetworkIsolation is not true, and there is no vpcConfig");
      }
      return [
        ...unless(props.directInternetAccess === "Disabled", "directInternetAccess is not Disabled"),
        ...unless(Boolean(props.subnetId), "subnetId is missing: a notebook without internet needs a network"),
      ];
    },
  },
  {
    name: "sagemaker-is-encrypted",
    description:
      "Volumes of notebooks and endpoints are encrypted with the key that the configuration names, if it does",
    ids: ["AwsSolutions-SM2", "CKV_AWS_22", "CKV_AWS_98"],
    types: [endpointConfiguration, notebook],
    check: ({ type, props }, { sageMakerKeyArn }) => {
      const property = keyProperty[type]!;
      return unless(
        sageMakerKeyArn === undefined || props[property] === sageMakerKeyArn,
        `${property} is not ${sageMakerKeyArn}`,
      );
    },
  },
  {
    name: "notebook-root-access-is-said",
    description: "Whether users of a notebook are root is a decision, not a default",
    ids: ["SageMaker.3", "CKV_AWS_307"],
    types: [notebook],
    check: ({ props: { rootAccess } }) =>
      unless(["Enabled", "Disabled"].includes(rootAccess), "rootAccess is not set: Enabled or Disabled"),
  },
];
