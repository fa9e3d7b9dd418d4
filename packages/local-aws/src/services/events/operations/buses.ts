/** Event buses, who may put events on them, and tags. */
import type { PutPermissionRequest, Tag } from "@aws-sdk/client-eventbridge";
import { list } from "../../../authorization/principals.ts";
import { parsePolicy } from "../../../authorization/validate.ts";
import { page } from "../../../kit/page.ts";
import { tagList, tagMap } from "../../../kit/tags.ts";
import type { Operations } from "../../../operations.ts";
import { AwsError, type PolicyStatement } from "../../../service.ts";
import type { BusRecord, RuleRecord } from "../records.ts";
import { busName, type EventsState, invalid, notFound } from "../state.ts";

export function busOperations(events: EventsState): Operations<"events"> {
  const on = (action: string, name: string | undefined) => [
    { action: `events:${action}`, resource: events.arn(`event-bus/${busName(name ?? "default")}`) },
  ];
  return {
    CreateEventBus: {
      access: ({ Name }) => on("CreateEventBus", Name),
      run: ({ Name: name = "", Description, Tags = [] }) => {
        if (!/^[.\-_A-Za-z0-9]{1,256}$/.test(name))
          throw invalid("Parameter Name is not valid. Reason: Name must match [\\.\\-_A-Za-z0-9]+.");
        if (events.buses.has(name))
          throw new AwsError("ResourceAlreadyExistsException", `Event bus ${name} already exists.`, 400);
        const bus = { ...events.newBus(name), tags: tagMap(Tags), ...(Description && { description: Description }) };
        events.buses.put(name, bus);
        return { EventBusArn: bus.arn, Description };
      },
    },
    UpdateEventBus: {
      access: ({ Name }: { Name?: string }) => on("UpdateEventBus", Name),
      run: ({ Name, Description = "" }: { Name?: string; Description?: string }) => {
        const bus = { ...events.bus(Name), description: Description, modified: new Date().toISOString() };
        events.buses.put(bus.name, bus);
        return { Arn: bus.arn, Name: bus.name, Description };
      },
    },
    DescribeEventBus: {
      access: ({ Name }) => on("DescribeEventBus", Name),
      run: ({ Name }) => described(events.bus(Name)),
    },
    DeleteEventBus: {
      access: ({ Name }) => on("DeleteEventBus", Name),
      run: ({ Name = "" }) => {
        const name = busName(Name);
        if (name === "default") throw invalid("Cannot delete event bus default.");
        if (events.rulesOf(name).length > 0) throw invalid("Event bus can't be deleted since it has rules.");
        events.buses.delete(name);
        return {};
      },
    },
    ListEventBuses: {
      access: () => [{ action: "events:ListEventBuses", resource: "*" }],
      run: (input) => {
        const { items, next: NextToken } = page(events.buses.values(input.NamePrefix ?? ""), input, ({ name }) => name);
        return { EventBuses: items.map(described), NextToken };
      },
    },
    PutPermission: {
      access: ({ EventBusName }) => on("PutPermission", EventBusName),
      run: (input) => {
        const bus = events.bus(input.EventBusName);
        events.buses.put(bus.name, { ...bus, statements: permitted(bus, input) });
        return {};
      },
    },
    RemovePermission: {
      access: ({ EventBusName }) => on("RemovePermission", EventBusName),
      run: ({ EventBusName, StatementId, RemoveAllPermissions: all }) => {
        const bus = events.bus(EventBusName);
        const statements = all ? [] : bus.statements.filter(({ Sid }) => Sid !== StatementId);
        if (!all && statements.length === bus.statements.length) {
          throw notFound("Statement with the provided id does not exist.");
        }
        events.buses.put(bus.name, { ...bus, statements });
        return {};
      },
    },
    ...tagOperations(events),
  };
}

const described = (bus: BusRecord) => ({
  Name: bus.name,
  Arn: bus.arn,
  Description: bus.description,
  Policy: bus.statements.length > 0 ? JSON.stringify({ Version: "2012-10-17", Statement: bus.statements }) : undefined,
  CreationTime: new Date(bus.created),
  LastModifiedTime: new Date(bus.modified),
});

function permitted(bus: BusRecord, { Policy, Action, Principal, StatementId, Condition }: PutPermissionRequest) {
  if (Policy) return list(parsePolicy(Policy, "resource").Statement);
  if (!Action || !Principal || !StatementId)
    throw invalid("Action, Principal and StatementId are required unless Policy is given.");
  // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Condition.html
  if (Condition && (Condition.Type !== "StringEquals" || Condition.Key !== "aws:PrincipalOrgID"))
    throw invalid("Parameter Condition is not valid. Reason: Type must be StringEquals, and Key aws:PrincipalOrgID.");
  const statement: PolicyStatement = {
    Sid: StatementId,
    Effect: "Allow",
    Principal: Principal === "*" ? "*" : { AWS: `arn:aws:iam::${Principal}:root` },
    Action,
    Resource: bus.arn,
    ...(Condition && {
      Condition: { [Condition.Type as string]: { [Condition.Key as string]: Condition.Value as string } },
    }),
  };
  return [...bus.statements.filter(({ Sid }) => Sid !== StatementId), statement];
}

function tagOperations(events: EventsState): Operations<"events"> {
  type Input = { ResourceARN?: string; Tags?: Tag[]; TagKeys?: string[] };
  const access =
    (action: string) =>
    ({ ResourceARN }: Input) => [{ action: `events:${action}`, resource: ResourceARN as string }];
  const find = (arn = ""): [record: BusRecord | RuleRecord, put: (tags: Record<string, string>) => void] => {
    const bus = events.buses.values().find((one) => one.arn === arn);
    if (bus) return [bus, (tags) => events.buses.put(bus.name, { ...bus, tags })];
    const rule = events.rules.values().find((one) => one.arn === arn);
    if (rule) return [rule, (tags) => events.putRule({ ...rule, tags })];
    throw notFound(`${arn} does not exist.`);
  };
  return {
    TagResource: {
      access: access("TagResource"),
      run({ ResourceARN, Tags = [] }: Input) {
        const [{ tags }, put] = find(ResourceARN);
        put({ ...tags, ...tagMap(Tags) });
        return {};
      },
    },
    UntagResource: {
      access: access("UntagResource"),
      run({ ResourceARN, TagKeys = [] }: Input) {
        const [{ tags }, put] = find(ResourceARN);
        put(Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))));
        return {};
      },
    },
    ListTagsForResource: {
      access: access("ListTagsForResource"),
      run: ({ ResourceARN }: Input) => ({
        Tags: tagList(find(ResourceARN)[0].tags),
      }),
    },
  };
}
