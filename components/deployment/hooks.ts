import type { DeploymentGroup } from "@pulumi/aws/codedeploy";
import { type Input, interpolate, type Resource } from "@pulumi/pulumi";
import type { FunctionArgs } from "../function/args.ts";
import { longestFunctionName, shorten } from "../naming.ts";
import type { DeploymentArgs, HookArgs, LiveFunction } from "./args.ts";

/** CodeDeploy's names of the two moments. */
export type HookEvent = "BeforeAllowTraffic" | "AfterAllowTraffic";

const labels = { BeforeAllowTraffic: "pre-traffic", AfterAllowTraffic: "post-traffic" } as const;

export const hookName = (name: string, event: HookEvent): string =>
  shorten(`${name}-${labels[event]}`, longestFunctionName);

/** The hooks that a deployment has, by the moment at which they judge. */
export const hooksOf = ({ preTraffic, postTraffic }: DeploymentArgs): [HookEvent, HookArgs][] => [
  ...(preTraffic ? ([["BeforeAllowTraffic", preTraffic]] as [HookEvent, HookArgs][]) : []),
  ...(postTraffic ? ([["AfterAllowTraffic", postTraffic]] as [HookEvent, HookArgs][]) : []),
];

/** Makes a function. A deployment is part of one, so it cannot import what makes them. */
export type CreateFunction = (name: string, args: FunctionArgs, opts: { parent: Resource }) => LiveFunction;

interface HookSettings {
  hook: HookArgs;
  /** The function whose new version is judged. */
  target: LiveFunction;
  group: DeploymentGroup;
  routeUrl: Input<string> | undefined;
  createFunction: CreateFunction;
}

/** The hook may invoke the versions of that one function, and report to that one deployment group. */
export function createHook(name: string, event: HookEvent, settings: HookSettings, parent: Resource): LiveFunction {
  const { hook, target, group, routeUrl, createFunction } = settings;
  const { arn, version } = target.function;
  return createFunction(
    hookName(name, event),
    {
      ...hook,
      environment: {
        TARGET_ARN: interpolate`${arn}:${version}`,
        ...(routeUrl !== undefined && { ROUTE_URL: routeUrl }),
        ...hook.environment,
      },
      statements: [
        { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [interpolate`${arn}:*`] },
        { Effect: "Allow", Action: ["codedeploy:PutLifecycleEventHookExecutionStatus"], Resource: [group.arn] },
        ...(hook.statements ?? []),
      ],
    },
    { parent },
  );
}
