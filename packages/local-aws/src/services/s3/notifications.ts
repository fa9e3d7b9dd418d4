/**
 * Notifies EventBridge, functions, queues and topics of changes to objects. An event is stored together with its change
 * and removed when it has been delivered, so a restart loses none; as on S3, it may be delivered twice.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
 */
import { randomUUID } from "node:crypto";
import type { NotificationConfiguration, NotificationConfigurationFilter } from "@aws-sdk/client-s3";
import { regionOf } from "../../arn.ts";
import { deliver } from "../../delivery/deliver.ts";
import { isTransient } from "../../kit/patience.ts";
import { traceBelow } from "../../kit/trace.ts";
import { AwsError, type Call, type Cloud, servicePrincipal } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { bucketArn } from "./access.ts";
import { bridgeEvent, type EventName, type Happening, notificationRecord } from "./eventShapes.ts";
import type { BucketRecord, Version } from "./records.ts";

export type { EventName };

interface Pending {
  /** ARN, or `bridge`. */
  target: string;
  bucket: string;
  /** The bucket's region. Absent in records of version 0.1: the home region. */
  region?: string;
  body: string;
  /** Trace header that the target goes on with. */
  trace?: string;
}

/** Of messages to topics. */
const subject = "Amazon S3 Notification";

interface Destination {
  arn: string;
  id: string;
  events: string[];
  filter: NotificationConfigurationFilter | undefined;
}

export class Notifications {
  readonly #cloud: Cloud;
  readonly #pending: Collection<Pending>;
  #fresh: [string, Pending][] = [];
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#pending = cloud.store.collection("s3.events");
  }

  /** To be called in the transaction of the change itself. */
  record(bucket: BucketRecord | undefined, version: Version, name: EventName, call: Call): void {
    const configuration = bucket?.notification;
    if (!configuration) return;
    const { accountId } = this.#cloud;
    const region = bucket.region ?? this.#cloud.region;
    const happening: Happening = { name, version, call, accountId, region };
    const trace = traceBelow(call);
    const place = { bucket: bucket.name, region, ...(trace !== undefined && { trace }) };
    if (configuration.EventBridgeConfiguration) {
      this.#keep({ ...place, target: "bridge", body: JSON.stringify(bridgeEvent(happening)) });
    }
    for (const { arn, id, events, filter } of destinations(configuration)) {
      if (!events.some((wanted) => covers(wanted, name)) || !passes(filter, version.key)) continue;
      const body = JSON.stringify({ Records: [notificationRecord(happening, id)] });
      this.#keep({ ...place, target: arn, body });
    }
  }

  /** Resumes what an earlier process left. */
  start(): void {
    this.#fresh = this.#pending.entries();
    this.flush();
  }

  /** Delivers what has been recorded since. */
  flush(): void {
    const batch = this.#fresh;
    this.#fresh = [];
    for (const [key, pending] of batch) {
      // Events recorded in a failed transaction do not exist.
      if (!this.#stopped && this.#pending.has(key)) void this.#deliver(key, pending);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
  }

  /** @throws AwsError `InvalidArgument` for a destination that does not exist, or does not admit S3. */
  async check({ name: bucket, region = this.#cloud.region }: BucketRecord, configuration: NotificationConfiguration) {
    const principal = servicePrincipal("s3.amazonaws.com", bucketArn(bucket));
    const cloud = this.#cloud.in(region);
    for (const { arn } of destinations(configuration)) {
      if (regionOf(arn) !== region) {
        const message = "The notification destination service region is not valid for the bucket location constraint";
        throw new AwsError("InvalidArgument", message, 400, { ArgumentName: arn, ArgumentValue: regionOf(arn) });
      }
      try {
        if (arn.split(":")[2] === "lambda") {
          await cloud.call("lambda", "Invoke", { FunctionName: arn, InvocationType: "DryRun" }, principal);
        } else {
          const test = { Service: "Amazon S3", Event: "s3:TestEvent", Time: new Date().toISOString(), Bucket: bucket };
          await deliver(cloud, { arn, body: JSON.stringify(test), principal, subject });
        }
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const message = "Unable to validate the following destination configurations";
        throw new AwsError("InvalidArgument", message, 400, { ArgumentName: arn, ArgumentValue: error.message });
      }
    }
  }

  #keep(pending: Pending): void {
    const key = `${String(Date.now()).padStart(15, "0")}-${randomUUID()}`;
    this.#pending.put(key, pending);
    this.#fresh.push([key, pending]);
  }

  async #deliver(key: string, pending: Pending): Promise<void> {
    const { target, bucket, body, region = this.#cloud.region, trace } = pending;
    const cloud = this.#cloud.in(region).traced(trace);
    const principal = servicePrincipal("s3.amazonaws.com", bucketArn(bucket));
    try {
      if (target === "bridge") {
        const { Time, ...entry } = JSON.parse(body) as { Time: string };
        await cloud.call("events", "PutEvents", { Entries: [{ ...entry, Time: new Date(Time) }] }, principal);
      } else {
        await deliver(cloud, { arn: target, body, principal, subject });
      }
      if (!this.#stopped) this.#pending.delete(key);
    } catch (error) {
      if (this.#stopped) return;
      // A destination that is gone or forbids it will not accept it later; one that fails is retried.
      if (isTransient(error)) this.#later([key, pending]);
      else this.#pending.delete(key);
    }
  }

  #later(entry: [string, Pending]): void {
    this.#fresh.push(entry);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.flush(), 1000);
    this.#retry.unref();
  }
}

function destinations(configuration: NotificationConfiguration): Destination[] {
  const of = (
    arn: string | undefined,
    one: {
      Id?: string | undefined;
      Events: string[] | undefined;
      Filter?: NotificationConfigurationFilter | undefined;
    },
  ) => ({
    arn: arn ?? "",
    id: one.Id ?? "",
    events: one.Events ?? [],
    filter: one.Filter,
  });
  return [
    ...(configuration.LambdaFunctionConfigurations ?? []).map((one) => of(one.LambdaFunctionArn, one)),
    ...(configuration.QueueConfigurations ?? []).map((one) => of(one.QueueArn, one)),
    ...(configuration.TopicConfigurations ?? []).map((one) => of(one.TopicArn, one)),
  ];
}

/** `s3:ObjectCreated:*` covers `ObjectCreated:Put`. */
function covers(wanted: string, name: EventName): boolean {
  const pattern = wanted.replace(/^s3:/, "");
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function passes(filter: NotificationConfigurationFilter | undefined, key: string): boolean {
  return (filter?.Key?.FilterRules ?? []).every(({ Name, Value = "" }) =>
    Name?.toLowerCase() === "suffix" ? key.endsWith(Value) : key.startsWith(Value),
  );
}
