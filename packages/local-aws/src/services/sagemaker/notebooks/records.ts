import type {
  CreateNotebookInstanceInput,
  NotebookInstanceLifecycleHook,
  NotebookInstanceStatus,
} from "@aws-sdk/client-sagemaker";
import { putEvent } from "../../../kit/putEvent.ts";
import type { Cloud } from "../../../service.ts";
import type { Collection } from "../../../store.ts";
import { type Kind, Names } from "../names.ts";

export interface NotebookInstance {
  name: string;
  /** As it was created, and updated since; tags are stored separately. */
  input: Omit<CreateNotebookInstanceInput, "Tags">;
  status: NotebookInstanceStatus;
  /** Why it is `Failed`. */
  reason?: string;
  /** Milliseconds since 1970. */
  created: number;
  modified: number;
}

export interface LifecycleConfig {
  name: string;
  onCreate: NotebookInstanceLifecycleHook[];
  onStart: NotebookInstanceLifecycleHook[];
  created: number;
  modified: number;
}

/** What SageMaker stores of notebooks; names and ARNs are case-insensitive. Status changes are sent to EventBridge. */
export class NotebookRecords {
  readonly names: Names;
  readonly configs: Collection<LifecycleConfig>;
  /** All of SageMaker's tags, by ARN. */
  readonly tags: Collection<Record<string, string>>;
  readonly #cloud: Cloud;
  readonly #instances: Collection<NotebookInstance>;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.names = new Names(cloud);
    this.#instances = cloud.store.collection("sagemaker.notebookInstances");
    this.configs = cloud.store.collection("sagemaker.notebookInstanceLifecycleConfigs");
    this.tags = cloud.store.collection("sagemaker.tags");
  }

  arn(kind: Kind & `notebook-instance${string}`, name: string): string {
    return this.names.arn(kind, name);
  }

  get(name: string): NotebookInstance | undefined {
    return this.#instances.get(name.toLowerCase());
  }

  all(): NotebookInstance[] {
    return this.#instances.values();
  }

  put(instance: NotebookInstance): void {
    const key = instance.name.toLowerCase();
    const before = this.#instances.get(key)?.status;
    const now = { ...instance, modified: Date.now() };
    this.#instances.put(key, now);
    if (before !== instance.status) this.#tell(now);
  }

  /** `undefined` when it is gone. A reason is only kept for `Failed`. */
  enter(name: string, status: NotebookInstanceStatus, reason?: string): void {
    const found = this.get(name);
    if (!found) return;
    const { reason: _, ...instance } = found;
    this.put({ ...instance, status, ...(reason !== undefined && { reason }) });
  }

  delete(name: string): void {
    this.#instances.delete(name.toLowerCase());
    this.tags.delete(this.arn("notebook-instance", name));
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html */
  #tell({ name, input, status, reason, created, modified }: NotebookInstance): void {
    const NotebookInstanceArn = this.arn("notebook-instance", name);
    const Detail = {
      NotebookInstanceArn,
      NotebookInstanceName: name,
      NotebookInstanceStatus: status,
      ...(reason && { FailureReason: reason }),
      InstanceType: input.InstanceType,
      ...(input.SubnetId && { SubnetId: input.SubnetId }),
      ...(input.SecurityGroupIds && { SecurityGroups: input.SecurityGroupIds }),
      RoleArn: input.RoleArn,
      ...(input.KmsKeyId && { KmsKeyId: input.KmsKeyId }),
      LastModifiedTime: modified,
      CreationTime: created,
      ...(input.LifecycleConfigName && { NotebookInstanceLifecycleConfigName: input.LifecycleConfigName }),
      DirectInternetAccess: input.DirectInternetAccess ?? "Enabled",
      Tags: this.tags.get(NotebookInstanceArn) ?? {},
    };
    putEvent(this.#cloud, "sagemaker", {
      DetailType: "SageMaker Notebook Instance State Change",
      Detail,
      Resources: [NotebookInstanceArn],
      sourceArn: NotebookInstanceArn,
    });
  }
}
