/** Tags of groups, and resource policies. */
import { randomBytes } from "node:crypto";
import type { DeleteResourcePolicyCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { conditionFault } from "../../authorization/validate.ts";
import { parseJson } from "../../jsonText.ts";
import { withoutTags } from "../../kit/tags.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { AwsError, type PolicyDocument, type PolicyStatement } from "../../service.ts";
import { invalid, notFound } from "./errors.ts";
import { type GroupRecord, groupOfArn, type LogGroups, pageOf, type ResourcePolicyRecord } from "./groups.ts";

export function tagOperations(logs: LogGroups): Operations<"logs"> {
  const onGroup = (action: string) => (input: { resourceArn?: string }) => [
    { action: `logs:${action}`, resource: logs.arn(groupOfArn(input.resourceArn ?? "")) },
  ];

  function retag(resourceArn: string | undefined, change: (group: GroupRecord) => Record<string, string>): object {
    const group = logs.group(groupOfArn(resourceArn ?? ""));
    const tags = change(group);
    if (Object.keys(tags).length > 50) {
      throw new AwsError("TooManyTagsException", "A log group may have at most 50 tags.", 400);
    }
    logs.groups.put(group.name, { ...group, tags });
    return {};
  }

  const TagResource: OperationOf<"logs", "TagResource"> = {
    access: onGroup("TagResource"),
    run: ({ resourceArn, tags: added = {} }) => retag(resourceArn, ({ tags }) => ({ ...tags, ...added })),
  };

  const UntagResource: OperationOf<"logs", "UntagResource"> = {
    access: onGroup("UntagResource"),
    run: ({ resourceArn, tagKeys = [] }) => retag(resourceArn, ({ tags }) => withoutTags(tags, tagKeys)),
  };

  const ListTagsForResource: OperationOf<"logs", "ListTagsForResource"> = {
    access: onGroup("ListTagsForResource"),
    run: ({ resourceArn }) => ({ tags: logs.group(groupOfArn(resourceArn ?? "")).tags }),
  };

  // The same by a group's name, as older clients ask.
  const byName = (action: string) => (input: { logGroupName: string }) => logs.access(action, input.logGroupName);
  const TagLogGroup: OperationOf<"logs", "TagLogGroup"> = {
    access: byName("TagLogGroup"),
    run: ({ logGroupName, tags: added }) => retag(logs.arn(logGroupName), ({ tags }) => ({ ...tags, ...added })),
  };

  const UntagLogGroup: OperationOf<"logs", "UntagLogGroup"> = {
    access: byName("UntagLogGroup"),
    run: ({ logGroupName, tags: keys }) => retag(logs.arn(logGroupName), ({ tags }) => withoutTags(tags, keys)),
  };

  const ListTagsLogGroup: OperationOf<"logs", "ListTagsLogGroup"> = {
    access: byName("ListTagsLogGroup"),
    run: ({ logGroupName }) => ({ tags: logs.group(logGroupName).tags }),
  };

  return { TagResource, UntagResource, ListTagsForResource, TagLogGroup, UntagLogGroup, ListTagsLogGroup };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html */
const maxPolicyCharacters = 5120;
/** Of an account in a region. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const maxPolicies = 10;

export function resourcePolicyOperations(logs: LogGroups): Operations<"logs"> {
  const anything = (action: string) => () => [{ action: `logs:${action}`, resource: "*" }];

  /** Which policy is meant: an account's by its name, a group's by the group, at the revision that the caller expects. */
  function existing({ policyName, resourceArn, expectedRevisionId }: DeleteResourcePolicyCommandInput) {
    if ((policyName === undefined) === (resourceArn === undefined)) {
      throw invalid("Exactly one of policyName and resourceArn must be given.");
    }
    const key = resourceArn === undefined ? policyName! : logs.arn(logs.group(groupOfArn(resourceArn)).name);
    const before = logs.policies.get(key);
    if (resourceArn !== undefined && before?.revisionId !== expectedRevisionId) {
      const message = `expectedRevisionId is ${expectedRevisionId ?? "not given"}; the policy's is ${before?.revisionId ?? "none"}.`;
      throw new AwsError("OperationAbortedException", message, 400);
    }
    return { key, before };
  }

  const PutResourcePolicy: OperationOf<"logs", "PutResourcePolicy"> = {
    access: anything("PutResourcePolicy"),
    run({ policyName, resourceArn, policyDocument = "", expectedRevisionId }) {
      const { key, before } = existing({ policyName, resourceArn, expectedRevisionId });
      if (policyDocument.length > maxPolicyCharacters) {
        throw invalid(
          `policyDocument has ${policyDocument.length} characters; at most ${maxPolicyCharacters} are allowed.`,
        );
      }
      let statements: PolicyStatement | PolicyStatement[] | undefined;
      try {
        statements = (parseJson(policyDocument) as PolicyDocument).Statement;
      } catch {
        // Reported below.
      }
      if (!statements) throw invalid("Resource policy document is invalid.");
      const fault = conditionFault(statements);
      if (fault) throw invalid(`Resource policy document is invalid. ${fault}`);
      const resourcePolicy: ResourcePolicyRecord = {
        ...(resourceArn === undefined
          ? { policyName, policyScope: "ACCOUNT" }
          : { resourceArn: key, policyScope: "RESOURCE", revisionId: randomBytes(16).toString("hex") }),
        policyDocument,
        lastUpdatedTime: Date.now(),
      };
      const ofAccount = logs.policies.values().filter((one) => one.resourceArn === undefined);
      if (!before && resourceArn === undefined && ofAccount.length >= maxPolicies) {
        throw new AwsError("LimitExceededException", "Resource limit exceeded.", 400);
      }
      logs.policies.put(key, resourcePolicy);
      logs.policiesChanged();
      const { revisionId } = resourcePolicy;
      return { resourcePolicy, ...(revisionId && { revisionId }) };
    },
  };

  const DescribeResourcePolicies: OperationOf<"logs", "DescribeResourcePolicies"> = {
    access: anything("DescribeResourcePolicies"),
    run(input) {
      const { items: resourcePolicies, paging } = pageOf(
        logs.policies
          .values()
          .filter(({ policyScope, resourceArn }) =>
            input.resourceArn === undefined
              ? policyScope === (input.policyScope ?? "ACCOUNT")
              : resourceArn === logs.arn(groupOfArn(input.resourceArn)),
          ),
        input,
        ({ policyName, resourceArn = "" }) => policyName ?? resourceArn,
      );
      const shown = resourcePolicies.map((one) => ({ ...one, policyDocument: asListed(one.policyDocument) }));
      return { resourcePolicies: shown, ...paging };
    },
  };

  const DeleteResourcePolicy: OperationOf<"logs", "DeleteResourcePolicy"> = {
    access: anything("DeleteResourcePolicy"),
    run(input) {
      if (!logs.policies.delete(existing(input).key)) throw notFound("resource policy");
      logs.policiesChanged();
      return {};
    },
  };

  return { PutResourcePolicy, DescribeResourcePolicies, DeleteResourcePolicy };
}

/** A document as it is listed: a list of one principal, action or resource is the one by itself. */
function asListed(document: string): string {
  const policy = JSON.parse(document) as PolicyDocument;
  const one = (value: unknown) => (Array.isArray(value) && value.length === 1 ? value[0] : value);
  const each = (value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, one(inner)]))
      : value;
  const listed = ["Action", "NotAction", "Resource", "NotResource"];
  const shown = ([key, value]: [string, unknown]) => [
    key,
    listed.includes(key) ? one(value) : /Principal$/.test(key) ? each(value) : value,
  ];
  const statement = (given: object) => Object.fromEntries(Object.entries(given).map(shown));
  const { Statement } = policy;
  return JSON.stringify({
    ...policy,
    Statement: Array.isArray(Statement) ? Statement.map(statement) : statement(Statement),
  });
}
