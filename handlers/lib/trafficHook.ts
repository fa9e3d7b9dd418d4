import {
  CodeDeployClient,
  LifecycleEventStatus,
  PutLifecycleEventHookExecutionStatusCommand,
} from "@aws-sdk/client-codedeploy";
import type { Context, Handler } from "aws-lambda";
import { logger } from "./logger.ts";

/** What CodeDeploy sends. https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html#reference-appspec-file-structure-hooks-section-structure-lambda */
export interface TrafficHookEvent {
  DeploymentId: string;
  LifecycleEventHookExecutionId: string;
}

/** So long before its deadline a hook reports that it was not done, in milliseconds. */
const reserveMs = 5_000;

const client = new CodeDeployClient({});

/**
 * A deployment's hook of a function that judges the new version: one that returns lets the deployment go on, one that
 * throws, or is not done five seconds before its timeout, ends it, with the reason in the hook's log.
 *
 * @param judge is given the new version's ARN, to be invoked, and until when it may take, in milliseconds since 1970.
 * @example
 * export const handler = trafficHook(async (versionArn) => {
 *   const answer = await invoke(versionArn);
 *   if (answer.statusCode !== 200) throw new Error(`it answers ${answer.statusCode}`);
 * });
 */
export const trafficHook =
  (judge: (versionArn: string, deadline: number) => Promise<void>): Handler<TrafficHookEvent, void> =>
  async ({ DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId }, context) => {
    logger.addContext(context);
    const versionArn = process.env.TARGET_ARN ?? "";
    const failure = await failureOf((deadline) => judge(versionArn, deadline), context);
    if (failure) logger.error(`not fit for traffic: ${failure.message}`, { deploymentId, versionArn, error: failure });
    else logger.info("fit for traffic", { deploymentId, versionArn });
    const status = failure ? LifecycleEventStatus.FAILED : LifecycleEventStatus.SUCCEEDED;
    // A report that does not arrive is thrown: Lambda tries the hook again.
    await client.send(
      new PutLifecycleEventHookExecutionStatusCommand({ deploymentId, lifecycleEventHookExecutionId, status }),
    );
  };

async function failureOf(judge: (deadline: number) => Promise<void>, context: Context): Promise<Error | undefined> {
  const remaining = context.getRemainingTimeInMillis();
  // A hook of a very short timeout keeps half of it.
  const allowed = Math.max(remaining - reserveMs, remaining / 2);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `not done after ${(allowed / 1_000).toFixed(1)} s, shortly before the hook's timeout`;
    timer = setTimeout(() => reject(new Error(message)), allowed);
  });
  try {
    await Promise.race([judge(Date.now() + allowed), late]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(timer);
  }
}
