import type {
  ClusterSetting,
  ContainerDefinition,
  CreateClusterRequest,
  CreateServiceRequest,
  RegisterTaskDefinitionRequest,
  ServiceEvent,
  Tag,
} from "@aws-sdk/client-ecs";
import { type Access, AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";

export interface ClusterRecord {
  name: string;
  settings: ClusterSetting[];
  /** Members with no effect here, as they were given. */
  kept?: Pick<
    CreateClusterRequest,
    "configuration" | "serviceConnectDefaults" | "capacityProviders" | "defaultCapacityProviderStrategy"
  >;
}

export interface TaskDefinitionRecord {
  family: string;
  revision: number;
  status: "ACTIVE" | "INACTIVE";
  /** Milliseconds since 1970. */
  registered: number;
  deregistered?: number;
  definition: Omit<RegisterTaskDefinitionRequest, "tags"> & { containerDefinitions: ContainerDefinition[] };
}

export interface ServiceRecord {
  name: string;
  cluster: string;
  /** `DRAINING`: it is deleted, and its tasks are ending. `INACTIVE`: they have ended. */
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  /** When it became inactive, in milliseconds since 1970. */
  ended?: number;
  /** ARN. */
  taskDefinition: string;
  desired: number;
  created: number;
  /** Changes with anything tasks are created from: then new ones replace the old. */
  deployment: { id: string; created: number };
  input: CreateServiceRequest;
  /** The newest first. */
  events: (Omit<ServiceEvent, "createdAt"> & { created: number })[];
}

/** How long deleted services are still described; AWS documents no time. */
const inactiveMs = 3_600_000;

/** All that ECS stores. Tasks are not stored: they end with the cloud, and services start new ones. */
export class Records {
  readonly clusters: Collection<ClusterRecord>;
  /** By `family:revision`, the revision with leading zeros. */
  readonly taskDefinitions: Collection<TaskDefinitionRecord>;
  /** By `cluster/service`. */
  readonly services: Collection<ServiceRecord>;
  /** By ARN. */
  readonly tags: Collection<Tag[]>;
  readonly #place: string;

  constructor({ store, region, accountId }: Pick<Cloud, "store" | "region" | "accountId">) {
    this.clusters = store.collection("ecs.clusters");
    this.taskDefinitions = store.collection("ecs.taskDefinitions");
    this.services = store.collection("ecs.services");
    this.tags = store.collection("ecs.tags");
    this.#place = `arn:aws:ecs:${region}:${accountId}`;
  }

  arn(kind: "cluster" | "service" | "task" | "task-definition", path: string): string {
    return `${this.#place}:${kind}/${path}`;
  }

  on(action: string, kind: Parameters<Records["arn"]>[0], path: string): Access[] {
    return [{ action: `ecs:${action}`, resource: this.arn(kind, path) }];
  }

  /** By name or ARN; `default` when none is given. @throws AwsError `ClusterNotFoundException` */
  cluster(given?: string): ClusterRecord {
    const found = this.clusters.get(lastPart(given ?? "default"));
    if (!found) throw new AwsError("ClusterNotFoundException", "Cluster not found.");
    return found;
  }

  /** @throws AwsError `ServiceNotFoundException`, `ServiceNotActiveException` */
  service(cluster: string | undefined, given: string): ServiceRecord {
    const found = this.services.get(`${this.cluster(cluster).name}/${lastPart(given)}`);
    if (!found) throw new AwsError("ServiceNotFoundException", "Service not found.");
    if (found.status !== "ACTIVE") throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
    return found;
  }

  /** Existing services of a cluster, including those whose tasks are ending. */
  servicesOf(cluster: string): ServiceRecord[] {
    return this.services.values(`${cluster}/`).filter(({ status }) => status !== "INACTIVE");
  }

  /** Deleted services are still described for a while. */
  forgetInactive(now = Date.now()): void {
    for (const [key, { ended }] of this.services.entries())
      if (ended !== undefined && now - ended > inactiveMs) this.forgetService(key);
  }

  forgetService(key: string): void {
    this.services.delete(key);
    this.tags.delete(this.arn("service", key));
  }

  /** By ARN, `family:revision`, or `family` for its newest active revision; `undefined` when there is none. */
  definedAs(given: string): TaskDefinitionRecord | undefined {
    const [family = "", revision] = lastPart(given).split(":");
    return revision
      ? this.taskDefinitions.get(definitionKey(family, Number(revision)))
      : this.taskDefinitions
          .values(`${family}:`)
          .filter(({ status }) => status === "ACTIVE")
          .at(-1);
  }

  /** As {@link definedAs}. @throws AwsError `ClientException` when there is none. */
  taskDefinition(given: string): TaskDefinitionRecord {
    const found = this.definedAs(given);
    if (!found) throw new AwsError("ClientException", "Unable to describe task definition.");
    return found;
  }

  definitionArn({ family, revision }: Pick<TaskDefinitionRecord, "family" | "revision">): string {
    return this.arn("task-definition", `${family}:${revision}`);
  }
}

export const definitionKey = (family: string, revision: number): string =>
  `${family}:${String(revision).padStart(8, "0")}`;
export const serviceKey = ({ cluster, name }: Pick<ServiceRecord, "cluster" | "name">): string => `${cluster}/${name}`;
export const lastPart = (nameOrArn: string): string => nameOrArn.split("/").at(-1) as string;
export const invalid = (message: string): AwsError => new AwsError("InvalidParameterException", message);
export const client = (message: string): AwsError => new AwsError("ClientException", message);

/** @throws AwsError `InvalidParameterException` https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html */
export function checkName(what: string, name: string | undefined): void {
  if (name !== undefined && /^[\w-]{1,255}$/.test(name)) return;
  throw invalid(`${what} can have up to 255 letters (uppercase and lowercase), numbers, underscores, and hyphens.`);
}
