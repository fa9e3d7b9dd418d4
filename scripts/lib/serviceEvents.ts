/** Log lines that services write, for a person. */
import pc from "picocolors";

type Json = Record<string, unknown>;

/** @returns undefined for what is neither a state machine's event nor an API's access line. */
export function serviceEvent(record: Json): string | undefined {
  if (typeof record.execution_arn === "string" && typeof record.type === "string")
    return stateMachineEvent(record.type, record.execution_arn, (record.details ?? {}) as Json);
  if (typeof record.method === "string" && record.status !== undefined && record.requestId !== undefined)
    return access(record);
  return undefined;
}

/** `TaskStateEntered Classify drop-1`. https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
function stateMachineEvent(type: string, arn: string, { name, error, cause }: Json): string {
  const failed = /(Failed|TimedOut|Aborted)$/.test(type);
  const why = [error, cause].filter((part) => part !== undefined && part !== "").join(": ");
  // An express execution's arn ends with an id of its run.
  const execution = arn.split(":")[5] === "express" ? arn.split(":").at(-2) : arn.split(":").at(-1);
  const said = [type, name, why].filter((part) => part !== undefined && part !== "").join(" ");
  return `${failed ? pc.red(said) : said} ${pc.dim(String(execution))}`;
}

/** `POST /v0/iris 201 71 ms`, of the format of `components/api/stage.ts`, in which `-` is nothing. */
function access({ method, route, status, latency, error, integrationError, requestId }: Json): string {
  const isThere = (value: unknown): boolean => value !== undefined && value !== "-" && value !== "";
  // A function's whole error is in its own log.
  const why = isThere(integrationError) ? String(integrationError).split(": {")[0] : undefined;
  const said = [method, route, status, isThere(latency) ? `${latency} ms` : undefined, error, why];
  const line = said.filter(isThere).join(" ");
  return `${Number(status) >= 500 ? pc.red(line) : line} ${pc.dim(`request ${requestId}`)}`;
}
