import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { startCloud, type TestCloud } from "../../../../testing/cloud.ts";

describe("Logs Insights", () => {
  let cloud: TestCloud;
  let client: sdk.CloudWatchLogsClient;
  const now = Math.floor(Date.now() / 1000);
  const range = { startTime: now - 3600, endTime: now + 60 };
  before(async () => {
    cloud = await startCloud();
    client = cloud.client(sdk.CloudWatchLogsClient);
    for (const logGroupName of ["/orders", "/others", "/private"]) {
      await client.send(new sdk.CreateLogGroupCommand({ logGroupName }));
      await client.send(new sdk.CreateLogStreamCommand({ logGroupName, logStreamName: "s" }));
      const logEvents = ["paid", "open"].map((state, index) => ({
        timestamp: now * 1000 - 1000 + index,
        message: JSON.stringify({ state, group: logGroupName }),
      }));
      await client.send(new sdk.PutLogEventsCommand({ logGroupName, logStreamName: "s", logEvents }));
    }
  });
  after(() => cloud.stop());

  const start = (queryString: string, more: object = { logGroupName: "/orders" }) =>
    client.send(new sdk.StartQueryCommand({ ...range, queryString, ...more }));
  async function results(queryId: string | undefined): Promise<sdk.GetQueryResultsCommandOutput> {
    for (let tries = 0; tries < 200; tries++) {
      const answer = await client.send(new sdk.GetQueryResultsCommand({ queryId }));
      if (answer.status !== "Running") return answer;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.fail("the query did not end");
  }

  it("answers with fields, a pointer to the event, and what it has read", async () => {
    const { queryId } = await start("fields state | filter state = 'paid'");
    const answer = await results(queryId);
    assert.equal(answer.status, "Complete");
    assert.deepEqual(
      answer.results?.map((row) => row.map(({ field, value }) => [field, field === "@ptr" ? typeof value : value])),
      [
        [
          ["state", "paid"],
          ["@ptr", "string"],
        ],
      ],
    );
    const { recordsMatched, recordsScanned, logGroupsScanned } = answer.statistics ?? {};
    assert.deepEqual([recordsMatched, recordsScanned, logGroupsScanned], [1, 2, 1]);
  });

  it("reads several groups, and groups of rows have no pointer", async () => {
    const { queryId } = await start("stats count(*) as n by group | sort group", {
      logGroupNames: ["/orders", "/others"],
    });
    assert.deepEqual((await results(queryId)).results, [
      [
        { field: "group", value: "/orders" },
        { field: "n", value: "2" },
      ],
      [
        { field: "group", value: "/others" },
        { field: "n", value: "2" },
      ],
    ]);
  });

  it("reads what lies between the times alone, both included", async () => {
    const count = async (startTime: number, endTime: number) => {
      const { queryId } = await start("stats count(*) as n", { logGroupName: "/orders", startTime, endTime });
      return (await results(queryId)).results?.[0]?.[0]?.value;
    };
    assert.equal(await count(now - 1, now - 1), "2");
    assert.equal(await count(now, now + 10), "0");
  });

  it("lists queries, the latest first", async () => {
    const { queryId } = await start("fields @message", { logGroupIdentifiers: ["/private"] });
    await results(queryId);
    const list = async (status?: sdk.QueryStatus) =>
      (await client.send(new sdk.DescribeQueriesCommand({ logGroupName: "/private", status }))).queries ?? [];
    const [query, ...others] = await list();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [query?.queryId, query?.queryString, query?.status, query?.queryLanguage],
      [
        queryId,
        `SOURCE "/private" START=${range.startTime}000 END=${range.endTime}999 | fields @message`,
        "Complete",
        "CWLI",
      ],
    );
    assert.deepEqual(await list("Scheduled"), []);
    const { success } = await client.send(new sdk.StopQueryCommand({ queryId }));
    assert.equal(success, false);
  });

  it("says where a query is wrong", async () => {
    await assert.rejects(start("fields a | pattern b"), (error: sdk.MalformedQueryException) => {
      assert.equal(error.name, "MalformedQueryException");
      assert.deepEqual(error.queryCompileError?.location, { startCharOffset: 11, endCharOffset: 18 });
      return true;
    });
  });

  for (const [why, more, message] of [
    ["no group", {}, /Exactly one of logGroupName/],
    ["groups named twice", { logGroupName: "/orders", logGroupNames: ["/orders"] }, /Exactly one of logGroupName/],
    ["a group that is not there", { logGroupName: "/nothing" }, /log group does not exist/],
    ["an end before its start", { logGroupName: "/orders", endTime: 1 }, /the end must not be before the start/],
    ["another language", { logGroupName: "/orders", queryLanguage: "PPL" }, /queries in CWLI, not in PPL/],
    ["too many rows", { logGroupName: "/orders", limit: 100_001 }, /limit is 100001/],
  ] as const) {
    it(`refuses ${why}`, () => assert.rejects(start("fields a", more), message));
  }

  it("lets read what a role may query", async () => {
    const role = await cloud.mintRole({
      Effect: "Allow",
      Action: "logs:StartQuery",
      Resource: "arn:aws:logs:us-east-1:000000000000:log-group:/orders:*",
    });
    const theirs = cloud.client(sdk.CloudWatchLogsClient, role);
    const ask = (logGroupNames: string[]) =>
      theirs.send(new sdk.StartQueryCommand({ ...range, queryString: "fields a", logGroupNames }));
    await ask(["/orders"]);
    await assert.rejects(ask(["/orders", "/private"]), { name: "AccessDeniedException" });
    await assert.rejects(theirs.send(new sdk.GetQueryResultsCommand({ queryId: "q" })), {
      name: "AccessDeniedException",
    });
    await assert.rejects(client.send(new sdk.GetQueryResultsCommand({ queryId: "q" })), {
      name: "ResourceNotFoundException",
    });
  });

  it("keeps queries under a name", async () => {
    const put = (more: object) =>
      client.send(new sdk.PutQueryDefinitionCommand({ name: "errors/late", queryString: "filter late", ...more }));
    const { queryDefinitionId } = await put({ logGroupNames: ["/orders"] });
    await put({ queryDefinitionId, queryString: "filter later" });
    const list = async (queryDefinitionNamePrefix: string) =>
      (await client.send(new sdk.DescribeQueryDefinitionsCommand({ queryDefinitionNamePrefix }))).queryDefinitions ??
      [];
    const [found, ...others] = await list("errors/");
    assert.deepEqual([found?.queryDefinitionId, found?.queryString, others], [queryDefinitionId, "filter later", []]);
    assert.deepEqual(await list("other"), []);
    await assert.rejects(put({ queryString: "filter" }), { name: "MalformedQueryException" });
    await assert.rejects(put({ queryDefinitionId: "none" }), { name: "ResourceNotFoundException" });
    await client.send(new sdk.DeleteQueryDefinitionCommand({ queryDefinitionId }));
    await assert.rejects(client.send(new sdk.DeleteQueryDefinitionCommand({ queryDefinitionId })), /does not exist/);
  });
});
