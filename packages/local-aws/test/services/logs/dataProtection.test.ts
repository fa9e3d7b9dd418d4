import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("data protection of CloudWatch Logs", () => {
  let cloud: TestCloud;
  let logs: CloudWatchLogs;
  const logGroupName = "/people";
  const place = { logGroupName, logStreamName: "s" };
  before(async () => {
    cloud = await startCloud();
    logs = cloud.client(CloudWatchLogs);
    await logs.createLogGroup({ logGroupName });
    await logs.createLogStream(place);
  });
  after(() => cloud.stop());

  const managed = (name: string) => `arn:aws:dataprotection::aws:data-identifier/${name}`;
  const document = (names: string[], more: object = {}) => ({
    Name: "people",
    Version: "2021-06-01",
    Statement: [
      { Sid: "audit", DataIdentifier: names, Operation: { Audit: { FindingsDestination: {} } } },
      { Sid: "redact", DataIdentifier: names, Operation: { Deidentify: { MaskConfig: {} } } },
    ],
    ...more,
  });
  const put = (given: unknown) =>
    logs.putDataProtectionPolicy({
      logGroupIdentifier: logGroupName,
      policyDocument: typeof given === "string" ? given : JSON.stringify(given),
    });
  const write = (...messages: string[]) =>
    logs.putLogEvents({ ...place, logEvents: messages.map((message) => ({ timestamp: Date.now(), message })) });
  const all = [
    ...["EmailAddress", "IpAddress", "CreditCardNumber", "AwsSecretKey", "OpenSshPrivateKey", "PkcsPrivateKey"].map(
      managed,
    ),
    "Employee",
  ];
  const Configuration = { CustomDataIdentifier: [{ Name: "Employee", Regex: "E-\\d{4}" }] };

  it("masks what comes later, wherever it comes out", async () => {
    await write("ann@example.com was early");
    await sleep(5);
    await put(document(all, { Configuration }));
    const lines: [message: string, shown: string][] = [
      ["mail ann.lee+x@mail.example.com now", `mail ${"*".repeat(26)} now`],
      ["from 10.20.30.40 and 300.1.1.1", `from ${"*".repeat(11)} and 300.1.1.1`],
      ["card 4111 1111 1111 1111, not 4111 1111 1111 1112", `card ${"*".repeat(19)}, not 4111 1111 1111 1112`],
      [`key=${"Ab1/".repeat(10)};`, `key=${"*".repeat(40)};`],
      [`long=${"Ab1/".repeat(11)};`, `long=${"Ab1/".repeat(11)};`],
      ["by E-1234", "by ******"],
      ["-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", "*".repeat(65)],
      ['{"who":"bob@example.com","n":1}', '{"who":"***************","n":1}'],
    ];
    await write(...lines.map(([message]) => message));
    const { events = [] } = await logs.getLogEvents({ ...place, startFromHead: true });
    assert.deepEqual(
      events.map(({ message }) => message),
      ["ann@example.com was early", ...lines.map(([, shown]) => shown)],
    );
    const found = await logs.filterLogEvents({ logGroupName, filterPattern: '"bob@example.com"' });
    assert.deepEqual(found.events, []);
    const now = Math.floor(Date.now() / 1000);
    const { queryId } = await logs.startQuery({
      ...{ logGroupName, startTime: now - 60, endTime: now + 60, queryString: "fields who | filter ispresent(who)" },
    });
    let answer = await logs.getQueryResults({ queryId });
    while (answer.status === "Running") answer = await logs.getQueryResults({ queryId });
    assert.equal(answer.results?.[0]?.[0]?.value, "***************");
  });

  it("shows it to who may unmask it", async () => {
    const allowed = (...Action: string[]) => ({ Effect: "Allow", Action, Resource: "*" });
    const reader = cloud.client(
      CloudWatchLogs,
      await cloud.mintRole(allowed("logs:FilterLogEvents", "logs:GetLogEvents")),
    );
    const officer = cloud.client(CloudWatchLogs, await cloud.mintRole(allowed("logs:FilterLogEvents", "logs:Unmask")));
    const ask = { logGroupName, filterPattern: '"bob@example.com"', unmask: true };
    await assert.rejects(reader.filterLogEvents(ask), /logs:Unmask/);
    await assert.rejects(reader.getLogEvents({ ...place, unmask: true }), /logs:Unmask/);
    assert.equal((await reader.filterLogEvents({ ...ask, unmask: false })).events?.length, 0);
    assert.match((await officer.filterLogEvents(ask)).events?.[0]?.message ?? "", /bob@example\.com/);
  });

  it("is kept, told of, and ended", async () => {
    const { policyDocument, lastUpdatedTime } = await logs.getDataProtectionPolicy({
      logGroupIdentifier: logGroupName,
    });
    assert.deepEqual(
      [JSON.parse(policyDocument ?? ""), typeof lastUpdatedTime],
      [document(all, { Configuration }), "number"],
    );
    const status = async () => (await logs.describeLogGroups({})).logGroups?.[0]?.dataProtectionStatus;
    assert.equal(await status(), "ACTIVATED");
    await logs.deleteDataProtectionPolicy({ logGroupIdentifier: logGroupName });
    assert.equal(await status(), undefined);
    const { events = [] } = await logs.filterLogEvents({ logGroupName, filterPattern: '"bob@example.com"' });
    assert.equal(events.length, 1);
    const gone = await logs.getDataProtectionPolicy({ logGroupIdentifier: logGroupName });
    assert.equal(gone.policyDocument, undefined);
  });

  const email = [managed("EmailAddress")];
  const [audit, redact] = document(email).Statement;
  for (const [given, message] of [
    ["{", /must be a JSON document/],
    ["null", /must be a JSON object/],
    [document(email, { Name: "" }), /Name is required/],
    [document(email, { Version: "2012-10-17" }), /Version must be 2021-06-01/],
    [document(email, { Statement: [audit] }), /a list of two/],
    [
      document(email, { Statement: [audit, { ...redact, DataIdentifier: [managed("IpAddress")] }] }),
      /the same DataIdentifier/,
    ],
    [document([]), /a list of at least one/],
    [document([managed("Name")]), /does not know the data identifier .*\/Name; it has AwsSecretKey/],
    [document([managed("constructor")]), /does not know the data identifier/],
    [document(["Employee"]), /does not know the data identifier Employee/],
    [
      document(["X"], { Configuration: { CustomDataIdentifier: [{ Name: "X", Regex: "(" }] } }),
      /is no regular expression/,
    ],
    [document(["X"], { Configuration: { CustomDataIdentifier: [null] } }), /has Name and Regex/],
    [document(["X"], { Configuration: { CustomDataIdentifier: {} } }), /a list of at most 10/],
  ] as const) {
    it(`refuses a policy: ${message}`, () =>
      assert.rejects(put(given), (error: Error) => {
        assert.equal(error.name, "InvalidParameterException");
        assert.match(error.message, message);
        return true;
      }));
  }
});
