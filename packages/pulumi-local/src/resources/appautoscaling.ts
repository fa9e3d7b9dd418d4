/** Scalable targets and policies of Application Auto Scaling. */
import type { ScalableTarget, ScalingPolicy } from "@aws-sdk/client-application-auto-scaling";
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../engine/provider.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";
import { tagChanges } from "./tags.ts";

const docs = (page: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/appautoscaling/${page}/`;
const scaled = ["serviceNamespace", "resourceId", "scalableDimension"];

export const appAutoscalingResources: ServiceResources = (cloud) => ({ types: [target(cloud), policy(cloud)] });

const scaledBy = ({ serviceNamespace, resourceId, scalableDimension }: Properties) => ({
  ServiceNamespace: serviceNamespace,
  ResourceId: resourceId,
  ScalableDimension: scalableDimension,
});

function target(cloud: Cloud): ResourceType {
  const call = <Output>(operation: string, input: object) =>
    cloud.call<Output>("application-autoscaling", operation, input);
  const suspended = (given: unknown) => {
    const state = given as Properties | undefined;
    return (
      state && {
        DynamicScalingInSuspended: state.dynamicScalingInSuspended ?? false,
        DynamicScalingOutSuspended: state.dynamicScalingOutSuspended ?? false,
        ScheduledScalingSuspended: state.scheduledScalingSuspended ?? false,
      }
    );
  };
  const find = async (inputs: Properties): Promise<ScalableTarget | undefined> => {
    const { ServiceNamespace, ResourceId, ScalableDimension } = scaledBy(inputs);
    const { ScalableTargets } = await call<{ ScalableTargets: ScalableTarget[] }>("DescribeScalableTargets", {
      ServiceNamespace,
      ResourceIds: [ResourceId],
      ScalableDimension,
    });
    return ScalableTargets[0];
  };
  const register = async (inputs: Properties, Tags?: object): Promise<Made> => {
    await call("RegisterScalableTarget", {
      ...scaledBy(inputs),
      MinCapacity: inputs.minCapacity,
      MaxCapacity: inputs.maxCapacity,
      SuspendedState: suspended(inputs.suspendedState),
      Tags,
    });
    const found = await find(inputs);
    const { ScalableTargetARN: arn, RoleARN: roleArn } = found as ScalableTarget;
    return { id: String(inputs.resourceId), outputs: { ...inputs, arn, roleArn, region: cloud.region } };
  };
  return {
    type: "aws:appautoscaling/target:Target",
    docs: docs("target"),
    required: [...scaled, "minCapacity", "maxCapacity"],
    properties: [...scaled, "minCapacity", "maxCapacity", "suspendedState"],
    // The role is linked to the service: AWS takes no other for these.
    inert: ["roleArn"],
    replaces: scaled,
    taggable: true,
    create: (inputs) => register(inputs, inputs.tagsAll as object),
    async update(_id, before, after) {
      const made = await register(after);
      const ResourceARN = made.outputs.arn;
      const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
      if (remove.length > 0) await call("UntagResource", { ResourceARN, TagKeys: remove });
      if (Object.keys(put).length > 0) await call("TagResource", { ResourceARN, Tags: put });
      return made;
    },
    async delete(_id, outputs) {
      await call("DeregisterScalableTarget", scaledBy(outputs));
    },
    async read(id, { previous }) {
      if (!previous) return undefined;
      const found = await find(previous.inputs);
      if (!found) return undefined;
      const { MinCapacity: minCapacity, MaxCapacity: maxCapacity, ScalableTargetARN: arn, RoleARN: roleArn } = found;
      return { id, outputs: { ...previous.inputs, minCapacity, maxCapacity, arn, roleArn, region: cloud.region } };
    },
  };
}

interface Step {
  scalingAdjustment: number;
  metricIntervalLowerBound?: string;
  metricIntervalUpperBound?: string;
}

function policy(cloud: Cloud): ResourceType {
  const call = <Output>(operation: string, input: object) =>
    cloud.call<Output>("application-autoscaling", operation, input);
  const bound = (given: string | undefined) => (given === undefined ? undefined : Number(given));
  const stepScaling = (given: unknown) => {
    const { adjustmentType, cooldown, metricAggregationType, minAdjustmentMagnitude, stepAdjustments } =
      given as Properties & { stepAdjustments?: Step[] };
    return {
      AdjustmentType: adjustmentType,
      Cooldown: cooldown,
      MetricAggregationType: metricAggregationType,
      MinAdjustmentMagnitude: minAdjustmentMagnitude,
      StepAdjustments: (stepAdjustments ?? []).map((step) => ({
        ScalingAdjustment: step.scalingAdjustment,
        MetricIntervalLowerBound: bound(step.metricIntervalLowerBound),
        MetricIntervalUpperBound: bound(step.metricIntervalUpperBound),
      })),
    };
  };
  const tracking = (given: unknown) => {
    const { targetValue, disableScaleIn, scaleInCooldown, scaleOutCooldown, predefinedMetricSpecification } =
      given as Properties;
    const predefined = predefinedMetricSpecification as Properties | undefined;
    return {
      TargetValue: targetValue,
      DisableScaleIn: disableScaleIn,
      ScaleInCooldown: scaleInCooldown,
      ScaleOutCooldown: scaleOutCooldown,
      ...(predefined && {
        PredefinedMetricSpecification: {
          PredefinedMetricType: predefined.predefinedMetricType,
          ResourceLabel: predefined.resourceLabel,
        },
      }),
    };
  };
  const put = async (inputs: Properties): Promise<Made> => {
    const { name, stepScalingPolicyConfiguration: step, targetTrackingScalingPolicyConfiguration: track } = inputs;
    const { PolicyARN: arn } = await call<{ PolicyARN: string }>("PutScalingPolicy", {
      ...scaledBy(inputs),
      PolicyName: name,
      PolicyType: inputs.policyType,
      ...(step !== undefined && { StepScalingPolicyConfiguration: stepScaling(step) }),
      ...(track !== undefined && { TargetTrackingScalingPolicyConfiguration: tracking(track) }),
    });
    return { id: String(name), outputs: { ...inputs, arn, alarmArns: [], region: cloud.region } };
  };
  return {
    type: "aws:appautoscaling/policy:Policy",
    docs: docs("policy"),
    required: scaled,
    properties: [
      ...scaled,
      ...["policyType", "stepScalingPolicyConfiguration", "targetTrackingScalingPolicyConfiguration"],
    ],
    enums: {
      policyType: ["StepScaling", "TargetTrackingScaling"],
      "stepScalingPolicyConfiguration.adjustmentType": ["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"],
      "stepScalingPolicyConfiguration.metricAggregationType": ["Minimum", "Maximum", "Average"],
    },
    defaults: { policyType: "StepScaling" },
    replaces: [...scaled, "name"],
    autoname: { property: "name", max: 255 },
    create: put,
    update: (_id, _before, after) => put(after),
    async delete(id, outputs) {
      await call("DeleteScalingPolicy", { ...scaledBy(outputs), PolicyName: id });
    },
    async read(id, { previous }) {
      if (!previous) return undefined;
      const { ServiceNamespace, ResourceId } = scaledBy(previous.inputs);
      const asked = { ServiceNamespace, ResourceId, PolicyNames: [id] };
      const { ScalingPolicies } = await call<{ ScalingPolicies: ScalingPolicy[] }>("DescribeScalingPolicies", asked);
      const arn = ScalingPolicies[0]?.PolicyARN;
      return arn === undefined ? undefined : { id, outputs: { ...previous.inputs, arn, region: cloud.region } };
    },
  };
}
