import assert from "node:assert/strict";
import { bar, newestOf, placesOf, row } from "../../../scripts/lib/deployments.ts";
import { Failure } from "../../../scripts/lib/failure.ts";
import type { Stack } from "../../../scripts/lib/stack.ts";

const stack = (deployments: object): Stack => ({ name: "dev", outputs: { deployments }, client: { region: "x" } });
const place = { application: "app", group: "dev-whodis" };

describe("deployments of a stack", () => {
  it("are those of its functions, or of the ones named", () => {
    const both = stack({ whodis: place, oleoleole: place });
    assert.deepEqual(
      placesOf(both, []).map(({ name }) => name),
      ["oleoleole", "whodis"],
    );
    assert.deepEqual(placesOf(both, ["whodis"]), [{ name: "whodis", ...place }]);
  });

  it("are none of a function that is not there, or where versions change at once", () => {
    const refused = (deployments: object, names: string[], message: RegExp) =>
      assert.throws(
        () => placesOf(stack(deployments), names),
        (error: Error) => error instanceof Failure && message.test(error.message),
      );
    refused({ whodis: place }, ["who"], /There is no function "who". There are: whodis/);
    refused({}, [], /changes versions at once: config gradualDeployment is false/);
  });

  it("are shown with a bar, their hooks, and why they failed", () => {
    assert.equal(bar(0), "[--------------------] 0 %");
    assert.equal(bar(0.1), "[##------------------] 10 %");
    assert.equal(bar(1), "[####################] 100 %");
    const lambdaFunctionInfo = { currentVersion: "1", targetVersion: "2", targetVersionWeight: 0.5 };
    const lifecycleEvents = [
      { lifecycleEventName: "BeforeAllowTraffic", status: "Succeeded" as const },
      { lifecycleEventName: "AllowTraffic", status: "InProgress" as const },
      { lifecycleEventName: "AfterAllowTraffic", status: "Pending" as const },
    ];
    const info = { deploymentId: "d-1", status: "InProgress" as const, createTime: new Date(0) };
    const going = { name: "whodis", info, target: { lambdaFunctionInfo, lifecycleEvents } };
    const half = "[##########----------] 50 %";
    assert.deepEqual(row(going), [
      ...["whodis", "d-1", "InProgress", "1 -> 2", half, "1970-01-01T00:00:00.000Z", "BeforeAllowTraffic Succeeded"],
    ]);
    const failed = { ...going, info: { ...info, errorInformation: { code: "ALARM_ACTIVE" as const, message: "red" } } };
    assert.equal(row(failed).at(-1), "red");
    const back = { ...going, info: { ...info, rollbackInfo: { rollbackTriggeringDeploymentId: "d-0" } } };
    assert.equal(row(back).at(-1), "rollback of d-0");
    const rollbackInfo = { rollbackDeploymentId: "d-2" };
    const taken = { ...failed, info: { ...failed.info, rollbackInfo } };
    assert.deepEqual([row(taken)[4], row(taken).at(-1)], ["[--------------------] 0 %", "red; rolled back by d-2"]);
    assert.equal(newestOf([back, taken]), taken);
    assert.equal(newestOf([]), undefined);
  });
});
