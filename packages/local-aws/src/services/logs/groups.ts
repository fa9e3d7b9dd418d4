/** Log groups and streams, with what their operations share. */

import type { Distribution, LogGroupClass, StandardUnit } from "@aws-sdk/client-cloudwatch-logs";
import { type Key, type PageRequest, page } from "../../kit/page.ts";
import {
  type Access,
  type Cloud,
  type PolicyDocument,
  type PolicyStatement,
  type Principal,
  servicePrincipal,
} from "../../service.ts";
import type { Collection, Store } from "../../store.ts";
import { invalid, notFound } from "./errors.ts";
import { EventStore } from "./events.ts";

/** A group's policy of data protection. */
export interface DataProtection {
  policyDocument: string;
  /** Milliseconds since 1970: earlier events are not masked. */
  lastUpdatedTime: number;
}

export interface GroupRecord {
  name: string;
  arn: string;
  created: number;
  retentionInDays?: number;
  kmsKeyId?: string;
  logGroupClass: LogGroupClass;
  tags: Record<string, string>;
  /** What is masked in its events. */
  dataProtection?: DataProtection;
  /** `DeleteLogGroup` refuses while it is set. */
  protected?: boolean;
}

export interface StreamRecord {
  name: string;
  arn: string;
  created: number;
  firstEvent?: number;
  lastEvent?: number;
  lastIngestion?: number;
  bytes: number;
}

export interface MetricFilterRecord {
  filterName: string;
  filterPattern: string;
  logGroupName: string;
  creationTime: number;
  metricTransformations: {
    metricName: string;
    metricNamespace: string;
    metricValue: string;
    defaultValue?: number;
    unit?: StandardUnit;
    dimensions?: Record<string, string>;
  }[];
}

export interface SubscriptionFilterRecord {
  filterName: string;
  logGroupName: string;
  filterPattern: string;
  destinationArn: string;
  roleArn?: string;
  distribution: Distribution;
  creationTime: number;
}

export interface DeliveryDestinationRecord {
  name: string;
  resourceArn: string;
  format?: string;
  tags: Record<string, string>;
  policy?: string;
}

/** Where other accounts may send their log events: a stream, as a role. */
export interface DestinationRecord {
  destinationName: string;
  targetArn: string;
  roleArn: string;
  accessPolicy?: string;
  arn: string;
  creationTime: number;
  tags: Record<string, string>;
}

/** A resource policy: the account's have names, a group's has the group's ARN. */
export interface ResourcePolicyRecord {
  policyName?: string;
  resourceArn?: string;
  policyDocument: string;
  policyScope: "ACCOUNT" | "RESOURCE";
  /** Only for a group's policy. */
  revisionId?: string;
  lastUpdatedTime: number;
}

/** The groups of the account; every operation begins here. */
export class LogGroups {
  readonly cloud: Cloud;
  readonly groups: Collection<GroupRecord>;
  readonly streams: Collection<StreamRecord>;
  /** By name where it is the account's, by the group's ARN if it is a group's. */
  readonly policies: Collection<ResourcePolicyRecord>;
  readonly metricFilters: Collection<MetricFilterRecord>;
  readonly subscriptionFilters: Collection<SubscriptionFilterRecord>;
  readonly deliveryDestinations: Collection<DeliveryDestinationRecord>;
  readonly destinations: Collection<DestinationRecord>;
  readonly events: EventStore;
  readonly #prefix: string;
  #accountStatements?: PolicyStatement[];

  constructor(cloud: Cloud) {
    const store: Store = cloud.store;
    this.cloud = cloud;
    this.groups = store.collection("logs.groups");
    this.streams = store.collection("logs.streams");
    this.policies = store.collection("logs.resourcePolicies");
    this.metricFilters = store.collection("logs.metricFilters");
    this.subscriptionFilters = store.collection("logs.subscriptionFilters");
    this.deliveryDestinations = store.collection("logs.deliveryDestinations");
    this.destinations = store.collection("logs.destinations");
    this.events = new EventStore(store.database);
    this.#prefix = `arn:aws:logs:${cloud.region}:${cloud.accountId}`;
  }

  arn(group: string): string {
    return `${this.#prefix}:log-group:${group}`;
  }

  streamArn(group: string, stream: string): string {
    return `${this.arn(group)}:log-stream:${stream}`;
  }

  /** @throws AwsError ResourceNotFoundException */
  group(name: string): GroupRecord {
    const group = this.groups.get(name);
    if (!group) throw notFound("log group");
    return group;
  }

  /** Key of a stream: no name has a line feed. */
  streamKey(group: string, stream: string): string {
    return `${group}\n${stream}`;
  }

  stream(group: string, stream: string): StreamRecord {
    this.group(group);
    const record = this.streams.get(this.streamKey(group, stream));
    if (!record) throw notFound("log stream");
    return record;
  }

  /** A group by name, or by `logGroupIdentifier`, which may be its ARN. */
  nameOf(input: { logGroupName?: string; logGroupIdentifier?: string }): string {
    const given = input.logGroupName ?? input.logGroupIdentifier;
    if (!given) throw invalid("Either logGroupName or logGroupIdentifier must be given.");
    return given.startsWith("arn:") ? groupOfArn(given) : given;
  }

  /** What an action on a group or stream needs. IAM knows groups by the ARN of their (unnamed) stream. */
  access(action: string, group: string, stream = ""): Access[] {
    const resourcePolicy = this.#policy(group);
    return [
      {
        action: `logs:${action}`,
        resource: this.streamArn(group, stream),
        ...(resourcePolicy && { resourcePolicy }),
      },
    ];
  }

  /** A resource policy was added or removed. */
  policiesChanged(): void {
    this.#accountStatements = undefined;
  }

  /** The account's resource policies and the group's own as one. */
  #policy(group: string): PolicyDocument | undefined {
    this.#accountStatements ??= this.policies
      .values()
      .filter(({ resourceArn }) => resourceArn === undefined)
      .flatMap(statementsOf);
    const own = this.policies.get(this.arn(group));
    const Statement = own ? [...this.#accountStatements, ...statementsOf(own)] : this.#accountStatements;
    return Statement.length > 0 ? { Version: "2012-10-17", Statement } : undefined;
  }
}

function statementsOf({ policyDocument }: ResourcePolicyRecord): PolicyStatement[] {
  return [(JSON.parse(policyDocument) as PolicyDocument).Statement].flat() as PolicyStatement[];
}

/** CloudWatch Logs as a caller, for a group. */
export const actsFor = (logs: LogGroups, group: string): Principal =>
  servicePrincipal("logs.amazonaws.com", `${logs.arn(group)}:*`);

/** `arn:aws:logs:region:account:log-group:NAME`, with or without `:*`. */
export const groupOfArn = (arn: string): string => arn.split(":").slice(6).join(":").replace(/:\*$/, "");

/** A page of a list, in the terms of CloudWatch Logs. */
export function pageOf<T>(all: T[], request: PageRequest, key: (item: T) => Key, descending = false) {
  const invalidToken = () => invalid("The specified nextToken is invalid.");
  const { items, next } = page(all, request, key, { size: 50, most: 50, descending, invalid: invalidToken });
  return { items, paging: { ...(next && { nextToken: next }) } };
}
