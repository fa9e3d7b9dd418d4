/** Why a deployment does not go on, in CodeDeploy's error codes. */
export class Halt extends Error {
  readonly code: string;
  readonly status: "Failed" | "Stopped";

  constructor(code: string, message: string, status: "Failed" | "Stopped" = "Failed") {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function asHalt(error: Error): Halt {
  if (error instanceof Halt) return error;
  return new Halt(/AccessDenied/.test(error.name) ? "IAM_ROLE_PERMISSIONS" : "INTERNAL_ERROR", error.message);
}
