/**
 * Canaries of stages: a part of the requests goes to another deployment, until it is promoted.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html
 */
import type { CanarySettings as CanaryShape, DeploymentCanarySettings } from "@aws-sdk/client-api-gateway";
import type { CanarySettings, Stage } from "../model.ts";
import { only, type Patch, type PatchRules, parse } from "../patch.ts";
import { badRequest } from "../records.ts";

/** @param deploymentId that of the canary, unless the settings name one. */
export function readCanary(given: CanaryShape & DeploymentCanarySettings, deploymentId: string): CanarySettings {
  const { percentTraffic = 0, stageVariableOverrides, useStageCache = false } = given;
  checkPercent(percentTraffic);
  return {
    percentTraffic,
    deploymentId: given.deploymentId ?? deploymentId,
    ...(stageVariableOverrides && { stageVariableOverrides }),
    useStageCache,
  };
}

function checkPercent(percent: number): void {
  if (percent < 0 || percent > 100) throw badRequest("Percent traffic must be between 0 and 100");
}

/** Settings of a stage that had none begin with its own deployment. */
function change(stage: Stage, values: Partial<CanarySettings>): void {
  const { deploymentId } = stage;
  stage.canarySettings = { percentTraffic: 0, deploymentId, useStageCache: false, ...stage.canarySettings, ...values };
}

const setter = (path: string, set: (stage: Stage, value: string) => void) =>
  Object.assign(
    (stage: Stage, { op, value = "" }: Patch) => {
      if (op !== "replace") throw badRequest(`Invalid ${op} operation with path: ${path}`);
      set(stage, value);
    },
    { ops: ["add", "replace"] as Patch["op"][] },
  );

export const canaryRules: PatchRules<Stage> = {
  "/canarySettings": only(["remove"], (stage) => {
    delete stage.canarySettings;
  }),
  "/canarySettings/percentTraffic": setter("/canarySettings/percentTraffic", (stage, value) => {
    const percentTraffic = parse("number", "percentTraffic", value) as number;
    checkPercent(percentTraffic);
    change(stage, { percentTraffic });
  }),
  "/canarySettings/deploymentId": setter("/canarySettings/deploymentId", (stage, deploymentId) =>
    change(stage, { deploymentId }),
  ),
  "/canarySettings/useStageCache": setter("/canarySettings/useStageCache", (stage, value) =>
    change(stage, { useStageCache: value === "true" }),
  ),
  "/canarySettings/stageVariableOverrides": only(["copy"], (_stage, { from }) => {
    throw invalidCopy("/canarySettings/stageVariableOverrides", from);
  }),
  "/canarySettings/stageVariableOverrides/*": (stage, { op, value = "", segments: [name = ""] }) => {
    const overrides = { ...stage.canarySettings?.stageVariableOverrides };
    if (op === "remove") delete overrides[name];
    else overrides[name] = value;
    change(stage, { stageVariableOverrides: overrides });
  },
};

const invalidCopy = (path: string, from: string | undefined) =>
  badRequest(
    `Invalid copy operation with path: ${path} and from ${from}. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]`,
  );

const canaryOf = ({ canarySettings }: Stage): CanarySettings => {
  if (!canarySettings) throw badRequest("Promotion not available. Canary does not exist.");
  return canarySettings;
};

/** The stage's deployment: another one, or by a copy, that of the canary. */
export const deploymentRule = Object.assign(
  (stage: Stage, { op, value = "", from }: Patch) => {
    if (op === "copy" && from !== "/canarySettings/deploymentId") throw invalidCopy("/deploymentId", from);
    stage.deploymentId = op === "copy" ? canaryOf(stage).deploymentId : value;
  },
  { ops: ["replace", "copy"] as Patch["op"][] },
);

/** The canary's variables become the stage's. */
export const promotion = only<Stage>(["copy"], (stage, { from }) => {
  if (from !== "/canarySettings/stageVariableOverrides") throw invalidCopy("/variables", from);
  stage.variables = { ...stage.variables, ...canaryOf(stage).stageVariableOverrides };
});
