import { createHash } from "node:crypto";
import { ExecutionAlreadyExists, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { S3ObjectCreatedNotificationEvent } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { sfn } from "./clients.ts";
import { settings } from "./settings.ts";

type Drop = { detail: S3ObjectCreatedNotificationEvent["detail"] };

/**
 * Starts the execution for a dropped file. S3 tells of a file at least once: bucket, key and version make the execution's
 * name, and a second one of that name is none.
 */
export async function handler({ detail: { bucket, object } }: Drop): Promise<void> {
  const versionId = object["version-id"];
  const identity = [bucket.name, object.key, versionId ?? `${object.etag} ${object.sequencer}`];
  const name = `drop-${createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 48)}`;
  const input = {
    bucket: bucket.name,
    key: object.key,
    ...(versionId && { versionId }),
    approval_needed: process.env.DROPS_NEED_APPROVAL === "true",
  };
  try {
    await sfn.send(
      new StartExecutionCommand({ stateMachineArn: settings.stateMachine, name, input: JSON.stringify(input) }),
    );
    logger.info("started", { name });
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
}
