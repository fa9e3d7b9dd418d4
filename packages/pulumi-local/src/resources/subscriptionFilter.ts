/** Where log events of a group go on to. */
import type { SubscriptionFilter } from "@aws-sdk/client-cloudwatch-logs";
import type { Cloud } from "local-aws/service";
import type { Properties } from "../engine/provider.ts";
import { described } from "./described.ts";
import type { ResourceType } from "./resourceType.ts";

export function subscriptionFilter(cloud: Cloud): ResourceType {
  const call = <Answer = unknown>(operation: string, input: object) => cloud.call<Answer>("logs", operation, input);
  const put = async (inputs: Properties) => {
    await call("PutSubscriptionFilter", {
      logGroupName: inputs.logGroup,
      filterName: inputs.name,
      filterPattern: inputs.filterPattern,
      destinationArn: inputs.destinationArn,
      distribution: inputs.distribution,
      roleArn: inputs.roleArn,
    });
    return `${inputs.logGroup}|${inputs.name}`;
  };
  return described({
    type: "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/cloudwatch/logsubscriptionfilter/",
    required: ["destinationArn", "filterPattern", "logGroup"],
    properties: ["name", "destinationArn", "distribution", "filterPattern", "logGroup", "roleArn"],
    inert: ["applyOnTransformedLogs", "emitSystemFields"],
    enums: { distribution: ["ByLogStream", "Random"] },
    defaults: { distribution: "ByLogStream" },
    replaces: ["name", "logGroup"],
    autoname: { property: "name", max: 512, pattern: /^[^:*]*$/ },
    make: put,
    settle: async (_id, before, after) => (before.logGroup === undefined ? undefined : put(after)),
    async describe(id) {
      // `GROUP|NAME` is how one is imported.
      const [logGroupName, filterName] = id.split("|");
      type Answer = { subscriptionFilters: SubscriptionFilter[] };
      const { subscriptionFilters } = await call<Answer>("DescribeSubscriptionFilters", { logGroupName });
      const found = subscriptionFilters.find((one) => one.filterName === filterName);
      const { destinationArn, distribution, filterPattern, roleArn = "" } = found ?? {};
      const settings = { destinationArn, distribution, filterPattern, roleArn, applyOnTransformedLogs: false };
      return found && { name: filterName, logGroup: logGroupName, ...settings };
    },
    remove: (_id, { logGroup: logGroupName, name: filterName }) =>
      call("DeleteSubscriptionFilter", { logGroupName, filterName }),
  });
}
