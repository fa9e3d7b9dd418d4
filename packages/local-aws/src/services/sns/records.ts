/** What SNS stores. */

import { type PageRequest, page } from "../../kit/page.ts";
import { AwsError } from "../../service.ts";
import type { Collection, Store } from "../../store.ts";

export interface Topic {
  arn: string;
  name: string;
  /** As set by users; without the default policy. */
  attributes: Record<string, string>;
  tags: Record<string, string>;
  /** A data protection policy, kept as it was put. */
  dataProtection?: string;
}

export type Protocol = "sqs" | "lambda" | "email" | "email-json" | "http" | "https" | "sms" | "application";

export interface Subscription {
  arn: string;
  topicArn: string;
  protocol: Protocol;
  endpoint: string;
  attributes: Record<string, string>;
  /** Absent once it is confirmed. */
  token?: string;
  /** Milliseconds since the epoch. */
  created: number;
}

export interface PlatformApplication {
  arn: string;
  attributes: Record<string, string>;
}

/** One device of an application. */
export interface PlatformEndpoint {
  arn: string;
  attributes: Record<string, string>;
}

/** What a FIFO topic has taken, so that it does not take it twice. */
export interface Taken {
  id: string;
  sequence: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export class Records {
  readonly applications: Collection<PlatformApplication>;
  readonly endpoints: Collection<PlatformEndpoint>;
  readonly smsSettings: Collection<string>;
  /** Phone numbers that want no text messages. */
  readonly optedOut: Collection<string>;
  /** By topic and deduplication id. */
  readonly taken: Collection<Taken>;
  readonly topics: Collection<Topic>;
  /** By ARN, so that those of a topic are adjacent. */
  readonly subscriptions: Collection<Subscription>;

  constructor(store: Store) {
    this.topics = store.collection("sns.topics");
    this.subscriptions = store.collection("sns.subscriptions");
    this.applications = store.collection("sns.applications");
    this.endpoints = store.collection("sns.endpoints");
    this.smsSettings = store.collection("sns.sms");
    this.optedOut = store.collection("sns.optedOut");
    this.taken = store.collection("sns.taken");
  }

  /** @throws AwsError `NotFoundException`, `InvalidParameterException` for what is no ARN */
  topic(arn = ""): Topic {
    checkArn(arn, "TopicArn");
    const found = this.topics.get(arn);
    if (!found) throw new AwsError("NotFoundException", "Topic does not exist", 404);
    return found;
  }

  /** @throws AwsError `NotFoundException` */
  subscription(arn = ""): Subscription {
    const found = this.subscriptions.get(arn);
    if (!found) throw new AwsError("NotFoundException", "Subscription does not exist", 404);
    return found;
  }

  of(topicArn: string): Subscription[] {
    return this.subscriptions.values(`${topicArn}:`);
  }
}

export const invalid = (reason: string) =>
  new AwsError("InvalidParameterException", `Invalid parameter: ${reason}`, 400);

/** @throws AwsError unless a text has the parts of an ARN. */
export function checkArn(arn: string, member: string): void {
  const count = arn.split(":").length;
  if (count < 6) throw invalid(`${member} Reason: An ARN must have at least 6 elements, not ${count}`);
}

/** A page of a list, of a hundred items. */
export function pageOf<T extends { arn: string }>(all: T[], request: Pick<PageRequest, "NextToken">) {
  const { items, next } = page(all, request, ({ arn }) => arn, { invalid: () => invalid("NextToken") });
  return { items, paging: { ...(next && { NextToken: next }) } };
}
