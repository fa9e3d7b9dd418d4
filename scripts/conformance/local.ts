import { readFileSync } from "node:fs";
import { join } from "node:path";
import { IAM } from "@aws-sdk/client-iam";
import { startInBackground } from "../lib/background.ts";
import { clientOf, type LocalCloud, startCloud } from "./cloud.ts";
import { runScript } from "./script.ts";
import type { Session } from "./session.ts";

/** What an `npm start` of the same copy of the program has left. */
export interface LocalRun {
  seconds: number;
  stateDirectory: string;
  outputs: Record<string, unknown>;
}

const options = ["--api-port", "0", "--aws-port", "0", "--watch", "off"];

/**
 * Brings the program up by the local engine, on a cloud of its own, and ends it.
 * @param leaf of the state folder, within the workspace.
 */
export async function startLocally(session: Session, leaf: string): Promise<LocalRun> {
  const { workspace, environment } = session;
  const stateDirectory = join(workspace.folder, leaf);
  if (session.boundaryArn) await copyPolicy(session.boundaryArn, session.cloud, stateDirectory);
  const running = await startInBackground(
    workspace.program,
    "packages/pulumi-local/src/main.ts",
    [...options, "--state-dir", stateDirectory],
    environment,
  );
  await running.stop();
  const outputs = JSON.parse(readFileSync(join(stateDirectory, "outputs.json"), "utf8"));
  return { seconds: running.secondsToReady, stateDirectory, outputs };
}

/** A policy of one cloud in another, which does not run: what the program's account has before it. */
async function copyPolicy(PolicyArn: string, from: LocalCloud, stateDirectory: string): Promise<void> {
  const source = new IAM(clientOf(from));
  const { Policy } = await source.getPolicy({ PolicyArn });
  const { PolicyVersion } = await source.getPolicyVersion({ PolicyArn, VersionId: Policy?.DefaultVersionId });
  const to = await startCloud(stateDirectory, from.region);
  try {
    const PolicyDocument = decodeURIComponent(PolicyVersion?.Document ?? "");
    await new IAM(clientOf(to)).createPolicy({ PolicyName: Policy?.PolicyName, Path: Policy?.Path, PolicyDocument });
  } catch (error) {
    // From an earlier start on the same folder.
    if ((error as Error).name !== "EntityAlreadyExistsException") throw error;
  } finally {
    await to.stop();
  }
}

/** `npm run preview:local` of the same. @returns seconds. */
export async function previewLocally(session: Session): Promise<number> {
  const began = performance.now();
  const args = ["preview", ...options, "--state-dir", join(session.workspace.folder, "none")];
  await runScript(session, "npm run preview:local", "packages/pulumi-local/src/main.ts", ...args);
  return (performance.now() - began) / 1000;
}
