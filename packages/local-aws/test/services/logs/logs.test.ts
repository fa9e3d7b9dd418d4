import assert from "node:assert/strict";
import {
  AssociateKmsKeyCommand,
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteResourcePolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  DisassociateKmsKeyCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutResourcePolicyCommand,
  PutRetentionPolicyCommand,
  paginateFilterLogEvents,
  TagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { KMS } from "@aws-sdk/client-kms";
import { servicePrincipal } from "../../../src/service.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("CloudWatch Logs", () => {
  let test: TestCloud;
  let logs: CloudWatchLogsClient;
  const now = Date.now();

  before(async () => {
    test = await startCloud();
    logs = test.client(CloudWatchLogsClient);
  });
  after(() => test.stop());

  async function stream(logGroupName: string, logStreamName: string): Promise<void> {
    await logs.send(new CreateLogGroupCommand({ logGroupName })).catch((error) => {
      assert.equal(error.name, "ResourceAlreadyExistsException");
    });
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  }
  const put = (logGroupName: string, logStreamName: string, events: [number, string][]) =>
    logs.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName,
        logEvents: events.map(([offset, message]) => ({ timestamp: now + offset, message })),
      }),
    );

  it("keeps the key of a group, which is given and taken away", async () => {
    const logGroupName = "keyed";
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    const group = async () =>
      (await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }))).logGroups?.[0];
    const allow = (Principal: object) => ({ Effect: "Allow", Principal, Action: "kms:*", Resource: "*" });
    const Statement = [{ AWS: "arn:aws:iam::000000000000:root" }, { Service: "logs.us-east-1.amazonaws.com" }].map(
      allow,
    );
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    const { KeyMetadata } = await test.client(KMS).createKey({ Policy });
    const kmsKeyId = KeyMetadata?.Arn as string;
    await logs.send(new AssociateKmsKeyCommand({ logGroupName, kmsKeyId }));
    assert.equal((await group())?.kmsKeyId, kmsKeyId);
    const resourceIdentifier = (await group())?.arn as string;
    await logs.send(new DisassociateKmsKeyCommand({ resourceIdentifier }));
    assert.equal((await group())?.kmsKeyId, undefined);
  });

  it("reads a stream forwards and backwards, and waits at its end", async () => {
    await stream("reading", "s");
    await put("reading", "s", [
      [0, "a"],
      [1, "b"],
      [2, "c"],
    ]);
    await put("reading", "s", [
      [3, "d"],
      [4, "e"],
    ]);
    const read = async (input: object) => {
      const page = await logs.send(new GetLogEventsCommand({ logGroupName: "reading", logStreamName: "s", ...input }));
      return { ...page, text: page.events?.map(({ message }) => message).join("") };
    };
    const first = await read({ startFromHead: true, limit: 2 });
    assert.equal(first.text, "ab");
    const second = await read({ nextToken: first.nextForwardToken, limit: 2 });
    assert.equal(second.text, "cd");
    assert.equal((await read({ nextToken: second.nextBackwardToken, limit: 2 })).text, "ab");
    const third = await read({ nextToken: second.nextForwardToken });
    assert.equal(third.text, "e");
    const end = await read({ nextToken: third.nextForwardToken });
    assert.deepEqual([end.text, end.nextForwardToken], ["", third.nextForwardToken]);
    await put("reading", "s", [[5, "f"]]);
    assert.equal((await read({ nextToken: end.nextForwardToken })).text, "f");
    assert.equal((await read({ limit: 2 })).text, "ef", "the newest come without startFromHead");
    assert.equal((await read({ startFromHead: true, startTime: now + 1, endTime: now + 2 })).text, "bc");
    await assert.rejects(read({ nextToken: "nonsense" }), { name: "InvalidParameterException" });
  });

  it("searches all streams of a group by time, in pages", async () => {
    await stream("searching", "one");
    await stream("searching", "two");
    await put("searching", "one", [
      [0, "ERROR 0"],
      [20, "ok 20"],
      [40, "ERROR 40"],
    ]);
    await put("searching", "two", [
      [10, "ERROR 10"],
      [30, "ok 30"],
      [50, "ERROR 50"],
    ]);
    const all = async (input: object, pageSize = 2) => {
      const messages: (string | undefined)[] = [];
      const pages = paginateFilterLogEvents({ client: logs, pageSize }, { logGroupName: "searching", ...input });
      for await (const { events = [] } of pages) messages.push(...events.map(({ message }) => message));
      return messages;
    };
    assert.deepEqual(await all({}), ["ERROR 0", "ERROR 10", "ok 20", "ok 30", "ERROR 40", "ERROR 50"]);
    assert.deepEqual(await all({ filterPattern: "ERROR" }, 1), ["ERROR 0", "ERROR 10", "ERROR 40", "ERROR 50"]);
    assert.deepEqual(await all({ logStreamNames: ["two"] }), ["ERROR 10", "ok 30", "ERROR 50"]);
    assert.deepEqual(await all({ logStreamNamePrefix: "o" }), ["ERROR 0", "ok 20", "ERROR 40"]);
    assert.deepEqual(await all({ startTime: now + 10, endTime: now + 30 }), ["ERROR 10", "ok 20", "ok 30"]);
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: "searching" }));
    assert.equal(new Set(events.map(({ eventId }) => eventId)).size, 6);
    const group = "arn:aws:logs:us-east-1:000000000000:log-group:searching";
    const byArn = await logs.send(new FilterLogEventsCommand({ logGroupIdentifier: group }));
    assert.equal(byArn.events?.length, 6);
  });

  it("refuses batches that AWS refuses", async () => {
    await stream("refusing", "s");
    const invalid = { name: "InvalidParameterException" };
    await assert.rejects(
      put("refusing", "s", [
        [1, "b"],
        [0, "a"],
      ]),
      { ...invalid, message: /chronological order/ },
    );
    await assert.rejects(put("refusing", "s", []), invalid);
    await assert.rejects(put("refusing", "s", [[0, "x".repeat(1_048_576)]]), {
      ...invalid,
      message: /Upload too large/,
    });
    await assert.rejects(put("refusing", "none", [[0, "a"]]), {
      name: "ResourceNotFoundException",
      message: "The specified log stream does not exist.",
    });
    await assert.rejects(put("none", "s", [[0, "a"]]), {
      name: "ResourceNotFoundException",
      message: "The specified log group does not exist.",
    });
    const day = 86_400_000;
    const { rejectedLogEventsInfo } = await put("refusing", "s", [
      [-15 * day, "old"],
      [0, "now"],
      [3 * 3_600_000, "future"],
    ]);
    assert.deepEqual(rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 });
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: "refusing" }));
    assert.deepEqual(
      events.map(({ message }) => message),
      ["now"],
    );
  });

  it("lists groups and streams", async () => {
    for (const name of ["/list/a", "/list/b", "/list/c"])
      await logs.send(new CreateLogGroupCommand({ logGroupName: name }));
    const first = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/list/", limit: 2 }));
    assert.deepEqual(
      first.logGroups?.map(({ logGroupName }) => logGroupName),
      ["/list/a", "/list/b"],
    );
    assert.equal(first.logGroups?.[0]?.arn, "arn:aws:logs:us-east-1:000000000000:log-group:/list/a:*");
    const rest = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: "/list/", nextToken: first.nextToken }),
    );
    assert.deepEqual(
      rest.logGroups?.map(({ logGroupName }) => logGroupName),
      ["/list/c"],
    );
    assert.equal(rest.nextToken, undefined);
    const pattern = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePattern: "LIST/B" }));
    assert.deepEqual(
      pattern.logGroups?.map(({ logGroupName }) => logGroupName),
      ["/list/b"],
    );
    await stream("/list/a", "older");
    await stream("/list/a", "alpha");
    await put("/list/a", "alpha", [[9, "x"]]);
    await put("/list/a", "older", [[5, "x"]]);
    const newest = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName: "/list/a", orderBy: "LastEventTime", descending: true }),
    );
    assert.deepEqual(
      newest.logStreams?.map(({ logStreamName, lastEventTimestamp }) => [logStreamName, lastEventTimestamp]),
      [
        ["alpha", now + 9],
        ["older", now + 5],
      ],
    );
  });

  it("keeps tags and retention, and forgets a group with its events", async () => {
    await stream("forgotten", "s");
    await put("forgotten", "s", [[0, "x"]]);
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: "forgotten", retentionInDays: 7 }));
    await assert.rejects(logs.send(new PutRetentionPolicyCommand({ logGroupName: "forgotten", retentionInDays: 8 })), {
      name: "InvalidParameterException",
      message: /retentionInDays is 8; it must be one of 1, 3, 5, 7/,
    });
    const resourceArn = "arn:aws:logs:us-east-1:000000000000:log-group:forgotten";
    await logs.send(new TagResourceCommand({ resourceArn, tags: { a: "1" } }));
    assert.deepEqual((await logs.send(new ListTagsForResourceCommand({ resourceArn }))).tags, { a: "1" });
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "forgotten" }));
    assert.equal(logGroups?.[0]?.retentionInDays, 7);
    await logs.send(new DeleteLogGroupCommand({ logGroupName: "forgotten" }));
    await stream("forgotten", "s");
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: "forgotten" }));
    assert.deepEqual(events, []);
  });

  it("asks IAM for the stream that is written", async () => {
    await stream("owned", "mine");
    await stream("owned", "yours");
    const Resource = "arn:aws:logs:us-east-1:000000000000:log-group:owned:log-stream:mine";
    const { principal } = await test.mintRole({ Effect: "Allow", Action: "logs:PutLogEvents", Resource });
    const write = (logStreamName: string) =>
      test.cloud.call(
        "logs",
        "PutLogEvents",
        { logGroupName: "owned", logStreamName, logEvents: [{ timestamp: now, message: "x" }] },
        principal,
      );
    await write("mine");
    await assert.rejects(write("yours"), {
      code: "AccessDeniedException",
      message: /logs:PutLogEvents on resource: .*:log-stream:yours/,
    });
  });

  it("lets services write where a resource policy says so", async () => {
    await stream("events", "s");
    const service = servicePrincipal("events.amazonaws.com", "arn:aws:events:us-east-1:000000000000:rule/r");
    const write = () =>
      test.cloud.call(
        "logs",
        "PutLogEvents",
        { logGroupName: "events", logStreamName: "s", logEvents: [{ timestamp: now, message: "x" }] },
        service,
      );
    await assert.rejects(write(), { code: "AccessDeniedException" });
    const statement = {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "logs:PutLogEvents",
      Resource: "*",
    };
    const policyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "events" }));
    const resourceArn = logGroups[0]?.logGroupArn;
    const { revisionId } = await logs.send(new PutResourcePolicyCommand({ resourceArn, policyDocument }));
    await write();
    const remove = (expectedRevisionId?: string) =>
      logs.send(new DeleteResourcePolicyCommand({ resourceArn, expectedRevisionId }));
    await assert.rejects(remove(), { name: "OperationAbortedException" });
    await remove(revisionId);
    await assert.rejects(write(), { code: "AccessDeniedException" });
    await logs.send(new PutResourcePolicyCommand({ policyName: "events", policyDocument }));
    await write();
    const both = new PutResourcePolicyCommand({ policyName: "events", resourceArn, policyDocument });
    await assert.rejects(logs.send(both), { name: "InvalidParameterException", message: /^Exactly one of policyName/ });
  });

  it("takes metric filters with a pattern that can be read", async () => {
    await stream("measured", "s");
    const filter = (filterPattern: string) =>
      logs.send(
        new PutMetricFilterCommand({
          logGroupName: "measured",
          filterName: "errors",
          filterPattern,
          metricTransformations: [{ metricName: "Errors", metricNamespace: "Test", metricValue: "1" }],
        }),
      );
    await assert.rejects(filter("{ $.level = }"), {
      name: "InvalidParameterException",
      message: /^Invalid filter pattern: /,
    });
    await filter('{ $.level = "ERROR" }');
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "measured" }));
    assert.equal(logGroups?.[0]?.metricFilterCount, 1);
  });
});
