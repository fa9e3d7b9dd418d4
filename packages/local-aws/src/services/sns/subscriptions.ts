/** Operations of subscriptions. */

import { randomBytes, randomUUID } from "node:crypto";
import { parseJson } from "../../jsonText.ts";
import { isOnThisMachine } from "../../kit/thisMachine.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { AwsError, type Call, type Cloud } from "../../service.ts";
import type { Delivery } from "./delivery.ts";
import { checkFilterPolicy } from "./filter.ts";
import { topicAccess } from "./policy.ts";
import { invalid, type Protocol, pageOf, type Records, type Subscription } from "./records.ts";
import { isPhone } from "./sms.ts";

/** https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html */
const settable = new Set([
  ...["DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy"],
  ...["ReplayPolicy", "SubscriptionRoleArn"],
]);
/** Protocols whose endpoints need not confirm. */
const own: Protocol[] = ["sqs", "lambda", "sms", "application"];
const pending = "PendingConfirmation";
/** Two days. */
const tokenLifetime = 2 * 24 * 3600 * 1000;

export function subscriptionOperations(cloud: Cloud, records: Records, delivery: Delivery): Operations<"sns"> {
  const on =
    (operation: string) =>
    (
      { TopicArn = "", Protocol = "", Endpoint = "" }: { TopicArn?: string; Protocol?: string; Endpoint?: string },
      call: Call,
    ) => [
      topicAccess(operation, TopicArn, records.topics.get(TopicArn), call, {
        ...(Protocol && { "sns:Protocol": Protocol }),
        ...(Endpoint && { "sns:Endpoint": Endpoint }),
      }),
    ];
  const anyTopic = (operation: string) => () => [{ action: `sns:${operation}`, resource: "*" }];
  const save = (subscription: Subscription) => records.subscriptions.put(subscription.arn, subscription);
  const shown = ({ arn, topicArn, protocol, endpoint, token }: Subscription) => ({
    SubscriptionArn: token ? pending : arn,
    Owner: cloud.accountId,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topicArn,
  });

  const Subscribe: OperationOf<"sns", "Subscribe"> = {
    access: on("Subscribe"),
    async run({ TopicArn, Protocol = "", Endpoint = "", Attributes = {}, ReturnSubscriptionArn }) {
      const topic = records.topic(TopicArn);
      const protocol = checkEndpoint(Protocol, Endpoint, topic.name.endsWith(".fifo"));
      if (protocol === "application" && !records.endpoints.has(Endpoint))
        throw invalid("Endpoint Reason: Endpoint does not exist for endpoint arn");
      const where = "Attributes Reason: ";
      for (const [name, value] of Object.entries(Attributes))
        checkAttribute(name, value, { protocol, scope: Attributes.FilterPolicyScope, where });
      const answer = ({ arn, token }: Subscription) => ({
        SubscriptionArn: token && !ReturnSubscriptionArn ? "pending confirmation" : arn,
      });
      const existing = records.of(topic.arn).find((one) => one.protocol === protocol && one.endpoint === Endpoint);
      if (existing) {
        for (const [name, value] of Object.entries(Attributes)) {
          if (existing.attributes[name] !== value) {
            throw invalid("Attributes Reason: Subscription already exists with different attributes");
          }
        }
        if (existing.token) await delivery.askToConfirm(existing);
        return answer(existing);
      }
      const subscription: Subscription = {
        arn: `${topic.arn}:${randomUUID()}`,
        topicArn: topic.arn,
        protocol,
        endpoint: Endpoint,
        attributes: { ...Attributes },
        created: Date.now(),
        // Endpoints outside AWS must confirm first.
        ...(!own.includes(protocol) && { token: randomBytes(128).toString("hex") }),
      };
      save(subscription);
      if (subscription.token) await delivery.askToConfirm(subscription);
      return answer(subscription);
    },
  };

  const ConfirmSubscription: OperationOf<"sns", "ConfirmSubscription"> = {
    // Anyone with the token may: it was sent to the endpoint only.
    access: () => [],
    run({ TopicArn, Token, AuthenticateOnUnsubscribe }, { principal }) {
      if (!/^[\da-f]+$/.test(Token)) throw new AwsError("InvalidParameterException", "Invalid token", 400);
      const found = records
        .of(TopicArn)
        .find(({ token, attributes }) => Token && (token === Token || attributes.ConfirmedBy === Token));
      if (!found || (found.token && Date.now() - found.created > tokenLifetime)) throw invalid("Token");
      const { token: _, ...confirmed } = found;
      const authenticate = AuthenticateOnUnsubscribe === "true" && principal.kind !== "anonymous";
      const ConfirmationWasAuthenticated = String(authenticate);
      save({
        ...confirmed,
        attributes: { ...found.attributes, ConfirmedBy: Token as string, ConfirmationWasAuthenticated },
      });
      return { SubscriptionArn: found.arn };
    },
  };

  const Unsubscribe: OperationOf<"sns", "Unsubscribe"> = {
    access({ SubscriptionArn = "" }, { principal }) {
      const subscription = records.subscriptions.get(SubscriptionArn);
      // The link in each message needs no signature, unless the confirmation required one.
      const byLink = principal.kind === "anonymous" && subscription?.attributes.ConfirmationWasAuthenticated !== "true";
      return byLink ? [] : [{ action: "sns:Unsubscribe", resource: "*" }];
    },
    run({ SubscriptionArn = "" }) {
      if (!SubscriptionArn.startsWith("arn:"))
        throw invalid("SubscriptionArn Reason: An ARN must have at least 6 elements");
      records.subscriptions.delete(SubscriptionArn);
      return {};
    },
  };

  const GetSubscriptionAttributes: OperationOf<"sns", "GetSubscriptionAttributes"> = {
    access: anyTopic("GetSubscriptionAttributes"),
    run({ SubscriptionArn }) {
      const { attributes, ...found } = records.subscription(SubscriptionArn);
      const { ConfirmedBy: _, FilterPolicyScope = "MessageAttributes", ...own } = attributes;
      return {
        Attributes: {
          RawMessageDelivery: "false",
          ConfirmationWasAuthenticated: String(!found.token),
          ...(own.FilterPolicy && { FilterPolicyScope }),
          ...own,
          SubscriptionArn: found.arn,
          TopicArn: found.topicArn,
          Protocol: found.protocol,
          Endpoint: found.endpoint,
          Owner: cloud.accountId,
          PendingConfirmation: String(found.token !== undefined),
          SubscriptionPrincipal: `arn:aws:iam::${cloud.accountId}:root`,
        },
      };
    },
  };

  const SetSubscriptionAttributes: OperationOf<"sns", "SetSubscriptionAttributes"> = {
    access: anyTopic("SetSubscriptionAttributes"),
    run({ SubscriptionArn, AttributeName = "", AttributeValue = "" }) {
      const subscription = records.subscription(SubscriptionArn);
      const { protocol, attributes: now } = subscription;
      checkAttribute(AttributeName, AttributeValue, { protocol, scope: now.FilterPolicyScope });
      const attributes = { ...subscription.attributes, [AttributeName]: AttributeValue };
      if (AttributeValue === "") delete attributes[AttributeName];
      save({ ...subscription, attributes });
      return {};
    },
  };

  const ListSubscriptions: OperationOf<"sns", "ListSubscriptions"> = {
    access: anyTopic("ListSubscriptions"),
    run(input) {
      const { items, paging } = pageOf(records.subscriptions.values(), input);
      return { Subscriptions: items.map(shown), ...paging };
    },
  };

  const ListSubscriptionsByTopic: OperationOf<"sns", "ListSubscriptionsByTopic"> = {
    access: on("ListSubscriptionsByTopic"),
    run(input) {
      const { items, paging } = pageOf(records.of(records.topic(input.TopicArn).arn), input);
      return { Subscriptions: items.map(shown), ...paging };
    },
  };

  return {
    Subscribe,
    ConfirmSubscription,
    Unsubscribe,
    GetSubscriptionAttributes,
    SetSubscriptionAttributes,
    ListSubscriptions,
    ListSubscriptionsByTopic,
  };
}

/** @throws AwsError `InvalidParameterException` */
function checkEndpoint(protocol: string, endpoint: string, isFifo: boolean): Protocol {
  switch (protocol) {
    case "sqs":
    case "lambda":
      if (!endpoint.startsWith(`arn:aws:${protocol}:`)) throw invalid(`${protocol.toUpperCase()} endpoint ARN`);
      if (isFifo && protocol === "lambda") throw invalid("Invalid protocol type: lambda, of a FIFO topic");
      return protocol;
    case "email":
    case "email-json":
      if (!/^[^\s@]+@[^\s@]+$/.test(endpoint)) throw invalid("Email address");
      return protocol;
    case "sms":
      if (!isPhone(endpoint)) throw new AwsError("InvalidParameterException", `Invalid SMS endpoint: ${endpoint}`, 400);
      return protocol;
    case "application":
      if (!/^arn:aws:sns:[^:]*:\d{12}:endpoint\//.test(endpoint)) throw invalid("Application endpoint arn invalid");
      return protocol;
    case "http":
    case "https":
      checkWeb(protocol, endpoint);
      return protocol;
    default:
      throw invalid(
        `The local cloud does not deliver over the protocol ${protocol || "(none)"}; it has sqs, lambda, email, email-json, http, https, sms and application`,
      );
  }
}

/** Messages never leave this machine. */
function checkWeb(protocol: string, endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== `${protocol}:`) throw invalid("Endpoint must match the specified protocol");
  if (!isOnThisMachine(endpoint)) {
    throw invalid(
      `Endpoint ${endpoint} is not on this machine; the local cloud delivers to 127.0.0.1 and localhost only`,
    );
  }
}

function checkAttribute(
  name: string,
  value: string,
  { protocol, scope, where }: { protocol: Protocol; scope?: string | undefined; where?: string },
): void {
  if (!settable.has(name)) throw invalid("AttributeName");
  if (name === "FilterPolicy") checkFilterPolicy(value, scope, where);
  if (name === "FilterPolicyScope" && value !== "" && value !== "MessageAttributes" && value !== "MessageBody") {
    throw invalid(`FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`);
  }
  if (name === "RawMessageDelivery") {
    if (!/^(true|false)$/i.test(value))
      throw invalid(`RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
    if (value === "true" && !["sqs", "http", "https"].includes(protocol)) {
      throw invalid(`RawMessageDelivery: Delivery protocol [${protocol}] does not support raw message delivery.`);
    }
  }
  if (name !== "RedrivePolicy" || value === "") return;
  let target: unknown;
  try {
    target = (parseJson(value) as { deadLetterTargetArn?: unknown }).deadLetterTargetArn;
  } catch (error) {
    throw invalid(`RedrivePolicy: failed to parse JSON. ${(error as Error).message}`);
  }
  if (!String(target).startsWith("arn:aws:sqs:")) throw invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn");
}
