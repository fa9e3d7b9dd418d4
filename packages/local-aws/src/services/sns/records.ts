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
}

export type Protocol = "sqs" | "lambda" | "email" | "email-json" | "http" | "https";

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

export class Records {
  readonly topics: Collection<Topic>;
  /** By ARN, so that those of a topic are adjacent. */
  readonly subscriptions: Collection<Subscription>;

  constructor(store: Store) {
    this.topics = store.collection("sns.topics");
    this.subscriptions = store.collection("sns.subscriptions");
  }

  /** @throws AwsError `NotFoundException` */
  topic(arn = ""): Topic {
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

/** A page of a list, of a hundred items. */
export function pageOf<T extends { arn: string }>(all: T[], request: Pick<PageRequest, "NextToken">) {
  const { items, next } = page(all, request, ({ arn }) => arn, { invalid: () => invalid("NextToken") });
  return { items, paging: { ...(next && { NextToken: next }) } };
}
