import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { CreateFunctionCommandInput } from "@aws-sdk/client-lambda";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";
import { pythonTools, withoutPython } from "../../../testing/python.ts";

describe("logs of functions of Python", function () {
  this.timeout(240_000);
  let functions: Functions;
  before(async function () {
    const reason = await withoutPython();
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    functions = await startFunctions({}, { tools: pythonTools });
  });
  after(() => functions?.test.stop());

  const create = (name: string, code: string, settings: Partial<CreateFunctionCommandInput> = {}) =>
    functions.create(name, "", {
      Runtime: "python3.11",
      Handler: "app.handler",
      Timeout: 20,
      Code: { ZipFile: zip({ "app.py": code }) },
      ...settings,
    });

  const logOf = async (name: string, until: RegExp): Promise<string[]> => {
    const client = functions.test.client(CloudWatchLogsClient);
    for (;;) {
      const { events = [] } = await client
        .send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` }))
        .catch(() => ({ events: [] }));
      const messages = events.map(({ message }) => message ?? "");
      if (messages.some((message) => until.test(message))) return messages;
      await wait(50);
    }
  };
  const writer = `
import logging, sys, threading
log = logging.getLogger()
log.setLevel("INFO")
def handler(event, context):
    log.info("two\\nlines ü")
    log.debug("unheard")
    print("printed")
    print("to stderr", file=sys.stderr)
    thread = threading.Thread(target=lambda: print("from a thread"))
    thread.start(); thread.join()
    sys.stdout.write("without an end")`;

  it("write their log as text: what a logger says is one event", async () => {
    await create("text", writer);
    await functions.invoke("text");
    const events = await logOf("text", /^REPORT/);
    const shapes = events.map((event) =>
      event.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID").replace(/[\d-]+T[\d:.]+Z/, "TIME"),
    );
    const said = shapes.filter((event) => !/^(REPORT|INIT)/.test(event)).sort();
    assert.deepEqual(
      said,
      [
        "START RequestId: ID Version: $LATEST\n",
        "[INFO]\tTIME\tID\ttwo\nlines ü\n",
        "printed\n",
        "to stderr\n",
        "from a thread\n",
        "without an end",
        "END RequestId: ID\n",
      ].sort(),
    );
    assert.match(events.join(""), /^REPORT RequestId: \S+\tDuration: .*\tMax Memory Used: \d+ MB\tInit Duration: /m);
  });

  it("write their log as JSON", async () => {
    await create("json", writer, { LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "INFO" } });
    await functions.invoke("json");
    const events = (await logOf("json", /platform\.report/)).filter((event) => event.startsWith("{"));
    const records = events.map((event) => JSON.parse(event) as Record<string, unknown>);
    const { level, message, requestId } = records.find(({ message }) => message !== undefined) ?? {};
    assert.deepEqual([level, message], ["INFO", "two\nlines ü"]);
    assert.match(String(requestId), /^[0-9a-f-]{36}$/);
    assert.deepEqual(records.map(({ type }) => type).filter(Boolean), [
      "platform.initStart",
      "platform.start",
      "platform.report",
    ]);
  });
});
