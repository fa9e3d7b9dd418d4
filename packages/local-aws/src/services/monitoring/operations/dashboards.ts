/** Dashboards: stored as they are; nothing renders them here. And tags, of alarms and dashboards. */

import type { Tag } from "@aws-sdk/client-cloudwatch";
import { page } from "../../../kit/page.ts";
import { tagList, tagMap, withoutTags } from "../../../kit/tags.ts";
import type { Operations } from "../../../operations.ts";
import { AwsError } from "../../../service.ts";
import type { Collection } from "../../../store.ts";
import type { Alarms } from "../alarms.ts";
import { dashboardFaults } from "../dashboardBody.ts";
import type { InsightRuleRecord } from "./insightRules.ts";

type Tags = Record<string, string>;

export interface DashboardRecord {
  name: string;
  body: string;
  /** ISO date. */
  modified: string;
}

export function dashboardOperations(
  dashboards: Collection<DashboardRecord>,
  arnOf: (name: string) => string,
): Operations<"monitoring"> {
  const access =
    (action: string) =>
    ({ DashboardName = "" }: { DashboardName?: string }) => [
      { action: `cloudwatch:${action}`, resource: arnOf(DashboardName) },
    ];
  const missing = (name: string) => new AwsError("DashboardNotFoundError", `Dashboard ${name} does not exist`, 404);
  return {
    PutDashboard: {
      access: access("PutDashboard"),
      run({ DashboardName: name = "", DashboardBody: body = "" }) {
        if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
          throw new AwsError(
            "InvalidParameterValue",
            "The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n",
            400,
          );
        const faults = dashboardFaults(body);
        if (faults.length > 0) {
          const listed = faults.map(({ DataPath: dataPath, Message: message }) => ({ dataPath, message }));
          const message = `The dashboard body is invalid, there are ${faults.length} validation errors:\n${JSON.stringify(listed, undefined, 2)}`;
          throw new AwsError("DashboardInvalidInputError", message, 400, { dashboardValidationMessages: faults });
        }
        dashboards.put(name, { name, body, modified: new Date().toISOString() });
        return { DashboardValidationMessages: [] };
      },
    },
    GetDashboard: {
      access: access("GetDashboard"),
      run({ DashboardName: name = "" }) {
        const found = dashboards.get(name);
        if (!found) throw missing(name);
        return { DashboardName: name, DashboardArn: arnOf(name), DashboardBody: found.body };
      },
    },
    DeleteDashboards: {
      access: ({ DashboardNames = [] }) =>
        DashboardNames.map((name) => ({ action: "cloudwatch:DeleteDashboards", resource: arnOf(name) })),
      run({ DashboardNames = [] }) {
        for (const name of DashboardNames) if (!dashboards.has(name)) throw missing(name);
        for (const name of DashboardNames) dashboards.delete(name);
        return {};
      },
    },
    ListDashboards: {
      access: () => [{ action: "cloudwatch:ListDashboards", resource: "*" }],
      run(input) {
        const found = dashboards.values(input.DashboardNamePrefix ?? "");
        const { items, next: NextToken } = page(found, input, ({ name }) => name, { size: 1000 });
        const DashboardEntries = items.map(({ name, body, modified }) => ({
          DashboardName: name,
          DashboardArn: arnOf(name),
          LastModified: new Date(modified),
          Size: Buffer.byteLength(body),
        }));
        return { DashboardEntries, NextToken };
      },
    },
  };
}

/** Of alarms, and of Contributor Insights' rules. */
export function tagOperations(alarms: Alarms, rules: Collection<InsightRuleRecord>): Operations<"monitoring"> {
  type Input = { ResourceARN?: string; Tags?: Tag[]; TagKeys?: string[] };
  const access =
    (action: string) =>
    ({ ResourceARN }: Input) => [{ action: `cloudwatch:${action}`, resource: ResourceARN as string }];
  const tagged = ({ ResourceARN = "" }: Input) => {
    const alarm = alarms.get(ResourceARN);
    if (alarm) return { tags: alarm.tags, put: (tags: Tags) => alarms.records.put(alarm.name, { ...alarm, tags }) };
    const rule = rules.get(/:insight-rule\/(.+)$/.exec(ResourceARN)?.[1] ?? "");
    return rule && { tags: rule.tags, put: (tags: Tags) => rules.put(rule.name, { ...rule, tags }) };
  };
  const find = (input: Input) => {
    const found = tagged(input);
    if (!found) throw new AwsError("ResourceNotFoundException", `${input.ResourceARN} does not exist`, 404);
    return found;
  };
  return {
    TagResource: {
      access: access("TagResource"),
      run(input: Input) {
        const { tags, put } = find(input);
        put({ ...tags, ...tagMap(input.Tags) });
        return {};
      },
    },
    UntagResource: {
      access: access("UntagResource"),
      run(input: Input) {
        const { tags, put } = find(input);
        put(withoutTags(tags, input.TagKeys));
        return {};
      },
    },
    ListTagsForResource: {
      access: access("ListTagsForResource"),
      // A missing alarm has no tags: that is not an error.
      run: (input: Input) => ({ Tags: tagList(tagged(input)?.tags) }),
    },
  };
}
