/**
 * Delivers messages to subscribers. Queues, functions' event queues and mailboxes have accepted a message before its
 * publisher gets the answer; web servers are called afterwards.
 */
import { debuglog } from "node:util";
import { queueUrl, regionOf } from "../../arn.ts";
import { patiently } from "../../kit/patience.ts";
import { deliverMail } from "../../mail.ts";
import { type Cloud, servicePrincipal } from "../../service.ts";
import { takes } from "./filter.ts";
import { functionEvent, type Links, type Message, notification } from "./message.ts";
import type { Records, Subscription } from "./records.ts";

const debug = debuglog("sns");

/** Milliseconds before each further call of a web server. */
const webPauses = [100, 1_000, 5_000];
const webTimeout = 15_000;

export class Delivery {
  readonly #cloud: Cloud;
  readonly #records: Records;
  readonly #stop = new AbortController();

  constructor(cloud: Cloud, records: Records) {
    this.#cloud = cloud;
    this.#records = records;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Delivers to every confirmed subscription whose filter matches. One that fails does not hold up the others. */
  async fanOut(message: Message): Promise<void> {
    const receivers = this.#records.of(message.topicArn).filter((one) => {
      return !one.token && takes(one, message.text(one.protocol), message.attributes);
    });
    await Promise.all(receivers.map((one) => this.#deliver(one, message)));
  }

  /** Asks the endpoint's owner to confirm the subscription. */
  async askToConfirm({ topicArn, protocol, endpoint, token = "" }: Subscription): Promise<void> {
    const url = `${this.#cloud.origin}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`;
    if (protocol === "email" || protocol === "email-json") {
      const body = `You have chosen to subscribe to the topic:\n${topicArn}\n\nTo confirm this subscription, visit:\n${url}\n`;
      deliverMail(this.#cloud.accountStore, {
        ...this.#sender(topicArn),
        to: endpoint,
        subject: "AWS Notification - Subscription Confirmation",
        body,
        asks: "open its link to confirm",
      });
      return;
    }
    const message = {
      Type: "SubscriptionConfirmation",
      MessageId: crypto.randomUUID(),
      Token: token,
      TopicArn: topicArn,
      Message: `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
      SubscribeURL: url,
      Timestamp: new Date().toISOString(),
      SignatureVersion: "1",
      Signature: "EXAMPLE",
      SigningCertURL: this.#links("").certificate,
    };
    void this.#web(endpoint, message, topicArn);
  }

  async #deliver(subscription: Subscription, message: Message): Promise<void> {
    const { protocol, endpoint, topicArn, arn } = subscription;
    const links = this.#links(arn);
    try {
      if (protocol === "sqs") await this.#queue(subscription, message, links);
      else if (protocol === "lambda") {
        const Payload = JSON.stringify(functionEvent(message, arn, links));
        const as = servicePrincipal("sns.amazonaws.com", topicArn);
        const input = { FunctionName: endpoint, InvocationType: "Event" as const, Payload };
        // Only queues and functions may be in other regions.
        const cloud = this.#cloud.in(regionOf(endpoint)).traced(message.trace);
        await patiently(() => cloud.call("lambda", "Invoke", input, as));
      } else if (protocol.startsWith("email")) this.#mail(subscription, message, links);
      else if (protocol === "sms") this.text(endpoint, message.text("sms"));
      else if (protocol === "application") debug("%s: nothing is pushed to devices", arn);
      else void this.#web(endpoint, this.#webBody(subscription, message, links), topicArn, subscription, message);
    } catch (error) {
      debug("%s: %s", arn, (error as Error).message);
      await this.#bury(subscription, message);
    }
  }

  async #queue({ endpoint, topicArn, attributes }: Subscription, message: Message, links: Links): Promise<void> {
    const input = { QueueUrl: queueUrl(this.#cloud, endpoint), ...queued(endpoint, attributes, message, links) };
    // The queue's policy must let SNS in for this topic.
    const as = servicePrincipal("sns.amazonaws.com", topicArn);
    const cloud = this.#cloud.in(regionOf(endpoint)).traced(message.trace);
    await patiently(() => cloud.call("sqs", "SendMessage", input, as));
  }

  #mail({ protocol, endpoint, topicArn }: Subscription, message: Message, links: Links): void {
    const text = message.text(protocol);
    const footer = `\n\n--\nIf you wish to stop receiving notifications from this topic, visit:\n${links.unsubscribe}\n`;
    const body = protocol === "email" ? `${text}${footer}` : JSON.stringify(notification(message, protocol, links));
    const subject = message.subject ?? "AWS Notification Message";
    deliverMail(this.#cloud.accountStore, { ...this.#sender(topicArn), to: endpoint, subject, body });
  }

  #webBody({ attributes, protocol }: Subscription, message: Message, links: Links): object | string {
    return attributes.RawMessageDelivery === "true" ? message.text(protocol) : notification(message, protocol, links);
  }

  async #web(
    endpoint: string,
    body: object | string,
    topicArn: string,
    subscription?: Subscription,
    message?: Message,
  ): Promise<void> {
    const type = typeof body === "string" ? "Notification" : (body as { Type: string }).Type;
    const headers = {
      "content-type": "text/plain; charset=UTF-8",
      "user-agent": "Amazon Simple Notification Service Agent",
      "x-amz-sns-message-type": type,
      "x-amz-sns-topic-arn": topicArn,
      ...(message && { "x-amz-sns-message-id": message.id }),
      ...(subscription && { "x-amz-sns-subscription-arn": subscription.arn }),
      ...(typeof body === "string" && { "x-amz-sns-rawdelivery": "true" }),
    };
    const text = typeof body === "string" ? body : JSON.stringify(body);
    for (const pause of [0, ...webPauses]) {
      await new Promise((done) => setTimeout(done, pause).unref());
      if (this.#stop.signal.aborted) return;
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(webTimeout)]);
      try {
        // No redirects, which could lead beyond this machine.
        const answer = await fetch(endpoint, { method: "POST", headers, body: text, redirect: "error", signal });
        if (answer.ok) return;
        debug("%s answered %d", endpoint, answer.status);
      } catch (error) {
        debug("%s: %s", endpoint, (error as Error).message);
      }
    }
    if (subscription && message) await this.#bury(subscription, message);
  }

  /** A message that could not be delivered goes to the subscription's dead-letter queue, if it has one. */
  async #bury({ attributes, topicArn, arn }: Subscription, message: Message): Promise<void> {
    if (!attributes.RedrivePolicy) return;
    try {
      const { deadLetterTargetArn = "" } = JSON.parse(attributes.RedrivePolicy) as { deadLetterTargetArn?: string };
      const QueueUrl = queueUrl(this.#cloud, deadLetterTargetArn);
      const buried = queued(deadLetterTargetArn, attributes, message, this.#links(arn));
      const as = servicePrincipal("sns.amazonaws.com", topicArn);
      await patiently(() => this.#cloud.call("sqs", "SendMessage", { QueueUrl, ...buried }, as));
    } catch (error) {
      debug("%s: dead letter: %s", arn, (error as Error).message);
    }
  }

  /** A text message is kept among the mails. */
  text(to: string, body: string): void {
    deliverMail(this.#cloud.accountStore, { from: "AWS Notifications", to, subject: "SMS", body });
  }

  #sender(topicArn: string) {
    const { DisplayName } = this.#records.topics.get(topicArn)?.attributes ?? {};
    return { from: `${DisplayName || "AWS Notifications"} <no-reply@sns.amazonaws.com>` };
  }

  #links(subscriptionArn: string): Links {
    return {
      certificate: `https://sns.${this.#cloud.region}.amazonaws.com/SimpleNotificationService-local.pem`,
      unsubscribe: `${this.#cloud.origin}/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`,
    };
  }
}

/** A message as a queue gets it: groups are of FIFO queues alone. */
function queued(queueArn: string, attributes: Subscription["attributes"], message: Message, links: Links) {
  const raw = attributes.RawMessageDelivery === "true";
  const isFifo = queueArn.endsWith(".fifo");
  return {
    MessageBody: raw ? message.text("sqs") : JSON.stringify(notification(message, "sqs", links)),
    ...(raw && { MessageAttributes: message.attributes }),
    ...(isFifo && message.group && { MessageGroupId: message.group }),
    ...(isFifo && message.deduplication && { MessageDeduplicationId: message.deduplication }),
  };
}
