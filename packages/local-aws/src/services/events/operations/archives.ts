/** Archives and replays. */
import type { StartReplayRequest } from "@aws-sdk/client-eventbridge";
import { brokenConstraint } from "../../../kit/constraint.ts";
import { page } from "../../../kit/page.ts";
import type { Operations } from "../../../operations.ts";
import { AwsError } from "../../../service.ts";
import { archivedSize } from "../archives.ts";
import type { ArchiveRecord, ReplayRecord } from "../records.ts";
import type { Replays } from "../replays.ts";
import { busName, checkPattern, type EventsState, invalid, notFound } from "../state.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const mostReplays = 10;

export function archiveOperations(events: EventsState): Operations<"events"> {
  const { archives } = events;
  const arnOf = (name = "") => events.arn(`archive/${name}`);
  const on = (action: string) => (input: { ArchiveName: string | undefined }) => [
    { action: `events:${action}`, resource: arnOf(input.ArchiveName) },
  ];
  const found = (name = ""): ArchiveRecord => {
    const archive = archives.records.get(name);
    if (!archive) throw notFound(`Archive ${name} does not exist.`);
    return archive;
  };
  const listed = (archive: ArchiveRecord) => {
    const kept = archives.eventsOf(archive);
    return {
      ArchiveName: archive.name,
      EventSourceArn: archive.source,
      State: "ENABLED" as const,
      RetentionDays: archive.retention,
      SizeBytes: kept.reduce((sum, event) => sum + archivedSize(event), 0),
      EventCount: kept.length,
      CreationTime: new Date(archive.created),
    };
  };
  const made = ({ arn, created }: ArchiveRecord) => ({
    ArchiveArn: arn,
    State: "ENABLED" as const,
    CreationTime: new Date(created),
  });
  return {
    CreateArchive: {
      access: (input) => [
        ...on("CreateArchive")(input),
        { action: "events:CreateArchive", resource: input.EventSourceArn as string },
      ],
      run({ ArchiveName: name = "", EventSourceArn, Description, EventPattern, RetentionDays = 0 }) {
        checkName(name, "archiveName", 48);
        if (archives.records.has(name))
          throw new AwsError("ResourceAlreadyExistsException", `Archive ${name} already exists.`, 400);
        const bus = events.bus(EventSourceArn);
        if (EventPattern) checkPattern(EventPattern);
        const archive: ArchiveRecord = {
          name,
          arn: arnOf(name),
          source: bus.arn,
          ...(Description !== undefined && { description: Description }),
          ...(EventPattern && { pattern: EventPattern }),
          retention: RetentionDays,
          created: new Date().toISOString(),
        };
        archives.put(archive);
        return made(archive);
      },
    },
    UpdateArchive: {
      access: on("UpdateArchive"),
      run({ ArchiveName, Description, EventPattern, RetentionDays }) {
        const archive = found(ArchiveName);
        if (EventPattern) checkPattern(EventPattern);
        const changed = {
          ...archive,
          ...(Description !== undefined && { description: Description }),
          ...(EventPattern && { pattern: EventPattern }),
          ...(RetentionDays !== undefined && { retention: RetentionDays }),
        };
        archives.put(changed);
        return made(changed);
      },
    },
    DescribeArchive: {
      access: on("DescribeArchive"),
      run({ ArchiveName }) {
        const archive = found(ArchiveName);
        const { arn: ArchiveArn, description: Description, pattern: EventPattern } = archive;
        return { ...listed(archive), ArchiveArn, Description, EventPattern };
      },
    },
    DeleteArchive: {
      access: on("DeleteArchive"),
      run({ ArchiveName }) {
        archives.remove(found(ArchiveName).name);
        return {};
      },
    },
    ListArchives: {
      access: () => [{ action: "events:ListArchives", resource: "*" }],
      run(input) {
        const { NamePrefix, EventSourceArn, State } = input;
        const given = [NamePrefix, EventSourceArn, State].filter((one) => one !== undefined);
        if (given.length > 1)
          throw invalid(
            "At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or NamePrefix.",
          );
        const all = archives.records
          .values(NamePrefix ?? "")
          .filter(({ source }) => EventSourceArn === undefined || source === EventSourceArn)
          .filter(() => State === undefined || State === "ENABLED");
        const { items, next: NextToken } = page(all, input, ({ name }) => name);
        return { Archives: items.map(listed), NextToken };
      },
    },
  };
}

export function replayOperations(events: EventsState, replays: Replays): Operations<"events"> {
  const arnOf = (name = "") => events.arn(`replay/${name}`);
  const on = (action: string) => (input: { ReplayName: string | undefined }) => [
    { action: `events:${action}`, resource: arnOf(input.ReplayName) },
  ];
  const found = (name = ""): ReplayRecord => {
    const replay = replays.records.get(name);
    if (!replay) throw notFound(`Replay ${name} does not exist.`);
    return replay;
  };
  const date = (time: number | undefined) => (time === undefined ? undefined : new Date(time));
  const archiveArn = (name: string) => events.arn(`archive/${name}`);
  const listed = ({ name, archive, state, reason, from, to, last, started, ended }: ReplayRecord) => ({
    ReplayName: name,
    EventSourceArn: archiveArn(archive),
    State: state,
    StateReason: reason,
    EventStartTime: new Date(from),
    EventEndTime: new Date(to),
    EventLastReplayedTime: date(last),
    ReplayStartTime: new Date(started),
    ReplayEndTime: date(ended),
  });
  return {
    StartReplay: {
      access: (input) => [
        ...on("StartReplay")(input),
        { action: "events:StartReplay", resource: input.EventSourceArn as string },
      ],
      run(input) {
        const replay = newReplay(events, replays, input, arnOf(input.ReplayName));
        replays.records.put(replay.name, replay);
        replays.run(replay.name);
        return { ReplayArn: replay.arn, State: replay.state, ReplayStartTime: new Date(replay.started) };
      },
    },
    DescribeReplay: {
      access: on("DescribeReplay"),
      run({ ReplayName }) {
        const replay = found(ReplayName);
        const { arn, filters } = replay.destination;
        const Destination = { Arn: arn, ...(filters.length > 0 && { FilterArns: filters }) };
        return { ...listed(replay), ReplayArn: replay.arn, Description: replay.description, Destination };
      },
    },
    CancelReplay: {
      access: on("CancelReplay"),
      run({ ReplayName }) {
        const replay = found(ReplayName);
        if (replay.state !== "STARTING" && replay.state !== "RUNNING")
          throw new AwsError(
            "IllegalStatusException",
            `Replay ${replay.name} is not in a valid state for this operation.`,
            400,
          );
        replays.records.put(replay.name, { ...replay, state: "CANCELLING" });
        return { ReplayArn: replay.arn, State: "CANCELLING" };
      },
    },
    ListReplays: {
      access: () => [{ action: "events:ListReplays", resource: "*" }],
      run(input) {
        const { NamePrefix, EventSourceArn, State } = input;
        const all = replays.records
          .values(NamePrefix ?? "")
          .filter(({ archive }) => EventSourceArn === undefined || archiveArn(archive) === EventSourceArn)
          .filter(({ state }) => State === undefined || state === State);
        const { items, next: NextToken } = page(all, input, ({ name }) => name);
        return { Replays: items.map(listed), NextToken };
      },
    },
  };
}

/** @throws AwsError when it is not one that can be run. */
function newReplay(events: EventsState, replays: Replays, input: StartReplayRequest, arn: string): ReplayRecord {
  const { ReplayName: name = "", Description, EventSourceArn = "", EventStartTime, EventEndTime, Destination } = input;
  checkName(name, "replayName", 64);
  if (replays.records.has(name))
    throw new AwsError("ResourceAlreadyExistsException", `Replay ${name} already exists.`, 400);
  const bus = events.bus(Destination?.Arn);
  const [, archiveName] = /:archive\/(.+)$/.exec(EventSourceArn) ?? [];
  if (archiveName === undefined)
    throw invalid("Parameter EventSourceArn is not valid. Reason: Must contain an archive ARN.");
  const archive = events.archives.records.get(archiveName);
  if (!archive) throw invalid(`Parameter EventSourceArn is not valid. Reason: Archive ${archiveName} does not exist.`);
  const [from, to] = [Number(EventStartTime), Number(EventEndTime)];
  if (!(from < to))
    throw invalid("Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.");
  if (archive.source !== bus.arn)
    throw invalid("Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.");
  const filters = Destination?.FilterArns ?? [];
  const strange = filters.find((rule) => !events.rulesOf(busName(bus.arn)).some((one) => one.arn === rule));
  if (strange !== undefined)
    throw invalid(`Parameter Destination.FilterArns is not valid. Reason: Rule ${strange} does not exist.`);
  if (replays.active().length >= mostReplays)
    throw new AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.", 400);
  return {
    name,
    arn,
    ...(Description !== undefined && { description: Description }),
    archive: archive.name,
    destination: { arn: bus.arn, filters },
    from,
    to,
    state: "STARTING",
    started: Date.now(),
  };
}

/** @param member as AWS calls it. @throws AwsError `ValidationException` */
export function checkName(name: string, member: string, most: number): void {
  if (name.length > most)
    throw invalid(brokenConstraint(name, member, `Member must have length less than or equal to ${most}`));
  if (!/^[.\-_A-Za-z0-9]+$/.test(name))
    throw invalid(
      brokenConstraint(name, member, "Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+"),
    );
}
