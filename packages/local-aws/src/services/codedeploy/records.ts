import type {
  AlarmConfiguration,
  AutoRollbackConfiguration,
  ComputePlatform,
  DeploymentStyle,
  ErrorCode,
  LifecycleErrorCode,
  RevisionLocation,
  RollbackInfo,
  TriggerConfig,
} from "@aws-sdk/client-codedeploy";
import type { Tags } from "../../kit/tags.ts";
import type { Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";

export interface Application {
  tags?: Tags;
  applicationId: string;
  applicationName: string;
  /** Milliseconds since 1970. */
  created: number;
  computePlatform: ComputePlatform;
}

/** What a deployment does to traffic. */
export interface TrafficRouting {
  type: "AllAtOnce" | "TimeBasedCanary" | "TimeBasedLinear";
  timeBasedCanary?: { canaryPercentage: number; canaryInterval: number };
  timeBasedLinear?: { linearPercentage: number; linearInterval: number };
}

export interface DeploymentConfig {
  deploymentConfigId: string;
  deploymentConfigName: string;
  created: number;
  computePlatform: ComputePlatform;
  trafficRoutingConfig: TrafficRouting;
}

export interface Group {
  applicationName: string;
  deploymentGroupId: string;
  deploymentGroupName: string;
  deploymentConfigName: string;
  serviceRoleArn: string;
  alarmConfiguration?: AlarmConfiguration;
  autoRollbackConfiguration?: AutoRollbackConfiguration;
  triggerConfigurations?: TriggerConfig[];
  deploymentStyle?: DeploymentStyle;
  tags?: Tags;
}

export type DeploymentStatus = "Created" | "InProgress" | "Succeeded" | "Failed" | "Stopped";

/** One of the three steps of a deployment to Lambda. */
export interface LifecycleEvent {
  lifecycleEventName: "BeforeAllowTraffic" | "AllowTraffic" | "AfterAllowTraffic";
  status: "Pending" | "InProgress" | "Succeeded" | "Failed" | "Skipped" | "Unknown";
  startTime?: number;
  endTime?: number;
  diagnostics?: { errorCode: LifecycleErrorCode; message: string };
}

/** A deployment and its progress: what it needs to resume after a restart. */
export interface Deployment {
  deploymentId: string;
  applicationName: string;
  deploymentGroupName: string;
  deploymentConfigName: string;
  description?: string;
  creator: "user" | "codeDeployRollback";
  status: DeploymentStatus;
  created: number;
  started?: number;
  completed?: number;
  errorInformation?: { code: ErrorCode; message: string };
  rollbackInfo?: RollbackInfo;
  autoRollbackEnabled: boolean;
  revision: RevisionLocation;
  target: { functionName: string; alias: string; currentVersion: string; targetVersion: string };
  hooks: Partial<Record<LifecycleEvent["lifecycleEventName"], string>>;
  events: LifecycleEvent[];
  /** Share of traffic that the new version has, in percent. */
  percent: number;
}

/** All that CodeDeploy stores. */
export class Records {
  readonly applications: Collection<Application>;
  readonly groups: Collection<Group>;
  readonly configs: Collection<DeploymentConfig>;
  readonly deployments: Collection<Deployment>;

  constructor({ store }: Pick<Cloud, "store">) {
    this.applications = store.collection("codedeploy.applications");
    /** By `application/group`. */
    this.groups = store.collection("codedeploy.groups");
    this.configs = store.collection("codedeploy.configs");
    this.deployments = store.collection("codedeploy.deployments");
  }
}
