/** https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html */
import type { StepAdjustment, StepScalingPolicyConfiguration } from "@aws-sdk/client-application-auto-scaling";
import { validation } from "./records.ts";

const types = ["ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"];
const lower = ({ MetricIntervalLowerBound = Number.NEGATIVE_INFINITY }: StepAdjustment) => MetricIntervalLowerBound;
const upper = ({ MetricIntervalUpperBound = Number.POSITIVE_INFINITY }: StepAdjustment) => MetricIntervalUpperBound;

/** @throws AwsError `ValidationException` for steps that overlap or leave a gap */
export function checkSteps({ AdjustmentType, StepAdjustments: steps = [] }: StepScalingPolicyConfiguration): void {
  if (!types.includes(AdjustmentType ?? "")) {
    throw validation(`AdjustmentType must be one of ${types.join(", ")}`);
  }
  if (steps.length === 0) throw validation("At least one StepAdjustment must be specified for StepScaling policies");
  if (steps.length > 20) throw validation("A policy has at most 20 step adjustments");
  const sorted = steps.toSorted((a, b) => lower(a) - lower(b));
  for (const [index, step] of sorted.entries()) {
    if (lower(step) >= upper(step) || (lower(step) === -Infinity && upper(step) === Infinity)) {
      throw validation("Step adjustment must have a lower bound below its upper bound, and one of them at least");
    }
    const next = sorted[index + 1];
    if (next && lower(next) !== upper(step)) throw validation("Step adjustment intervals can't overlap or have a gap");
  }
}

/** The step that a value beyond the alarm's threshold falls into: its lower bound belongs to it above the threshold, its upper one below. */
export function stepFor(steps: StepAdjustment[], beyond: number): StepAdjustment | undefined {
  return steps.find((step) =>
    lower(step) >= 0 && beyond >= 0
      ? beyond >= lower(step) && beyond < upper(step)
      : beyond > lower(step) && beyond <= upper(step),
  );
}

/** The capacity that an adjustment asks for, before the target's own bounds. */
export function adjusted(type: string, current: number, adjustment: number, atLeast = 1): number {
  if (type === "ExactCapacity") return adjustment;
  if (type === "ChangeInCapacity") return current + adjustment;
  const change = (current * adjustment) / 100;
  // Away from zero below one, towards it above, and by the minimum magnitude.
  const rounded = Math.abs(change) < 1 ? Math.sign(change) : Math.trunc(change);
  return current + Math.sign(rounded) * Math.max(Math.abs(rounded), atLeast);
}
