import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import { Parameter } from "@pulumi/aws/ssm";
import { getProject, getStack, type Input, interpolate, type Resource } from "@pulumi/pulumi";
import type { Statement } from "./function/statement.ts";

/** Where a stack's parameters are: two stacks of one account do not meet. */
const setupPath = (): string => `/setup/${getProject()}-${getStack()}`;

/**
 * What notebooks and scripts have to know of the stack, as parameters of Systems Manager: `/setup/PROJECT-STACK/NAME`.
 * @param values by name: `{ "data-bucket": bucket.bucket }`.
 */
export const createSetupParameters = (values: Record<string, Input<string>>, parent?: Resource): Parameter[] =>
  Object.entries(values).map(
    ([name, value]) =>
      new Parameter(`setup-${name}`, { name: `${setupPath()}/${name}`, type: "String", value }, { parent }),
  );

/** Lets its holder read all of the stack's parameters. */
export function readSetupStatement(): Statement {
  const [{ region }, { accountId }] = [getRegionOutput(), getCallerIdentityOutput()];
  return {
    Effect: "Allow",
    Action: ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
    Resource: [interpolate`arn:aws:ssm:${region}:${accountId}:parameter${setupPath()}/*`],
  };
}
