import type { AutoRollbackEvent, ErrorCode } from "@aws-sdk/client-codedeploy";

/** Why a deployment does not continue, in CodeDeploy's error codes. */
export class Halt extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  /** A user or an alarm stops a deployment; anything else makes it fail. */
  get status(): "Failed" | "Stopped" {
    return this.code === "ALARM_ACTIVE" || this.code === "MANUAL_STOP" ? "Stopped" : "Failed";
  }

  /** What a group's automatic rollback calls it. */
  get rollbackEvent(): AutoRollbackEvent {
    switch (this.code) {
      case "ALARM_ACTIVE":
        return "DEPLOYMENT_STOP_ON_ALARM";
      case "MANUAL_STOP":
        return "DEPLOYMENT_STOP_ON_REQUEST";
      default:
        return "DEPLOYMENT_FAILURE";
    }
  }
}

export function asHalt(error: Error): Halt {
  if (error instanceof Halt) return error;
  return new Halt(/AccessDenied/.test(error.name) ? "IAM_ROLE_PERMISSIONS" : "INTERNAL_ERROR", error.message);
}
