import type { LogGroup } from "@pulumi/aws/cloudwatch";
import type { DeploymentGroup } from "@pulumi/aws/codedeploy";
import { type Output, output } from "@pulumi/pulumi";
import { perStack } from "./perStack.ts";

/** The stack's functions and containers, by name: each component adds what it makes, so that nobody keeps a list. */
const code = perStack(() => ({
  logGroups: new Map<string, LogGroup>(),
  serviceLogGroups: new Map<string, LogGroup>(),
  deploymentGroups: new Map<string, DeploymentGroup>(),
  shortNames: new Map<string, string>(),
}));

/** @param name of the function or container that writes to the log group. */
export const addLogGroup = (name: string, logGroup: LogGroup) => code().logGroups.set(name, logGroup);

/** @param name of what a service writes of it: an API's requests, a state machine's events. */
export const addServiceLogGroup = (name: string, logGroup: LogGroup) => code().serviceLogGroups.set(name, logGroup);

/** @param name of the function whose traffic the group's deployments shift. */
export const addDeploymentGroup = (name: string, group: DeploymentGroup) => code().deploymentGroups.set(name, group);

/** Gives a function another name in the two outputs below: an API with one route and its function have the same. */
export const setShortName = (name: string, shortName: string) => code().shortNames.set(name, shortName);

/** The log group of each function and container of the stack, by name: what `dsp logs` reads. */
export const logGroupsOfStack = (): Output<Record<string, string>> =>
  afterProgram(() => byShortName(code().logGroups, ({ name }) => name));

/** The log groups that services write to (API Gateway, Step Functions, ECS, VPC), by short names: what `dsp logs NAME` reads. */
export const serviceLogGroupsOfStack = (): Output<Record<string, string>> =>
  afterProgram(() => byShortName(code().serviceLogGroups, ({ name }) => name));

/** Where CodeDeploy shifts traffic, by function: what `dsp deploy` reads. Empty where versions change at once. */
export const deploymentsOfStack = (): Output<Record<string, { application: string; group: string }>> =>
  afterProgram(() =>
    byShortName(code().deploymentGroups, ({ appName, deploymentGroupName }) => ({
      application: appName,
      group: deploymentGroupName,
    })),
  );

/** A value that is taken once the whole program has run, so that nothing after an output is missing from it. */
const afterProgram = <Value>(value: () => Value) => output(Promise.resolve().then(value));

const byShortName = <Part, Value>(parts: Map<string, Part>, value: (part: Part) => Value): Record<string, Value> =>
  Object.fromEntries([...parts].map(([name, part]) => [code().shortNames.get(name) ?? name, value(part)]));
