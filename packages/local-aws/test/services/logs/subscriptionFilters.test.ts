import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { Lambda } from "@aws-sdk/client-lambda";
import { type Sources, startSources } from "../../../testing/eventsources.ts";

const group = { logGroupName: "/app" };
const destinationArn = "arn:aws:lambda:us-east-1:000000000000:function:reader";

describe("subscription filters of CloudWatch Logs", () => {
  let sources: Sources;
  let logs: CloudWatchLogs;
  before(async () => {
    sources = await startSources();
    logs = sources.test.client(CloudWatchLogs);
    await logs.createLogGroup(group);
    await logs.createLogStream({ ...group, logStreamName: "s" });
    await sources.fn("reader", "await tell(event)");
  });
  after(() => sources.test.stop());

  const put = (filterName: string, filterPattern = "", more: object = {}) =>
    logs.putSubscriptionFilter({ ...group, filterName, filterPattern, destinationArn, ...more });

  it("need a function that lets CloudWatch Logs in for the group", async () => {
    const refused = { name: "InvalidParameterException", message: /Could not execute the lambda function/ };
    await assert.rejects(put("errors"), refused);
    await assert.rejects(put("errors", "", { destinationArn: `${destinationArn}-none` }), refused);
    await sources.test.client(Lambda).addPermission({
      FunctionName: "reader",
      StatementId: "logs",
      Action: "lambda:InvokeFunction",
      Principal: "logs.us-east-1.amazonaws.com",
      SourceArn: "arn:aws:logs:us-east-1:000000000000:log-group:/app:*",
      SourceAccount: "000000000000",
    });
    await put("errors", "ERROR");
  });

  it("send what matches, zipped, with where it comes from", async () => {
    const timestamp = Date.now();
    const logEvents = ["ERROR one", "fine", "ERROR two"].map((message) => ({ timestamp, message }));
    await logs.putLogEvents({ ...group, logStreamName: "s", logEvents });
    const [{ awslogs }] = await sources.told("reader", 1);
    const { logEvents: sent, ...message } = JSON.parse(gunzipSync(Buffer.from(awslogs.data, "base64")).toString());
    assert.deepEqual(message, {
      messageType: "DATA_MESSAGE",
      owner: "000000000000",
      logGroup: "/app",
      logStream: "s",
      subscriptionFilters: ["errors"],
    });
    assert.deepEqual(
      sent.map(({ id, ...event }: { id: string }) => {
        assert.match(id, /^\d{56}$/);
        return event;
      }),
      [
        { timestamp, message: "ERROR one" },
        { timestamp, message: "ERROR two" },
      ],
    );
  });

  it("are two of a group at most, changed and deleted by name", async () => {
    await put("all");
    await assert.rejects(put("third"), { name: "LimitExceededException" });
    await put("all", "x");
    const { subscriptionFilters = [] } = await logs.describeSubscriptionFilters(group);
    assert.deepEqual(
      subscriptionFilters.map(({ creationTime: _, ...filter }) => filter),
      [
        { filterName: "all", filterPattern: "x" },
        { filterName: "errors", filterPattern: "ERROR" },
      ].map((one) => ({
        ...group,
        ...one,
        destinationArn,
        distribution: "ByLogStream",
        applyOnTransformedLogs: false,
      })),
    );
    await logs.deleteSubscriptionFilter({ ...group, filterName: "all" });
    await assert.rejects(logs.deleteSubscriptionFilter({ ...group, filterName: "all" }), {
      name: "ResourceNotFoundException",
      message: "The specified subscription filter does not exist.",
    });
    await assert.rejects(logs.describeSubscriptionFilters({ logGroupName: "none" }), /log group does not exist/);
  });
});
