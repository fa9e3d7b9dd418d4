import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import * as sdk from "@aws-sdk/client-eventbridge";
import { Events } from "./support.ts";

describe("archives of EventBridge", () => {
  let told: Events;
  let busArn: string;
  before(async () => {
    told = await Events.start();
    busArn = (await told.client.send(new sdk.CreateEventBusCommand({ Name: "kept" }))).EventBusArn as string;
  });
  after(() => told.cloud.stop());

  const put = (...numbers: number[]) =>
    told.client.send(
      new sdk.PutEventsCommand({
        Entries: numbers.map((n) => ({
          Source: "shop",
          DetailType: n % 2 === 0 ? "Even" : "Odd",
          Detail: JSON.stringify({ n }),
          EventBusName: "kept",
        })),
      }),
    );
  const archive = (ArchiveName: string, more: Partial<sdk.CreateArchiveRequest> = {}) =>
    told.client.send(new sdk.CreateArchiveCommand({ ArchiveName, EventSourceArn: busArn, ...more }));
  const replay = (ReplayName: string, ArchiveName: string, more: Partial<sdk.StartReplayRequest> = {}) =>
    told.client.send(
      new sdk.StartReplayCommand({
        ReplayName,
        EventSourceArn: busArn.replace("event-bus/kept", `archive/${ArchiveName}`),
        EventStartTime: new Date(Date.now() - 60_000),
        EventEndTime: new Date(Date.now() + 60_000),
        Destination: { Arn: busArn },
        ...more,
      }),
    );
  const ended = async (ReplayName: string) => {
    for (;;) {
      const described = await told.client.send(new sdk.DescribeReplayCommand({ ReplayName }));
      if (!["STARTING", "RUNNING", "CANCELLING"].includes(described.State as string)) return described;
      await sleep(10);
    }
  };

  it("keep the events of a bus that match, with their number and size", async () => {
    await archive("even", { EventPattern: '{"detail-type":["Even"]}', RetentionDays: 3, Description: "even ones" });
    await put(1, 2, 3, 4);
    const { CreationTime, SizeBytes, ...described } = await told.client.send(
      new sdk.DescribeArchiveCommand({ ArchiveName: "even" }),
    );
    assert.ok(CreationTime && Number(SizeBytes) > 0);
    const { $metadata: _, ...members } = described;
    assert.deepEqual(members, {
      ArchiveArn: busArn.replace("event-bus/kept", "archive/even"),
      ArchiveName: "even",
      Description: "even ones",
      EventCount: 2,
      EventPattern: '{"detail-type":["Even"]}',
      EventSourceArn: busArn,
      RetentionDays: 3,
      State: "ENABLED",
    });
  });

  it("are replayed through the rules of their bus, by name, and not kept again", async () => {
    const queue = await told.queue("replayed");
    await told.rule("all", { source: ["shop"], "replay-name": [{ exists: true }] }, { Arn: queue.arn }, "kept");
    await archive("all");
    await put(7);
    const { State, ReplayArn } = await replay("again", "all");
    assert.deepEqual([State, ReplayArn], ["STARTING", busArn.replace("event-bus/kept", "replay/again")]);
    const event = JSON.parse((await queue.receive()).body);
    assert.deepEqual([event["replay-name"], event.detail], ["again", { n: 7 }]);
    const described = await ended("again");
    assert.deepEqual([described.State, described.Destination], ["COMPLETED", { Arn: busArn }]);
    assert.ok(described.ReplayEndTime && described.EventLastReplayedTime);
    const { EventCount } = await told.client.send(new sdk.DescribeArchiveCommand({ ArchiveName: "all" }));
    assert.equal(EventCount, 1);
    await assert.rejects(told.client.send(new sdk.CancelReplayCommand({ ReplayName: "again" })), {
      name: "IllegalStatusException",
    });
  });

  it("are replayed for some rules, and for a part of their time", async () => {
    const [one, other] = [await told.queue("one"), await told.queue("other")];
    await told.rule("one", { source: ["shop"], "replay-name": ["chosen"] }, { Arn: one.arn }, "kept");
    await told.rule("other", { source: ["shop"], "replay-name": ["chosen", "later"] }, { Arn: other.arn }, "kept");
    const rule = busArn.replace("event-bus/", "rule/").concat("/one");
    await replay("chosen", "all", { Destination: { Arn: busArn, FilterArns: [rule] } });
    assert.equal(JSON.parse((await one.receive()).body)["replay-name"], "chosen");
    await ended("chosen");
    const before = { EventStartTime: new Date(0), EventEndTime: new Date(1_000) };
    await replay("later", "all", before);
    const { EventLastReplayedTime, State } = await ended("later");
    assert.deepEqual([State, EventLastReplayedTime], ["COMPLETED", undefined]);
    await replay("last", "all", { Destination: { Arn: busArn, FilterArns: [rule.replace(/one$/, "other")] } });
    await ended("last");
  });

  it("are refused in AWS's words", async () => {
    const fails = (sent: Promise<unknown>, name: string, message: string) => assert.rejects(sent, { name, message });
    await fails(archive("all"), "ResourceAlreadyExistsException", "Archive all already exists.");
    await fails(
      archive("nowhere", { EventSourceArn: `${busArn}x` }),
      "ResourceNotFoundException",
      "Event bus keptx does not exist.",
    );
    await fails(
      told.client.send(new sdk.DescribeArchiveCommand({ ArchiveName: "none" })),
      "ResourceNotFoundException",
      "Archive none does not exist.",
    );
    await fails(
      told.client.send(new sdk.DescribeReplayCommand({ ReplayName: "none" })),
      "ResourceNotFoundException",
      "Replay none does not exist.",
    );
    await fails(
      replay("back", "all", { EventEndTime: new Date(0) }),
      "ValidationException",
      "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.",
    );
    await fails(
      replay("across", "all", { Destination: { Arn: busArn.replace("kept", "default") } }),
      "ValidationException",
      "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.",
    );
    await assert.rejects(archive("pattern", { EventPattern: "{" }), { name: "InvalidEventPatternException" });
  });

  it("are listed, changed and deleted with what they keep", async () => {
    await told.client.send(new sdk.UpdateArchiveCommand({ ArchiveName: "even", EventPattern: '{"source":["none"]}' }));
    await put(8);
    const { Archives } = await told.client.send(new sdk.ListArchivesCommand({ EventSourceArn: busArn }));
    assert.deepEqual(
      Archives?.map(({ ArchiveName, EventCount }) => [ArchiveName, EventCount]),
      [
        ["all", 2],
        ["even", 2],
      ],
    );
    await told.client.send(new sdk.DeleteArchiveCommand({ ArchiveName: "even" }));
    await archive("even");
    const { EventCount } = await told.client.send(new sdk.DescribeArchiveCommand({ ArchiveName: "even" }));
    assert.equal(EventCount, 0);
    const { Replays } = await told.client.send(new sdk.ListReplaysCommand({ NamePrefix: "la" }));
    assert.deepEqual(
      Replays?.map(({ ReplayName }) => ReplayName),
      ["last", "later"],
    );
  });
});
