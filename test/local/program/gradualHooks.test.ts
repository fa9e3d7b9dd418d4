import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { appSpec, Lab } from "local-aws/testing";

type Follow = typeof import("../../../components/deployment/follow.ts");

const root = join(import.meta.dirname, "../../..");
const timeout = 1;
/** A user's hook has thirty seconds more. */
const pace = { firstMs: 20, longestMs: 100, graceMs: 5_000, rightsMs: 0 };
const never = "export const handler = () => new Promise(() => setInterval(() => {}, 1_000));";

/** What a hook does instead of reporting, its code, and what the user is shown of its log. */
const hooks: [string, string, RegExp][] = [
  ["crashes", "export const handler = () => process.exit(7);", /Runtime exited|exit/i],
  ["is ended at its timeout", never, /platform.report: timeout/],
  ["fails to initialise", "throw new Error('no such table');", /no such table/],
  ["never begins", never, /^$/],
];

describe("a hook that cannot report", function () {
  this.timeout(60_000);
  let lab: Lab;
  let follow: Follow["follow"];
  const outcomes = new Map<string, Promise<{ message: string; said: string[]; status?: string; weight: number }>>();

  before(async () => {
    lab = await Lab.start();
    // As it is for Pulumi's process of dynamic resources.
    const bundle = join(lab.test.directory, "follow.mjs");
    const entry = "components/deployment/follow.ts";
    execFileSync(
      "node_modules/.bin/esbuild",
      [entry, "--bundle", "--platform=node", "--format=esm", `--outfile=${bundle}`],
      {
        cwd: root,
        stdio: "ignore",
      },
    );
    ({ follow } = (await import(bundle)) as Follow);
    for (const [what, code] of hooks) outcomes.set(what, outcomeOf(what, code));
    await Promise.allSettled(outcomes.values());
  });
  after(() => lab?.test.stop());

  async function outcomeOf(what: string, code: string) {
    const name = await lab.versions();
    const LogGroup = `/hooks/${name}`;
    const logs = lab.test.client(CloudWatchLogs);
    await logs.createLogGroup({ logGroupName: LogGroup });
    const LoggingConfig = { LogGroup, LogFormat: "JSON" } as const;
    const hook = await lab.create("hook", code, [], { Timeout: timeout, LoggingConfig });
    if (what === "never begins") {
      await lab.lambda.putFunctionConcurrency({ FunctionName: hook, ReservedConcurrentExecutions: 0 });
    }
    const id = await lab.deploy(await lab.group("AllAtOnce"), appSpec(name, [{ AfterAllowTraffic: hook }]));
    const inputs = {
      ...{ name: "app-shift", functionName: name, functionArn: "", alias: "live", version: "2" },
      ...{ type: "AllAtOnce", minutes: 0, application: "app", group: "" },
      afterAllowTraffic: { functionName: hook, timeout, logGroup: LogGroup },
    };
    const said: string[] = [];
    const aws = { codedeploy: lab.codedeploy, logs } as never;
    const message = await follow(aws, inputs, id, (text) => said.push(text), pace).then(
      () => "no error",
      (error: Error) => error.message,
    );
    return { message, said, status: (await lab.info(id)).status, weight: await lab.weight(name) };
  }

  for (const [what, , log] of hooks) {
    it(`that ${what}: its deployment is stopped, and the traffic is back`, async () => {
      const { message, said, status, weight } = await outcomes.get(what)!;
      assert.match(said.join("\n"), /AfterAllowTraffic InProgress, 100 % to version 2/);
      assert.match(message, /stopped: the hook AfterAllowTraffic \(hook-\d+\) did not report/);
      assert.match(message, /All traffic is with the old version; the next up tries again$/);
      assert.match(message.split("\n").slice(1, -1).join("\n"), log);
      assert.deepEqual([status, weight], ["Stopped", 0]);
    });
  }
});
