/** Rules and their targets. */

import type { PutRuleRequest, PutTargetsRequest, Target } from "@aws-sdk/client-eventbridge";
import { regionOf } from "../../../arn.ts";
import { isTarget } from "../../../delivery/deliver.ts";
import { parseJson } from "../../../jsonText.ts";
import { page } from "../../../kit/page.ts";
import { passRole } from "../../../kit/passRole.ts";
import { tagMap } from "../../../kit/tags.ts";
import type { Operations } from "../../../operations.ts";
import { parseSchedule } from "../../../schedule/schedule.ts";
import { type Access, AwsError } from "../../../service.ts";
import type { RuleRecord } from "../records.ts";
import { checkPattern, type EventsState, invalid } from "../state.ts";
import { isPath } from "../transform.ts";

const principal = "events.amazonaws.com";
const maxTargets = 5;
/** Rules of a bus. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const maxRules = 300;
type Named = { Name?: string; Rule?: string; EventBusName?: string };

export function ruleOperations(events: EventsState): Operations<"events"> {
  const arnOf = ({ Name, Rule, EventBusName }: Named) =>
    events.ruleArn(events.bus(EventBusName).name, (Name ?? Rule) as string);
  const access = (action: string) => (input: Named) => [{ action: `events:${action}`, resource: arnOf(input) }];
  const switchTo = (state: RuleRecord["state"]) => (input: { EventBusName?: string; Name?: string }) => {
    events.putRule({ ...events.rule(input.EventBusName, input.Name as string), state });
    return {};
  };
  return {
    PutRule: {
      access: (input) => [
        { action: "events:PutRule", resource: arnOf(input as Named), context: patternKeys(input.EventPattern) },
        ...passRole(principal, input.RoleArn),
      ],
      run: (input) => putRule(events, input),
    },
    DescribeRule: {
      access: access("DescribeRule"),
      run: (input: Named) => {
        const rule = events.rule(input.EventBusName, input.Name as string);
        return { ...described(rule), CreatedBy: events.cloud.accountId };
      },
    },
    DeleteRule: {
      access: access("DeleteRule"),
      run(input: Named) {
        const bus = events.bus(input.EventBusName);
        const rule = events.rules.get(`${bus.name}/${input.Name}`);
        if (rule && rule.targets.length > 0) throw invalid("Rule can't be deleted since it has targets.");
        if (rule) events.removeRule(rule);
        return {};
      },
    },
    EnableRule: { access: access("EnableRule"), run: switchTo("ENABLED") },
    DisableRule: { access: access("DisableRule"), run: switchTo("DISABLED") },
    ListRules: {
      access: ({ EventBusName }) => [
        { action: "events:ListRules", resource: events.ruleArn(events.bus(EventBusName).name, "*") },
      ],
      run(input) {
        const rules = events.rulesOf(events.bus(input.EventBusName).name);
        const named = rules.filter(({ name }) => name.startsWith(input.NamePrefix ?? ""));
        const { items, next: NextToken } = page(named, input, ({ name }) => name);
        return { Rules: items.map(described), NextToken };
      },
    },
    PutTargets: {
      access: (input) => [
        ...access("PutTargets")(input as Named),
        ...passRole(principal, ...(input.Targets ?? []).map(({ RoleArn }) => RoleArn)),
      ],
      run: (input) => putTargets(events, input),
    },
    RemoveTargets: {
      access: access("RemoveTargets"),
      run({ EventBusName, Rule, Ids = [] }) {
        const rule = events.rule(EventBusName, Rule as string);
        const known = new Set(rule.targets.map(({ Id }) => Id));
        events.putRule({ ...rule, targets: rule.targets.filter(({ Id }) => !Ids.includes(Id as string)) });
        const FailedEntries = Ids.filter((id) => !known.has(id)).map((TargetId) => ({
          TargetId,
          ErrorCode: "ResourceNotFoundException",
          ErrorMessage: `Target ${TargetId} does not exist.`,
        }));
        return { FailedEntryCount: FailedEntries.length, FailedEntries };
      },
    },
    ListTargetsByRule: {
      access: access("ListTargetsByRule"),
      run(input) {
        const { targets } = events.rule(input.EventBusName, input.Rule);
        const { items: Targets, next: NextToken } = page(targets, input, ({ Id = "" }) => Id);
        return { Targets, NextToken };
      },
    },
    ListRuleNamesByTarget: {
      access: () => [{ action: "events:ListRuleNamesByTarget", resource: "*" }],
      run(input) {
        const rules = events.rulesOf(events.bus(input.EventBusName).name);
        const names = rules
          .filter(({ targets }) => targets.some(({ Arn }) => Arn === input.TargetArn))
          .map(({ name }) => name);
        const { items: RuleNames, next: NextToken } = page(names, input, String);
        return { RuleNames, NextToken };
      },
    },
  };
}

/**
 * Condition keys from a rule's pattern. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
 * @param pattern an invalid one is refused later.
 */
function patternKeys(pattern = ""): Access["context"] & object {
  let asked: Record<string, unknown> | null;
  try {
    asked = parseJson(pattern) as Record<string, unknown> | null;
  } catch {
    return {};
  }
  const named = ["source", "detail-type"].flatMap((field): [string, string[]][] => {
    const values = [asked?.[field] ?? []].flat().filter((value) => typeof value === "string");
    return values.length > 0 ? [[`events:${field}`, values]] : [];
  });
  return Object.fromEntries(named);
}

const described = (rule: RuleRecord) => ({
  Name: rule.name,
  Arn: rule.arn,
  EventPattern: rule.pattern,
  ScheduleExpression: rule.schedule,
  State: rule.state,
  Description: rule.description,
  RoleArn: rule.roleArn,
  EventBusName: rule.bus,
});

function putRule(events: EventsState, input: PutRuleRequest) {
  const { Name: name = "", EventPattern: pattern, ScheduleExpression: schedule } = input;
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name))
    throw invalid(
      `Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+`,
    );
  const bus = events.bus(input.EventBusName);
  if (!pattern && !schedule) throw invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  if (pattern) checkPattern(pattern);
  if (schedule) {
    if (bus.name !== "default") throw invalid("ScheduleExpression is supported only on the default event bus.");
    checkSchedule(schedule);
  }
  const before = events.rules.get(`${bus.name}/${name}`);
  if (!before && events.rulesOf(bus.name).length >= maxRules) {
    throw new AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.", 400);
  }
  const arn = events.ruleArn(bus.name, name);
  events.putRule({
    name,
    bus: bus.name,
    arn,
    state: (input.State as RuleRecord["state"] | undefined) ?? "ENABLED",
    // A rate keeps its start, unless it changes.
    created: before?.schedule === schedule && before ? before.created : new Date().toISOString(),
    targets: before?.targets ?? [],
    tags: before?.tags ?? tagMap(input.Tags),
    ...(pattern && { pattern }),
    ...(schedule && { schedule }),
    ...(input.Description && { description: input.Description }),
    ...(input.RoleArn && { roleArn: input.RoleArn }),
  });
  return { RuleArn: arn };
}

function checkSchedule(schedule: string): void {
  try {
    if (parseSchedule(schedule).kind !== "at") return;
  } catch {
    // Reported below, in EventBridge's one sentence for all errors.
  }
  throw invalid("Parameter ScheduleExpression is not valid.");
}

function putTargets(events: EventsState, { EventBusName, Rule, Targets = [] }: PutTargetsRequest) {
  const rule = events.rule(EventBusName, Rule as string);
  for (const target of Targets) checkTarget(target, events.cloud.region);
  const kept = rule.targets.filter(({ Id }) => !Targets.some((target) => target.Id === Id));
  const targets = [...kept, ...Targets];
  if (targets.length > maxTargets) {
    throw new AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.", 400);
  }
  events.putRule({ ...rule, targets });
  return { FailedEntryCount: 0, FailedEntries: [] };
}

/** Targets that EventBridge reaches only in a session of a role. */
const needsRole = new Set(["states", "events", "kinesis", "ecs", "batch"]);

function checkTarget(
  { Id: id = "", Arn: arn = "", RoleArn, Input, InputPath, InputTransformer, SqsParameters, KinesisParameters }: Target,
  region: string,
): void {
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(id))
    throw invalid(
      `Value '${id}' at 'targets.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+`,
    );
  const service = arn.split(":")[2] as string;
  // In other regions, events may only go to buses.
  const isHere = regionOf(arn) === region || service === "events";
  if (!/^arn:aws[\w-]*:[a-z0-9-]+:/.test(arn) || !isHere)
    throw invalid(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`);
  if (!isTarget(arn)) throw invalid(`The local cloud does not model targets like ${arn}.`);
  if (needsRole.has(service) && !RoleArn) throw invalid(`RoleArn is required for target ${arn}.`);
  if (arn.endsWith(".fifo") && service === "sqs" && !SqsParameters?.MessageGroupId) {
    throw invalid(`Parameter(s) SqsParameters must be specified for target: ${id}.`);
  }
  const { PartitionKeyPath: key } = KinesisParameters ?? {};
  if (key !== undefined && !isPath(key))
    throw invalid(`Parameter PartitionKeyPath is not valid. Reason: Invalid JSONPath ${key}.`);
  if ([Input, InputPath, InputTransformer].filter((one) => one !== undefined).length > 1) {
    throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`);
  }
  if (InputPath !== undefined && !isPath(InputPath))
    throw invalid(`Parameter InputPath is not valid. Reason: Invalid JSONPath ${InputPath}.`);
  for (const path of Object.values(InputTransformer?.InputPathsMap ?? {})) {
    if (!isPath(path)) throw invalid(`Invalid InputPath for target ${id}: ${path}.`);
  }
  if (Input !== undefined) {
    try {
      parseJson(Input);
    } catch {
      throw invalid(`JSON text in Input for target ${id} is invalid.`);
    }
  }
}
