/** Rules that say which requests are traced, groups of traces, and encryption. */
import { randomBytes } from "node:crypto";
import type { EncryptionConfig, InsightsConfiguration, SamplingRule, SamplingRuleRecord } from "@aws-sdk/client-xray";
import { page } from "../../kit/page.ts";
import { type Tags, tagList, tagMap, withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError, type Cloud } from "../../service.ts";
import { compileFilter } from "./filter.ts";

interface KeptRule {
  rule: SamplingRule & { RuleName: string; RuleARN: string };
  /** Milliseconds since 1970. */
  created: number;
  modified: number;
  tags: Tags;
}

interface KeptGroup {
  GroupName: string;
  GroupARN: string;
  FilterExpression?: string;
  InsightsConfiguration: InsightsConfiguration;
  tags: Tags;
}

export const invalid = (message: string): AwsError => new AwsError("InvalidRequestException", message, 400);
const missing = (message: string): AwsError => new AwsError("ResourceNotFoundException", message, 404);

/** For whom no other rule is: one request a second, and five of a hundred beyond. */
const defaults = {
  ...{ ResourceARN: "*", Priority: 10_000, FixedRate: 0.05, ReservoirSize: 1, ServiceName: "*", ServiceType: "*" },
  ...{ Host: "*", HTTPMethod: "*", URLPath: "*", Version: 1, Attributes: {} },
};

export function settingOperations(cloud: Cloud): Operations<"xray"> {
  const { store, region, accountId } = cloud;
  const rules = store.collection<KeptRule>("xray.rules");
  const groups = store.collection<KeptGroup>("xray.groups");
  const settings = store.collection<EncryptionConfig>("xray.settings");
  const prefix = `arn:aws:xray:${region}:${accountId}:`;
  const anything = (action: string) => () => [{ action: `xray:${action}`, resource: "*" }];
  const on = (action: string, resource: string): Access[] => [{ action: `xray:${action}`, resource }];
  const ruleArn = (name = "") => `${prefix}sampling-rule/${name}`;

  const defaultRule = (): KeptRule => {
    const rule = { ...defaults, RuleName: "Default", RuleARN: ruleArn("Default") };
    return rules.get("Default") ?? { rule, created: 0, modified: 0, tags: {} };
  };
  const allRules = () => [...rules.values().filter(({ rule }) => rule.RuleName !== "Default"), defaultRule()];
  const ruleOf = (name: string | undefined, arn: string | undefined): KeptRule => {
    const found = allRules().find(({ rule }) => rule.RuleName === name || rule.RuleARN === arn);
    if (found) return found;
    throw invalid(`Sampling rule not found: ${name ?? arn}`);
  };
  const record = ({ rule, created, modified }: KeptRule): SamplingRuleRecord => ({
    ...{ SamplingRule: rule, CreatedAt: new Date(created), ModifiedAt: new Date(modified) },
  });
  const groupOf = (name: string | undefined, arn: string | undefined): KeptGroup => {
    const found = groups.values().find(({ GroupName, GroupARN }) => GroupName === name || GroupARN === arn);
    if (found) return found;
    throw invalid(`Group not found: ${name ?? arn}`);
  };
  const groupArn = (name: string | undefined, arn: string | undefined) =>
    groups.values().find(({ GroupName, GroupARN }) => GroupName === name || GroupARN === arn)?.GroupARN ??
    arn ??
    `${prefix}group/${name}/*`;
  const shownGroup = ({ tags: _, ...group }: KeptGroup) => group;
  /** What has tags, and how they are changed. */
  const taggedBy = (arn: string): { tags: Tags; put(tags: Tags): void } => {
    const rule = rules.values().find((one) => one.rule.RuleARN === arn);
    if (rule) return { tags: rule.tags, put: (tags) => rules.put(rule.rule.RuleName, { ...rule, tags }) };
    const group = groups.values().find(({ GroupARN }) => GroupARN === arn);
    if (group) return { tags: group.tags, put: (tags) => groups.put(group.GroupName, { ...group, tags }) };
    throw missing(`Resource not found: ${arn}`);
  };

  return {
    GetSamplingRules: {
      access: anything("GetSamplingRules"),
      run(paging) {
        const key = ({ rule }: KeptRule) => [rule.Priority ?? 0, rule.RuleName];
        const { items, next } = page(allRules(), paging, key, { invalid: () => invalid("Invalid NextToken") });
        return { SamplingRuleRecords: items.map(record), ...(next !== undefined && { NextToken: next }) };
      },
    },
    CreateSamplingRule: {
      access: ({ SamplingRule }) => on("CreateSamplingRule", ruleArn(SamplingRule?.RuleName)),
      run({ SamplingRule: given, Tags }) {
        const { RuleName = "" } = given;
        if (!/^[\w.:/=+\-@]{1,32}$/.test(RuleName))
          throw invalid(`RuleName must have 1 to 32 characters, it is '${RuleName}'`);
        checkRule(given);
        if (allRules().some(({ rule }) => rule.RuleName === RuleName))
          throw invalid(`Sampling rule already exists: ${RuleName}`);
        const now = Date.now();
        const rule = { Attributes: {}, ...given, RuleName, RuleARN: ruleArn(RuleName) };
        const made: KeptRule = { rule, created: now, modified: now, tags: tagMap(Tags) };
        rules.put(RuleName, made);
        return { SamplingRuleRecord: record(made) };
      },
    },
    UpdateSamplingRule: {
      access: ({ SamplingRuleUpdate: given }) => on("UpdateSamplingRule", given?.RuleARN ?? ruleArn(given?.RuleName)),
      run({ SamplingRuleUpdate: { RuleName, RuleARN, ...update } }) {
        const found = ruleOf(RuleName, RuleARN);
        const given = Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined));
        const changed = { ...found, rule: { ...found.rule, ...given }, modified: Date.now() };
        checkRule(changed.rule);
        rules.put(changed.rule.RuleName, changed);
        return { SamplingRuleRecord: record(changed) };
      },
    },
    DeleteSamplingRule: {
      access: ({ RuleName, RuleARN }) => on("DeleteSamplingRule", RuleARN ?? ruleArn(RuleName)),
      run({ RuleName, RuleARN }) {
        const found = ruleOf(RuleName, RuleARN);
        if (found.rule.RuleName === "Default") throw invalid("The default sampling rule cannot be deleted");
        rules.delete(found.rule.RuleName);
        return { SamplingRuleRecord: record(found) };
      },
    },
    GetSamplingTargets: {
      access: anything("GetSamplingTargets"),
      run({ SamplingStatisticsDocuments }) {
        const asked = SamplingStatisticsDocuments.map(({ RuleName = "" }) => RuleName);
        const known = allRules().filter(({ rule }) => asked.includes(rule.RuleName));
        return {
          SamplingTargetDocuments: known.map(({ rule }) => ({
            RuleName: rule.RuleName,
            FixedRate: rule.FixedRate,
            ReservoirQuota: rule.ReservoirSize,
            ReservoirQuotaTTL: new Date(Date.now() + 10_000),
            Interval: 10,
          })),
          LastRuleModification: new Date(Math.max(...allRules().map(({ modified }) => modified))),
          UnprocessedStatistics: asked
            .filter((name) => !known.some(({ rule }) => rule.RuleName === name))
            .map((RuleName) => ({ RuleName, ErrorCode: "400", Message: "Unknown rule" })),
        };
      },
    },

    CreateGroup: {
      access: ({ GroupName }) => on("CreateGroup", `${prefix}group/${GroupName}/*`),
      run({ GroupName, FilterExpression, InsightsConfiguration: insights, Tags }) {
        if (!/^[\w-]{1,32}$/.test(GroupName))
          throw invalid(`GroupName must have 1 to 32 letters, digits, _ and -, it is '${GroupName}'`);
        if (groups.has(GroupName)) throw invalid(`Group already exists: ${GroupName}`);
        if (FilterExpression) compileFilter(FilterExpression);
        const made: KeptGroup = {
          GroupName,
          GroupARN: `${prefix}group/${GroupName}/${randomBytes(16).toString("hex").toUpperCase()}`,
          ...(FilterExpression !== undefined && { FilterExpression }),
          InsightsConfiguration: { InsightsEnabled: false, NotificationsEnabled: false, ...insights },
          tags: tagMap(Tags),
        };
        groups.put(GroupName, made);
        return { Group: shownGroup(made) };
      },
    },
    GetGroup: {
      access: ({ GroupName, GroupARN }) => on("GetGroup", groupArn(GroupName, GroupARN)),
      run: ({ GroupName, GroupARN }) => ({ Group: shownGroup(groupOf(GroupName, GroupARN)) }),
    },
    GetGroups: {
      access: anything("GetGroups"),
      run(paging) {
        const key = ({ GroupName }: KeptGroup) => GroupName;
        const { items, next } = page(groups.values(), paging, key, { invalid: () => invalid("Invalid NextToken") });
        return { Groups: items.map(shownGroup), ...(next !== undefined && { NextToken: next }) };
      },
    },
    UpdateGroup: {
      access: ({ GroupName, GroupARN }) => on("UpdateGroup", groupArn(GroupName, GroupARN)),
      run({ GroupName, GroupARN, FilterExpression, InsightsConfiguration: insights }) {
        const found = groupOf(GroupName, GroupARN);
        if (FilterExpression) compileFilter(FilterExpression);
        const changed = {
          ...found,
          ...(FilterExpression !== undefined && { FilterExpression }),
          InsightsConfiguration: { ...found.InsightsConfiguration, ...insights },
        };
        groups.put(found.GroupName, changed);
        return { Group: shownGroup(changed) };
      },
    },
    DeleteGroup: {
      access: ({ GroupName, GroupARN }) => on("DeleteGroup", groupArn(GroupName, GroupARN)),
      run({ GroupName, GroupARN }) {
        groups.delete(groupOf(GroupName, GroupARN).GroupName);
        return {};
      },
    },

    GetEncryptionConfig: {
      access: anything("GetEncryptionConfig"),
      run: () => ({ EncryptionConfig: settings.get("encryption") ?? { Status: "ACTIVE", Type: "NONE" } }),
    },
    PutEncryptionConfig: {
      access: anything("PutEncryptionConfig"),
      run({ Type, KeyId }) {
        if (Type !== "NONE" && Type !== "KMS") throw invalid(`Type must be NONE or KMS, it is ${Type}`);
        if ((Type === "KMS") !== (KeyId !== undefined))
          throw invalid("KeyId must be given with type KMS, and with no other");
        const EncryptionConfig: EncryptionConfig = { Status: "ACTIVE", Type, ...(KeyId !== undefined && { KeyId }) };
        settings.put("encryption", EncryptionConfig);
        return { EncryptionConfig };
      },
    },

    ListTagsForResource: {
      access: ({ ResourceARN }) => on("ListTagsForResource", ResourceARN),
      run: ({ ResourceARN }) => ({ Tags: tagList(taggedBy(ResourceARN).tags) }),
    },
    TagResource: {
      access: ({ ResourceARN }) => on("TagResource", ResourceARN),
      run({ ResourceARN, Tags }) {
        const { tags, put } = taggedBy(ResourceARN);
        const all = { ...tags, ...tagMap(Tags) };
        if (Object.keys(all).length > 50)
          throw new AwsError("TooManyTagsException", "A resource can have at most 50 tags");
        put(all);
        return {};
      },
    },
    UntagResource: {
      access: ({ ResourceARN }) => on("UntagResource", ResourceARN),
      run({ ResourceARN, TagKeys }) {
        const { tags, put } = taggedBy(ResourceARN);
        put(withoutTags(tags, TagKeys));
        return {};
      },
    },
  };
}

function checkRule({ Priority = 0, FixedRate = -1, ReservoirSize = -1, Version }: SamplingRule): void {
  if (!(Priority >= 1 && Priority <= 10_000)) throw invalid(`Priority must be between 1 and 9999, it is ${Priority}`);
  if (!(FixedRate >= 0 && FixedRate <= 1)) throw invalid(`FixedRate must be between 0 and 1, it is ${FixedRate}`);
  if (!(ReservoirSize >= 0)) throw invalid(`ReservoirSize must be at least 0, it is ${ReservoirSize}`);
  if (Version !== 1) throw invalid(`Version must be 1, it is ${Version}`);
}
