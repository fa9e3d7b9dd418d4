import type { DeploymentGroup } from "@pulumi/aws/codedeploy";
import { type Input, interpolate, type Resource } from "@pulumi/pulumi";
import { longestFunctionName, shorten } from "../naming.ts";
import { NodeFunction, type NodeFunctionArgs } from "../nodeFunction.ts";

/**
 * A function that judges a new version, its handler made by `trafficHook`. Besides what is said here it is told the
 * version's ARN in TARGET_ARN, and the URL in ROUTE_URL where the version answers a route.
 */
export type HookArgs = NodeFunctionArgs & { deployment?: never };

/** CodeDeploy's names of the two moments. */
export type HookEvent = "BeforeAllowTraffic" | "AfterAllowTraffic";

const labels = { BeforeAllowTraffic: "pre-traffic", AfterAllowTraffic: "post-traffic" } as const;

export const hookName = (name: string, event: HookEvent): string =>
  shorten(`${name}-${labels[event]}`, longestFunctionName);

/** The hook may invoke the versions of that one function, and report to that one deployment group. */
export function createHook(
  name: string,
  event: HookEvent,
  args: HookArgs,
  target: NodeFunction,
  group: DeploymentGroup,
  routeUrl: Input<string> | undefined,
  parent: Resource,
): NodeFunction {
  const { arn, version } = target.function;
  return new NodeFunction(
    hookName(name, event),
    {
      ...args,
      environment: {
        TARGET_ARN: interpolate`${arn}:${version}`,
        ...(routeUrl !== undefined && { ROUTE_URL: routeUrl }),
        ...args.environment,
      },
      statements: [
        { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [interpolate`${arn}:*`] },
        { Effect: "Allow", Action: ["codedeploy:PutLifecycleEventHookExecutionStatus"], Resource: [group.arn] },
        ...(args.statements ?? []),
      ],
    } as NodeFunctionArgs,
    { parent },
  );
}
