import pc from "picocolors";
import type { LocalCloud } from "./index.ts";

/** What `npm run cloud` prints once it answers: what to export, and what clients need beyond that. */
export function invitation({ cloud }: LocalCloud, stateDirectory: string | undefined): string {
  const { origin, apiOrigin, xrayAddress, region, accountId } = cloud;
  const daemon = xrayAddress === undefined ? "" : `; X-Ray's daemon at ${xrayAddress}, UDP`;
  return `${pc.bold("AWS")} at ${origin}, account ${accountId}; routes of APIs at ${apiOrigin}${daemon}
state: ${stateDirectory ?? "removed at the end (--state DIR keeps it)"}

${pc.bold("SDKs, boto3, the AWS CLI (2.13 or newer), Terraform, Pulumi")}
  export AWS_ENDPOINT_URL=${origin} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=${region} AWS_DEFAULT_REGION=${region}

${pc.green("ready")} ${pc.dim(`(${origin}/_health; Ctrl-C ends it)`)}`;
}
