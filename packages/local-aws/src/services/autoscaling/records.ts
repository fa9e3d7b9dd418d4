import type {
  ScalableDimension,
  ScalingActivity,
  ScalingPolicy,
  ServiceNamespace,
  SuspendedState,
} from "@aws-sdk/client-application-auto-scaling";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";

/** What identifies a scaled resource. */
export interface Scaled {
  ServiceNamespace: ServiceNamespace;
  ResourceId: string;
  ScalableDimension: ScalableDimension;
}

export interface TargetRecord extends Scaled {
  id: string;
  minimum: number;
  maximum: number;
  suspended: Required<SuspendedState>;
  /** Milliseconds since 1970. */
  created: number;
}

export interface PolicyRecord extends Scaled {
  arn: string;
  name: string;
  type: "StepScaling" | "TargetTrackingScaling";
  step?: ScalingPolicy["StepScalingPolicyConfiguration"];
  tracking?: ScalingPolicy["TargetTrackingScalingPolicyConfiguration"];
  created: number;
  /** When it last changed a capacity: it does not again until its cooldown is over. */
  acted?: number;
}

export type ActivityRecord = Omit<ScalingActivity, "StartTime" | "EndTime" | keyof Scaled> &
  Scaled & { started: number };

export class Records {
  /** By namespace, resource and dimension. */
  readonly targets: Collection<TargetRecord>;
  /** By the same, and the policy's name. */
  readonly policies: Collection<PolicyRecord>;
  readonly activities: Collection<ActivityRecord>;
  readonly tags: Collection<Record<string, string>>;

  constructor({ store }: Pick<Cloud, "store">) {
    this.targets = store.collection("autoscaling.targets");
    this.policies = store.collection("autoscaling.policies");
    this.activities = store.collection("autoscaling.activities");
    this.tags = store.collection("autoscaling.tags");
  }

  /** @throws AwsError `ObjectNotFoundException` */
  target(scaled: Scaled): TargetRecord {
    const found = this.targets.get(keyOf(scaled));
    if (!found) {
      throw new AwsError(
        "ObjectNotFoundException",
        `No scalable target registered for service namespace: ${scaled.ServiceNamespace}, resource ID: ${scaled.ResourceId}, scalable dimension: ${scaled.ScalableDimension}`,
      );
    }
    return found;
  }
}

export const keyOf = ({ ServiceNamespace, ResourceId, ScalableDimension }: Scaled): string =>
  `${ServiceNamespace} ${ResourceId} ${ScalableDimension}`;
export const validation = (message: string): AwsError => new AwsError("ValidationException", message);
