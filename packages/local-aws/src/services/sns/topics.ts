import { conditionFault } from "../../authorization/validate.ts";
import { parseJson } from "../../jsonText.ts";
import { type Permission, policyOf, withoutPermission, withPermission } from "../../kit/permissions.ts";
import { tagList, tagMap, withoutTags } from "../../kit/tags.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { AwsError, type Call, type Cloud } from "../../service.ts";
import { defaultPolicy, feedbackRoles, topicAccess } from "./policy.ts";
import { invalid, pageOf, type Records, type Topic } from "./records.ts";

/** https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
const settable = new Set([
  ...["ArchivePolicy", "ContentBasedDeduplication", "DataProtectionPolicy", "DeliveryPolicy", "DisplayName"],
  ...["FifoThroughputScope", "FifoTopic", "KmsMasterKeyId", "Policy", "SignatureVersion", "TracingConfig"],
]);
const feedback =
  /^(HTTP|Firehose|Lambda|Application|SQS)(SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn)$/;

export function topicOperations(cloud: Cloud, records: Records): Operations<"sns"> {
  const arnOf = (name: string) => `arn:aws:sns:${cloud.region}:${cloud.accountId}:${name}`;
  const on = (operation: string) => (input: { TopicArn?: string; ResourceArn?: string }, call: Call) => {
    const arn = input.TopicArn ?? input.ResourceArn ?? "";
    return [topicAccess(operation, arn, records.topics.get(arn), call)];
  };
  const save = (topic: Topic) => records.topics.put(topic.arn, topic);
  const setAttribute = (topic: Topic, name: string, value: string): Topic => {
    const attributes = { ...topic.attributes, [name]: value };
    // Removing the policy restores the default one.
    if (value === "" && (name === "Policy" || name === "KmsMasterKeyId" || name === "DeliveryPolicy"))
      delete attributes[name];
    return { ...topic, attributes };
  };

  const CreateTopic: OperationOf<"sns", "CreateTopic"> = {
    access: ({ Name = "", Attributes = {} }, call) => [
      topicAccess("CreateTopic", arnOf(Name), undefined, call),
      ...feedbackRoles(Attributes),
    ],
    run({ Name = "", Attributes = {}, Tags = [] }) {
      const isFifo = Attributes.FifoTopic === "true";
      checkName(Name, isFifo);
      for (const [name, value] of Object.entries(Attributes)) checkAttribute(name, value, Name.endsWith(".fifo"));
      const arn = arnOf(Name);
      const tags = tagMap(Tags);
      // A topic that is no FIFO topic does not have the attribute at all.
      const { FifoTopic: _, ...given } = Attributes;
      const attributes = isFifo ? { ContentBasedDeduplication: "false", ...Attributes } : given;
      const existing = records.topics.get(arn);
      if (!existing) {
        save({ arn, name: Name, attributes, tags });
        return { TopicArn: arn };
      }
      for (const [name, value] of Object.entries(isFifo ? Attributes : given)) {
        if (existing.attributes[name] !== value) {
          throw invalid("Attributes Reason: Topic already exists with different attributes");
        }
      }
      for (const [key, value] of Object.entries(tags)) {
        if (existing.tags[key] !== value) throw invalid("Tags Reason: Topic already exists with different tags");
      }
      return { TopicArn: arn };
    },
  };

  const DeleteTopic: OperationOf<"sns", "DeleteTopic"> = {
    access: on("DeleteTopic"),
    run({ TopicArn = "" }) {
      for (const { arn } of records.of(TopicArn)) records.subscriptions.delete(arn);
      records.topics.delete(TopicArn);
      return {};
    },
  };

  const ListTopics: OperationOf<"sns", "ListTopics"> = {
    access: () => [{ action: "sns:ListTopics", resource: "*" }],
    run(input) {
      const { items, paging } = pageOf(records.topics.values(), input);
      return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), ...paging };
    },
  };

  const GetTopicAttributes: OperationOf<"sns", "GetTopicAttributes"> = {
    access: on("GetTopicAttributes"),
    run({ TopicArn }) {
      const topic = records.topic(TopicArn);
      const all = records.of(topic.arn);
      const pending = all.filter(({ token }) => token).length;
      return {
        Attributes: {
          DisplayName: "",
          Policy: defaultPolicy(topic.arn),
          ...topic.attributes,
          TopicArn: topic.arn,
          Owner: cloud.accountId,
          SubscriptionsConfirmed: String(all.length - pending),
          SubscriptionsPending: String(pending),
          SubscriptionsDeleted: "0",
        },
      };
    },
  };

  const SetTopicAttributes: OperationOf<"sns", "SetTopicAttributes"> = {
    access: (input, call) => [
      ...on("SetTopicAttributes")(input, call),
      ...feedbackRoles({ [input.AttributeName ?? ""]: input.AttributeValue ?? "" }),
    ],
    run({ TopicArn, AttributeName = "", AttributeValue = "" }) {
      const topic = records.topic(TopicArn);
      // What a topic is it stays.
      if (AttributeName === "FifoTopic") throw invalid("AttributeName");
      checkAttribute(AttributeName, AttributeValue, topic.name.endsWith(".fifo"));
      save(setAttribute(topic, AttributeName, AttributeValue));
      return {};
    },
  };

  const TagResource: OperationOf<"sns", "TagResource"> = {
    access: on("TagResource"),
    run({ ResourceArn, Tags = [] }) {
      const topic = taggable(records, ResourceArn);
      save({
        ...topic,
        tags: { ...topic.tags, ...tagMap(Tags) },
      });
      return {};
    },
  };

  const UntagResource: OperationOf<"sns", "UntagResource"> = {
    access: on("UntagResource"),
    run({ ResourceArn, TagKeys = [] }) {
      const topic = taggable(records, ResourceArn);
      save({
        ...topic,
        tags: withoutTags(topic.tags, TagKeys),
      });
      return {};
    },
  };

  const ListTagsForResource: OperationOf<"sns", "ListTagsForResource"> = {
    access: on("ListTagsForResource"),
    run({ ResourceArn }) {
      return { Tags: tagList(taggable(records, ResourceArn).tags) };
    },
  };

  const AddPermission: OperationOf<"sns", "AddPermission"> = {
    access: on("AddPermission"),
    run({ TopicArn, Label = "", AWSAccountId: AWSAccountIds = [], ActionName: Actions = [] }) {
      const topic = records.topic(TopicArn);
      checkActions(Actions);
      const permission: Permission = { Label, AWSAccountIds, Actions };
      const before = topic.attributes.Policy ?? defaultPolicy(topic.arn);
      if ([policyOf(before)?.Statement ?? []].flat().some(({ Sid }) => Sid === Label))
        throw invalid("Statement already exists");
      save(setAttribute(topic, "Policy", withPermission(before, "SNS", topic.arn, permission)));
      return {};
    },
  };

  const RemovePermission: OperationOf<"sns", "RemovePermission"> = {
    access: on("RemovePermission"),
    run({ TopicArn, Label = "" }) {
      const topic = records.topic(TopicArn);
      save(setAttribute(topic, "Policy", withoutPermission(topic.attributes.Policy, Label)));
      return {};
    },
  };

  const GetDataProtectionPolicy: OperationOf<"sns", "GetDataProtectionPolicy"> = {
    access: on("GetDataProtectionPolicy"),
    run({ ResourceArn }) {
      const { dataProtection } = records.topic(ResourceArn);
      return { ...(dataProtection !== undefined && { DataProtectionPolicy: dataProtection }) };
    },
  };

  const PutDataProtectionPolicy: OperationOf<"sns", "PutDataProtectionPolicy"> = {
    access: on("PutDataProtectionPolicy"),
    run({ ResourceArn, DataProtectionPolicy }) {
      const { dataProtection: _, ...topic } = records.topic(ResourceArn);
      if (DataProtectionPolicy !== "" && !isObject(DataProtectionPolicy)) throw invalid("DataProtectionPolicy");
      save({ ...topic, ...(DataProtectionPolicy !== "" && { dataProtection: DataProtectionPolicy }) });
      return {};
    },
  };

  return {
    CreateTopic,
    DeleteTopic,
    ListTopics,
    GetTopicAttributes,
    SetTopicAttributes,
    TagResource,
    UntagResource,
    ListTagsForResource,
    AddPermission,
    RemovePermission,
    GetDataProtectionPolicy,
    PutDataProtectionPolicy,
  };
}

/** Actions that a topic's policy may allow to another account. */
const grantable = new Set([
  ...["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic"],
  ...["Subscribe", "ListSubscriptionsByTopic", "Publish", "Receive", "*"],
]);

function checkActions(actions: string[]): void {
  if (!actions.every((action) => grantable.has(action))) throw invalid("Policy statement action out of service scope!");
}

function isObject(text: string): boolean {
  try {
    const read = parseJson(text);
    return typeof read === "object" && read !== null && !Array.isArray(read);
  } catch {
    return false;
  }
}

function taggable(records: Records, arn = ""): Topic {
  const topic = records.topics.get(arn);
  if (!topic) throw new AwsError("ResourceNotFoundException", "Resource does not exist", 404);
  return topic;
}

function checkName(name: string, isFifo: boolean): void {
  const reason =
    "Topic Name must be 1 to 256 characters: letters, digits, hyphens and underscores; a FIFO topic's ends with .fifo";
  if (name.length > 256 || !/^[\w-]+(\.fifo)?$/.test(name) || name.endsWith(".fifo") !== isFifo) throw invalid(reason);
}

function checkAttribute(name: string, value: string, isFifo: boolean): void {
  if (!settable.has(name) && !feedback.test(name)) throw invalid("AttributeName");
  if (name === "ContentBasedDeduplication" && !isFifo)
    throw invalid("Content-based deduplication can only be set for FIFO topics");
  if (name === "DisplayName" && value.length > 100) throw invalid("DisplayName");
  if (name !== "Policy" || value === "") return;
  let fault: string | undefined;
  try {
    const statements = [policyOf(value)?.Statement ?? []].flat();
    if (
      statements.length > 0 &&
      statements.every(({ Effect, Principal, NotPrincipal }) => Effect && (Principal || NotPrincipal))
    ) {
      fault = conditionFault(statements);
      if (!fault) return;
    }
  } catch {
    // Reported below.
  }
  throw invalid(`Policy Error: ${fault ?? "it must be JSON with statements that each have an Effect and a Principal"}`);
}
