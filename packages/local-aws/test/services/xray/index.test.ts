import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { XRay } from "@aws-sdk/client-xray";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { aws } from "../../support/awsCli.ts";
import { refuses } from "../../support/refuses.ts";

describe("X-Ray", () => {
  let test: TestCloud;
  let xray: XRay;
  before(async () => {
    test = await startCloud();
    xray = test.client(XRay);
  });
  after(() => test.stop());

  let ids = 0;
  const hex = (digits: number) => (++ids).toString(16).padStart(digits, "0");
  const now = () => Date.now() / 1000;
  const traceId = () => `1-${Math.floor(now()).toString(16)}-${hex(24)}`;
  const segment = (trace_id: string, more: object = {}) => {
    const time = now();
    return { trace_id, id: hex(16), name: "front", start_time: time - 1, end_time: time, ...more };
  };
  const put = (...segments: (object | string)[]) =>
    xray.putTraceSegments({
      TraceSegmentDocuments: segments.map((one) => (typeof one === "string" ? one : JSON.stringify(one))),
    });
  const around = () => ({ StartTime: new Date(Date.now() - 60_000), EndTime: new Date(Date.now() + 60_000) });
  const search = async (FilterExpression?: string) =>
    (await xray.getTraceSummaries({ ...around(), FilterExpression })).TraceSummaries ?? [];

  it("keeps segments, and says what is wrong with others", async () => {
    const trace = traceId();
    const good = segment(trace);
    const { UnprocessedTraceSegments } = await put(
      good,
      "{",
      { ...segment(trace), id: "x" },
      { ...segment(trace), trace_id: "1-00000000-000000000000000000000000" },
      { ...segment(trace), end_time: 1 },
      { ...segment(trace), type: "subsegment" },
    );
    assert.deepEqual(
      UnprocessedTraceSegments?.map(({ ErrorCode }) => ErrorCode),
      ["ParseError", "MissingId", "ExpiredTraceId", "InvalidEndTime", "MissingParentId"],
    );
    const found = await xray.batchGetTraces({ TraceIds: [trace, traceId()] });
    assert.deepEqual(
      found.Traces?.map(({ Segments }) => Segments?.map(({ Id }) => Id)),
      [[good.id]],
    );
    assert.deepEqual(JSON.parse(found.Traces?.[0]?.Segments?.[0]?.Document ?? ""), good);
    assert.equal(found.UnprocessedTraceIds?.length, 1);
  });

  it("has what a client sent on disk before it answers, and finds at once what services tell", async () => {
    const [sent, told] = [traceId(), traceId()];
    const disk = new DatabaseSync(join(test.directory, "cloud.sqlite"), { readOnly: true });
    const kept = (trace: string) => disk.prepare("SELECT id FROM xray_segments WHERE trace = ?").all(trace).length;
    await put(segment(sent), segment(sent));
    assert.equal(kept(sent), 2);
    const documents = { TraceSegmentDocuments: [JSON.stringify(segment(told))] };
    await test.cloud.call("xray", "PutTraceSegments", documents);
    const { Traces = [] } = await xray.batchGetTraces({ TraceIds: [told] });
    assert.deepEqual([Traces[0]?.Segments?.length, kept(told)], [1, 1]);
    disk.close();
  });

  it("sums traces up, and finds them by filter expressions", async () => {
    const trace = traceId();
    const root = segment(trace, {
      name: "shop",
      http: { request: { url: "https://shop/buy", method: "POST" }, response: { status: 500 } },
      annotations: { customer: "c-1", items: 3 },
      user: "ann",
    });
    const behind = segment(trace, { name: "stock", parent_id: root.id, origin: "AWS::Lambda::Function", fault: true });
    await put(root, behind);
    const [summary] = (await search(`annotation.customer = "c-1"`)) as [
      NonNullable<Awaited<ReturnType<typeof search>>[0]>,
    ];
    assert.equal(summary.Id, trace);
    assert.deepEqual([summary.HasFault, summary.HasError, summary.Http?.HttpStatus], [true, false, 500]);
    assert.deepEqual(summary.EntryPoint?.Name, "shop");
    assert.deepEqual(
      summary.ServiceIds?.map(({ Name, Type }) => [Name, Type]),
      [
        ["shop", undefined],
        ["stock", "AWS::Lambda::Function"],
      ],
    );
    const matches: [string, boolean][] = [
      [`service("stock")`, true],
      [`service("stock") { fault = true }`, true],
      [`service("shop") { fault }`, false],
      [`http.status = 500 AND http.method = "POST"`, true],
      [`http.status < 500 OR user BEGINSWITH "bob"`, false],
      [`annotation[items] >= 3`.replace("items", '"items"'), true],
      [`fault AND NOT (user = "ann")`, false],
      [`ok`, false],
      [`http.url CONTAINS "buy" AND duration >= 0`, true],
    ];
    for (const [expression, matching] of matches) {
      const ids_ = (await search(expression)).map(({ Id }) => Id);
      assert.equal(ids_.includes(trace), matching, expression);
    }
    for (const expression of ["service(", "nothing = 1", 'user ~ "x"', "fault fault", "(".repeat(100)]) {
      await refuses(search(expression), "InvalidRequestException", /Invalid filter expression/, 400);
    }
    const backwards = xray.getTraceSummaries({ StartTime: new Date(), EndTime: new Date(0) });
    await refuses(backwards, "InvalidRequestException", /before EndTime/, 400);
  });

  it("draws who called whom", async () => {
    const trace = traceId();
    const query = {
      id: hex(16),
      name: "DynamoDB",
      namespace: "aws",
      start_time: now() - 1,
      end_time: now(),
      error: true,
    };
    const root = segment(trace, { name: "api", origin: "AWS::ApiGateway::Stage" });
    const fn = segment(trace, {
      name: "fn",
      origin: "AWS::Lambda::Function",
      parent_id: root.id,
      subsegments: [query],
    });
    await put(root, fn);
    const { Services = [] } = await xray.getTraceGraph({ TraceIds: [trace] });
    const edges = Services.flatMap(({ Name, Type, Edges = [] }) =>
      Edges.map(({ ReferenceId, SummaryStatistics: s }) => [
        `${Name} ${Type}`,
        Services.find((one) => one.ReferenceId === ReferenceId)?.Name,
        s?.OkCount,
        s?.ErrorStatistics?.TotalCount,
      ]),
    );
    assert.deepEqual(edges.sort(), [
      ["api AWS::ApiGateway::Stage", "fn", 1, 0],
      ["api client", "api", 1, 0],
      ["fn AWS::Lambda::Function", "DynamoDB", 0, 1],
    ]);
    const graph = await xray.getServiceGraph(around());
    assert.ok(graph.Services?.some(({ Name, Type }) => Name === "DynamoDB" && Type === "AWS::DynamoDB"));
  });

  it("keeps sampling rules, groups and encryption", async () => {
    const SamplingRule = {
      ...{ RuleName: "mine", ResourceARN: "*", Priority: 5, FixedRate: 0.5, ReservoirSize: 2, Version: 1 },
      ...{ ServiceName: "shop", ServiceType: "*", Host: "*", HTTPMethod: "*", URLPath: "/buy" },
    };
    const made = await xray.createSamplingRule({ SamplingRule, Tags: [{ Key: "a", Value: "1" }] });
    const ResourceARN = made.SamplingRuleRecord!.SamplingRule!.RuleARN!;
    assert.equal(ResourceARN, "arn:aws:xray:us-east-1:000000000000:sampling-rule/mine");
    assert.deepEqual((await xray.listTagsForResource({ ResourceARN })).Tags, [{ Key: "a", Value: "1" }]);
    await refuses(xray.createSamplingRule({ SamplingRule }), "InvalidRequestException", /already exists/, 400);
    await xray.updateSamplingRule({ SamplingRuleUpdate: { RuleName: "mine", FixedRate: 1 } });
    const wrong = xray.updateSamplingRule({ SamplingRuleUpdate: { RuleName: "mine", FixedRate: 2 } });
    await refuses(wrong, "InvalidRequestException", /between 0 and 1, it is 2/, 400);
    const { SamplingRuleRecords = [] } = await xray.getSamplingRules({});
    assert.deepEqual(
      SamplingRuleRecords.map((one) => [one.SamplingRule?.RuleName, one.SamplingRule?.FixedRate]),
      [
        ["mine", 1],
        ["Default", 0.05],
      ],
    );
    const statistics = { ClientID: hex(24), Timestamp: new Date(), RequestCount: 1, SampledCount: 1 };
    const targets = await xray.getSamplingTargets({
      SamplingStatisticsDocuments: ["mine", "none"].map((RuleName) => ({ RuleName, ...statistics })),
    });
    assert.equal(targets.SamplingTargetDocuments?.[0]?.ReservoirQuota, 2);
    assert.deepEqual(
      targets.UnprocessedStatistics?.map(({ RuleName }) => RuleName),
      ["none"],
    );
    await xray.deleteSamplingRule({ RuleName: "mine" });

    const { Group } = await xray.createGroup({ GroupName: "slow", FilterExpression: "responsetime > 5" });
    assert.match(Group?.GroupARN ?? "", /:group\/slow\/[0-9A-F]{32}$/);
    await xray.updateGroup({ GroupName: "slow", InsightsConfiguration: { InsightsEnabled: true } });
    assert.equal((await xray.getGroup({ GroupName: "slow" })).Group?.InsightsConfiguration?.InsightsEnabled, true);
    await xray.deleteGroup({ GroupName: "slow" });
    await refuses(xray.getGroup({ GroupName: "slow" }), "InvalidRequestException", /Group not found: slow/, 400);
    assert.deepEqual((await xray.getEncryptionConfig({})).EncryptionConfig, { Status: "ACTIVE", Type: "NONE" });
    const bare = xray.putEncryptionConfig({ Type: "KMS" });
    await refuses(bare, "InvalidRequestException", /KeyId must be given/, 400);
  });

  it("is for whom IAM lets it, and answers the AWS CLI", async function () {
    const { credentials } = await test.mintRole({ Effect: "Allow", Action: "xray:PutTraceSegments", Resource: "*" });
    const own = test.client(XRay, { credentials });
    await own.putTraceSegments({ TraceSegmentDocuments: [JSON.stringify(segment(traceId()))] });
    await refuses(own.getTraceSummaries(around()), "AccessDeniedException", /xray:GetTraceSummaries/, 403);
    const rules = await aws(
      test.origin,
      "xray",
      "get-sampling-rules",
      "--query",
      "SamplingRuleRecords[].SamplingRule.RuleName",
    );
    if (rules === undefined) return this.skip();
    assert.deepEqual(rules, ["Default"]);
  });
});
