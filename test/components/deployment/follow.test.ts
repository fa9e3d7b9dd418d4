import assert from "node:assert/strict";
import type { ShiftInputs } from "../../../components/deployment/codeDeploy.ts";
import { DeploymentFailure, follow, type Pace, stop } from "../../../components/deployment/follow.ts";

const pace: Pace = { firstMs: 1, longestMs: 2, graceMs: 30, rightsMs: 0 };
const inputs: ShiftInputs = {
  name: "hello-shift",
  functionName: "hello",
  functionArn: "arn:aws:lambda:eu-west-1:123456789012:function:hello",
  alias: "live",
  version: "4",
  type: "AllAtOnce",
  minutes: 0,
  application: "app",
  group: "group",
  beforeAllowTraffic: { functionName: "hello-pre", timeout: 0.02, logGroup: "/pre" },
};

/** A CodeDeploy whose one deployment has a hook that never reports, and that ends only when it is stopped. */
function mute(rollbackStatus = "Succeeded") {
  const calls: string[] = [];
  let stopped = 0;
  const began = new Date();
  const codedeploy = {
    getDeployment: async ({ deploymentId }: { deploymentId: string }) => {
      if (deploymentId === "back") {
        calls.push("rollback looked at");
        return { deploymentInfo: { status: rollbackStatus, errorInformation: { message: "no right" } } };
      }
      const errorInformation = { code: "MANUAL_STOP", message: "The deployment was stopped by a user" };
      const rollbackInfo = { rollbackDeploymentId: "back" };
      const ended = { status: "Stopped", errorInformation, rollbackInfo, completeTime: new Date() };
      return {
        deploymentInfo: { deploymentId, createTime: began, status: "InProgress", ...(stopped > 0 && ended) },
      };
    },
    listDeploymentTargets: async () => ({ targetIds: ["x"] }),
    batchGetDeploymentTargets: async () => ({
      deploymentTargets: [
        {
          lambdaTarget: {
            lambdaFunctionInfo: { targetVersion: "4", targetVersionWeight: 0 },
            lifecycleEvents: [
              {
                lifecycleEventName: "BeforeAllowTraffic",
                status: stopped > 0 ? "Failed" : "InProgress",
                startTime: began,
              },
            ],
          },
        },
      ],
    }),
    stopDeployment: async (request: object) => {
      stopped += 1;
      calls.push(JSON.stringify(request));
    },
  };
  const logs = {
    filterLogEvents: async ({ logGroupName }: { logGroupName: string }) => {
      calls.push(`log ${logGroupName}`);
      return { events: [{ message: "Runtime exited with error: signal: killed\n" }] };
    },
  };
  return { aws: { codedeploy, logs } as never, calls };
}

describe("waiting for a deployment", () => {
  it("stops it, with rollback, when a hook is past its timeout; and says which hook, with its log", async () => {
    const { aws, calls } = mute();
    const said: string[] = [];
    const began = Date.now();
    await assert.rejects(
      follow(aws, inputs, "d-1", (text) => said.push(text), pace),
      (error: Error) => {
        assert.match(error.message, /d-1 of hello to version 4 stopped: the hook BeforeAllowTraffic \(hello-pre\) did/);
        assert.match(error.message, /Runtime exited with error: signal: killed/);
        assert.match(error.message, /the next up tries again/);
        return true;
      },
    );
    assert.ok(Date.now() - began >= 49, "not before timeout and grace");
    assert.deepEqual(calls, [
      JSON.stringify({ deploymentId: "d-1", autoRollbackEnabled: true }),
      "log /pre",
      "rollback looked at",
    ]);
    assert.match(said[0] ?? "", /^BeforeAllowTraffic InProgress, 0 % to version 4, 0:00$/);
    assert.match(said[1] ?? "", /did not report: .* the deployment is stopped/);
  });

  it("says so when the rollback fails too", async () => {
    const { aws } = mute("Failed");
    await assert.rejects(
      follow(aws, inputs, "d-1", () => {}, pace),
      /hook BeforeAllowTraffic .*\n.*\nrollback back failed: no right; look where the alias points$/s,
    );
  });

  it("waits for the rollback of a deployment that it stops itself", async () => {
    const { aws, calls } = mute();
    await stop(aws, "d-1", pace);
    assert.deepEqual(calls.at(-1), "rollback looked at");
  });

  /** A deployment that failed: what CodeDeploy says of it at each look, the last one again and again. */
  function failed(...looks: object[]) {
    const createTime = new Date(0);
    const first = { deploymentId: "d-1", status: "Failed", createTime, completeTime: new Date(10_000) };
    let at = 0;
    const codedeploy = {
      getDeployment: async ({ deploymentId }: { deploymentId: string }) => ({
        deploymentInfo:
          deploymentId === "d-1"
            ? { ...first, ...looks[Math.min(at++, looks.length - 1)] }
            : { deploymentId, status: "Succeeded" },
      }),
      listDeploymentTargets: async () => {
        throw Object.assign(new Error("not started"), { name: "DeploymentNotStartedException" });
      },
    };
    const failure = follow({ codedeploy } as never, inputs, "d-1", () => {}, pace).catch((error) => error);
    return failure as Promise<DeploymentFailure>;
  }

  it("looks again for a rollback that is not named at once", async () => {
    const { message } = await failed({}, { rollbackInfo: {} }, { rollbackInfo: { rollbackDeploymentId: "back" } });
    assert.match(message, /\nAll traffic is with the old version; the next up tries again$/);
  });

  it("does not wait for ever for a rollback, nor for one that CodeDeploy says will not be", async () => {
    assert.match((await failed({})).message, /\nThe next up tries again$/);
    const none = { rollbackInfo: { rollbackMessage: "There is no previous revision." } };
    const late = { rollbackInfo: { rollbackDeploymentId: "back" } };
    assert.match((await failed(none, late)).message, /\nThe next up tries again$/);
  });

  it("says what to do where an alarm holds back the fix of what it rings for", async () => {
    const errorInformation = { code: "ALARM_ACTIVE", message: "errors" };
    const { message } = await failed({ rollbackInfo: { rollbackMessage: "none" }, errorInformation });
    assert.match(
      message,
      /\nThe next up tries again\nWhere the alarm rings for the old version .* set ignoreAlarms of the deployment$/,
    );
  });

  it("tells a right that may be too new from one that is missing, and from any other reason", async () => {
    const denied = { code: "IAM_ROLE_PERMISSIONS", message: "The role is not authorized to perform: lambda:GetAlias" };
    const old = { completeTime: new Date(121_000) };
    const back = { rollbackInfo: { rollbackMessage: "none" } };
    const cases: [object, boolean][] = [
      [{ ...back, errorInformation: denied }, true],
      [{ ...back, errorInformation: denied, ...old }, false],
      [{ ...back, errorInformation: { code: "ALARM_ACTIVE", message: "errors" } }, false],
    ];
    for (const [info, early] of cases) {
      const failure = await failed(info);
      assert.ok(failure instanceof DeploymentFailure);
      assert.equal(failure.refusedEarly, early);
    }
  });
});
