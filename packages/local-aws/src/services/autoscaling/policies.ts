/** Scaling policies: what an alarm does to a target's capacity. */
import { randomUUID } from "node:crypto";
import { page } from "../../kit/page.ts";
import type { Operations } from "../../operations.ts";
import { AwsError, type Cloud, type Operation } from "../../service.ts";
import { dimensionOf } from "./dimensions.ts";
import { type ActivityRecord, keyOf, type PolicyRecord, type Records, type Scaled, validation } from "./records.ts";
import { adjusted, checkSteps, stepFor } from "./steps.ts";
import { access } from "./targets.ts";

/** Most activities that are kept for one target. */
const maxActivities = 100;
const defaultCooldown = 300;

/** What an alarm passes to its action. */
export interface Breach {
  policyArn: string;
  alarm: string;
  threshold: number;
  /** Absent where data are missing and that counts as a breach. */
  value: number | undefined;
}

export function policyOperations(
  cloud: Cloud,
  records: Records,
  clock: number,
): Operations<"application-autoscaling"> & { AlarmAction: Operation<Breach> } {
  const { region, accountId } = cloud;
  const described = (policy: PolicyRecord) => ({
    PolicyARN: policy.arn,
    PolicyName: policy.name,
    ServiceNamespace: policy.ServiceNamespace,
    ResourceId: policy.ResourceId,
    ScalableDimension: policy.ScalableDimension,
    PolicyType: policy.type,
    StepScalingPolicyConfiguration: policy.step,
    TargetTrackingScalingPolicyConfiguration: policy.tracking,
    Alarms: [],
    CreationTime: new Date(policy.created),
  });
  const policyKey = (scaled: Scaled, name: string) => `${keyOf(scaled)} ${name}`;

  return {
    PutScalingPolicy: {
      access: access("PutScalingPolicy"),
      run(input) {
        const scaled = input as Scaled;
        const { PolicyName: name = "", PolicyType: type = "StepScaling" } = input;
        records.target(scaled);
        const key = policyKey(scaled, name);
        const before = records.policies.get(key);
        const { StepScalingPolicyConfiguration: step, TargetTrackingScalingPolicyConfiguration: tracking } = input;
        if (type !== "StepScaling" && type !== "TargetTrackingScaling") {
          throw validation(`The local cloud does not model policies of type ${type}`);
        }
        if (type === "StepScaling") checkSteps(step ?? { AdjustmentType: undefined });
        if (type === "TargetTrackingScaling" && tracking?.TargetValue === undefined) {
          throw validation("TargetTrackingScalingPolicyConfiguration must have a TargetValue");
        }
        const path = `${scaled.ServiceNamespace}/${scaled.ResourceId}`;
        const policy: PolicyRecord = {
          ServiceNamespace: scaled.ServiceNamespace,
          ResourceId: scaled.ResourceId,
          ScalableDimension: scaled.ScalableDimension,
          arn:
            before?.arn ??
            `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:${randomUUID()}:resource/${path}:policyName/${name}`,
          name,
          type,
          created: before?.created ?? Date.now(),
          ...(step && { step }),
          ...(tracking && { tracking }),
        };
        records.policies.put(key, policy);
        return { PolicyARN: policy.arn, Alarms: [] };
      },
    },
    DescribeScalingPolicies: {
      access: access("DescribeScalingPolicies"),
      run({ ServiceNamespace, PolicyNames, ResourceId, ScalableDimension, ...rest }) {
        const found = records.policies
          .values(`${ServiceNamespace} `)
          .filter(
            (one) =>
              (!PolicyNames?.length || PolicyNames.includes(one.name)) &&
              (!ResourceId || ResourceId === one.ResourceId) &&
              (!ScalableDimension || ScalableDimension === one.ScalableDimension),
          );
        const { items, next: NextToken } = page(found, rest, (one) => [keyOf(one), one.name]);
        return { ScalingPolicies: items.map(described), NextToken };
      },
    },
    DeleteScalingPolicy: {
      access: access("DeleteScalingPolicy"),
      run({ PolicyName = "", ...scaled }) {
        if (!records.policies.delete(policyKey(scaled as Scaled, PolicyName))) {
          throw new AwsError("ObjectNotFoundException", `No scaling policy found for: ${PolicyName}`);
        }
        return {};
      },
    },
    DescribeScalingActivities: {
      access: access("DescribeScalingActivities"),
      run({ ServiceNamespace, ResourceId, ScalableDimension, ...rest }) {
        const found = records.activities
          .values(`${ServiceNamespace} ${ResourceId ?? ""}`)
          .filter((one) => !ScalableDimension || one.ScalableDimension === ScalableDimension);
        const key = ({ started, ActivityId = "" }: ActivityRecord) => [started, ActivityId];
        const { items, next: NextToken } = page(found, rest, key, { descending: true });
        const ScalingActivities = items.map(({ started, ...one }) => ({
          ...one,
          StartTime: new Date(started),
          EndTime: new Date(started),
        }));
        return { ScalingActivities, NextToken };
      },
    },
    // Not an AWS operation: it runs an alarm's action. It is in no schema, so no request from outside reaches it.
    AlarmAction: {
      access: () => [],
      async run(breach, { principal }) {
        if (principal.kind !== "service") throw new AwsError("AccessDeniedException", "only for alarms");
        await act(cloud, records, breach, clock);
        return {};
      },
    },
  };
}

/** Sets the capacity that a step policy calls for, within its target's bounds and only after its cooldown. */
async function act(cloud: Cloud, records: Records, breach: Breach, clock: number): Promise<void> {
  const entry = records.policies.entries().find(([, { arn }]) => arn === breach.policyArn);
  if (!entry) throw new AwsError("ObjectNotFoundException", `No scaling policy found for: ${breach.policyArn}`);
  const [key, policy] = entry;
  // On AWS, target tracking has its own alarms; their metrics do not exist on one machine.
  if (!policy.step) return;
  const { StepAdjustments = [], AdjustmentType = "", Cooldown = defaultCooldown, MinAdjustmentMagnitude } = policy.step;
  const target = records.target(policy);
  const dimension = dimensionOf(policy.ServiceNamespace, policy.ScalableDimension);
  const step = stepFor(StepAdjustments, (breach.value ?? breach.threshold) - breach.threshold);
  if (!step) return;
  const current = await dimension.read(cloud, policy.ResourceId);
  const asked = adjusted(AdjustmentType, current, step.ScalingAdjustment ?? 0, MinAdjustmentMagnitude);
  const wanted = Math.min(target.maximum, Math.max(target.minimum, asked));
  const { DynamicScalingInSuspended, DynamicScalingOutSuspended } = target.suspended;
  if (wanted === current || (wanted > current ? DynamicScalingOutSuspended : DynamicScalingInSuspended)) return;
  const now = Date.now();
  if (policy.acted !== undefined && now - policy.acted < (Cooldown * 1_000) / clock) return;
  await dimension.write(cloud, policy.ResourceId, wanted);
  records.policies.put(key, { ...policy, acted: now });
  const { ServiceNamespace, ResourceId, ScalableDimension } = policy;
  const prefix = keyOf(policy);
  records.activities.put(`${prefix} ${now}`, {
    ServiceNamespace,
    ResourceId,
    ScalableDimension,
    ActivityId: randomUUID(),
    Description: `Setting desired count to ${wanted}.`,
    Cause: `monitor alarm ${breach.alarm} in state ALARM triggered policy ${policy.name}`,
    StatusCode: "Successful",
    StatusMessage: `Successfully set desired count to ${wanted}.`,
    started: now,
  });
  const keys = records.activities.entries(`${prefix} `).map(([one]) => one);
  for (const old of keys.slice(0, -maxActivities)) records.activities.delete(old);
}
