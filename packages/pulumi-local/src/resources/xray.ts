/** Which requests are traced, and groups of their traces. */
import type { Group, SamplingRule } from "@aws-sdk/client-xray";
import { byArn, capitalized, described, fromAws, toAws, uncapitalized } from "./described.ts";
import type { ServiceResources } from "./resourceType.ts";
import { tagList, tagMap } from "./tags.ts";

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/xray/${name}/`;

/** Inputs of a rule; AWS writes three of them with more capitals. */
const rule = [
  ...["attributes", "fixedRate", "host", "httpMethod", "priority", "reservoirSize", "resourceArn", "serviceName"],
  ...["serviceType", "urlPath", "version"],
];
const special: Record<string, string> = { httpMethod: "HTTPMethod", resourceArn: "ResourceARN", urlPath: "URLPath" };
const member = (name: string) => special[name] ?? `${name[0]!.toUpperCase()}${name.slice(1)}`;

export const xrayResources: ServiceResources = (cloud) => {
  const call = <Answer = unknown>(operation: string, input: object) => cloud.call<Answer>("xray", operation, input);
  const tagsOf = async (ResourceARN: unknown) =>
    tagMap((await call<{ Tags: { Key: string; Value: string }[] }>("ListTagsForResource", { ResourceARN })).Tags);
  const retag = byArn(call, "ResourceARN", "list");

  const group = described({
    type: "aws:xray/group:Group",
    docs: docs("group"),
    required: ["filterExpression", "groupName"],
    properties: ["filterExpression", "groupName", "insightsConfiguration"],
    mutable: ["filterExpression", "insightsConfiguration"],
    taggable: true,
    idOf: ({ groupName }) => String(groupName),
    async make(inputs) {
      const request = capitalized(inputs, ["filterExpression", "groupName"]);
      const InsightsConfiguration = toAws(inputs.insightsConfiguration);
      const input = { ...request, InsightsConfiguration, Tags: tagList(inputs.tagsAll) };
      return String((await call<{ Group: Group }>("CreateGroup", input)).Group.GroupARN);
    },
    async settle(GroupARN, before, after) {
      if (before.groupName === undefined) return;
      const InsightsConfiguration = toAws(after.insightsConfiguration);
      await call("UpdateGroup", { GroupARN, FilterExpression: after.filterExpression, InsightsConfiguration });
    },
    retag,
    async describe(id) {
      const named = id.startsWith("arn:") ? { GroupARN: id } : { GroupName: id };
      const answer = await found(call<{ Group: Group }>("GetGroup", named));
      if (!answer) return undefined;
      const { Group } = answer;
      const insights = fromAws(Group.InsightsConfiguration) as object | undefined;
      return {
        arn: Group.GroupARN,
        ...uncapitalized(Group, ["groupName", "filterExpression"]),
        insightsConfiguration: { insightsEnabled: false, notificationsEnabled: false, ...insights },
        tagsAll: await tagsOf(Group.GroupARN),
      };
    },
    remove: (GroupARN) => found(call("DeleteGroup", { GroupARN })),
  });

  const find = async (name: string): Promise<SamplingRule | undefined> => {
    type Answer = { SamplingRuleRecords: { SamplingRule: SamplingRule }[] };
    const { SamplingRuleRecords } = await call<Answer>("GetSamplingRules", {});
    return SamplingRuleRecords.map(({ SamplingRule }) => SamplingRule).find(({ RuleName }) => RuleName === name);
  };
  const samplingRule = described({
    type: "aws:xray/samplingRule:SamplingRule",
    docs: docs("samplingrule"),
    required: rule.filter((name) => name !== "attributes"),
    properties: rule,
    replaces: ["ruleName"],
    autoname: { property: "ruleName", max: 32 },
    taggable: true,
    async make(inputs) {
      const SamplingRule = { RuleName: inputs.ruleName, Version: 1, ...(toAws(pick(inputs), special) as object) };
      const Attributes = inputs.attributes;
      await call("CreateSamplingRule", {
        SamplingRule: { ...SamplingRule, ...(Attributes !== undefined && { Attributes }) },
        Tags: tagList(inputs.tagsAll),
      });
      return String(inputs.ruleName);
    },
    async settle(RuleName, before, after) {
      if (before.ruleName === undefined) return;
      const { version: _, ...update } = pick(after);
      const Attributes = after.attributes;
      const SamplingRuleUpdate = {
        RuleName,
        ...(toAws(update, special) as object),
        ...(Attributes ? { Attributes } : {}),
      };
      await call("UpdateSamplingRule", { SamplingRuleUpdate });
    },
    retag,
    async describe(name) {
      const own = await find(name);
      if (!own) return undefined;
      const known = rule.map((one) => [one, (own as object as Record<string, unknown>)[member(one)]]);
      return {
        ...Object.fromEntries(known),
        ruleName: name,
        arn: own.RuleARN,
        tagsAll: await tagsOf(own.RuleARN),
      };
    },
    remove: (RuleName) => found(call("DeleteSamplingRule", { RuleName })),
  });
  return { types: [group, samplingRule] };
};

/** X-Ray has no code of its own for what is not there. @returns `undefined` for that. */
async function found<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (/not found/i.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** Without what is a map of names of its own. */
const pick = (inputs: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(rule.filter((name) => name !== "attributes").map((name) => [name, inputs[name]]));
