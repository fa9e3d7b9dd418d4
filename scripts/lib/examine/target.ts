/** Where a stack would be deployed to, by its configuration and this shell's environment. */
import type { Config } from "../config.ts";
import { explain, Failure } from "../failure.ts";
import { isLoopback } from "../network.ts";
import { askPulumi, pulumiCommand } from "../pulumi.ts";
import { checkTrust, isWhole, type Trust } from "../snowflake/trust.ts";
import { localAccount } from "./account.ts";
import type { Result } from "./finding.ts";

/** Whether the backend that the CLI is logged in to knows the stack. */
export async function examineStack(stack: string): Promise<Result> {
  try {
    const outputs = JSON.parse(await askPulumi(["stack", "output", "--json", "--stack", stack], stack));
    const count = Object.keys(outputs).length;
    return { ok: true, found: count === 0 ? "not deployed yet" : `deployed, with ${count} outputs` };
  } catch (error) {
    return { ok: false, found: "the CLI cannot read it", fix: explain(error) };
  }
}

/** What sends requests elsewhere than to AWS, by the name under which it is set. */
function endpoints(config: Config): [name: string, url: string][] {
  const ignored = process.env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === "true";
  const variables = Object.entries(ignored ? {} : process.env).filter(
    (entry): entry is [string, string] => /^AWS_ENDPOINT_URL(_|$)/.test(entry[0]) && Boolean(entry[1]),
  );
  const configured = config.endpoints.map((url): [string, string] => ["config aws:endpoints", url]);
  return [...variables, ...configured];
}

/** Whether requests go to AWS, or to this machine where the stack is for the local account. */
export function examineEndpoints(stack: string, config: Config): Result {
  const found = endpoints(config);
  if (found.length === 0) return { ok: true, found: "AWS's own" };
  const said = found.map(([name, url]) => `${name} is ${url}`).join(", ");
  const here = found.filter(([, url]) => isThisMachine(url)).map(([name]) => name);
  const forThisMachine = config.allowedAccountIds.includes(localAccount);
  if (here.length === 0 || forThisMachine) return { ok: true, found: said };
  const variables = here.filter((name) => name.startsWith("AWS_"));
  const fixes = [
    ...(variables.length > 0 ? [`unset ${variables.join(" ")}`] : []),
    ...(variables.length < here.length ? [`${pulumiCommand()} config rm aws:endpoints --stack ${stack}`] : []),
  ];
  return {
    ok: false,
    found: `${said}: that is this machine, not AWS`,
    fix: `For stack "${stack}": ${fixes.join("; ")}`,
  };
}

function isThisMachine(url: string): boolean {
  const { hostname } = URL.parse(url) ?? {};
  return (
    hostname !== undefined &&
    (isLoopback(hostname) || /(^0\.0\.0\.0|\.localhost|localhost\.localstack\.cloud)$/.test(hostname))
  );
}

export function examineRegion({ region }: Config, stack: string): Result {
  if (region) return { ok: true, found: region };
  const fix = `${pulumiCommand()} config set aws:region eu-west-1 --stack ${stack}`;
  return { ok: false, found: "neither config aws:region nor AWS_REGION names one", fix };
}

/** Whom the roles for Snowflake trust: nobody is a state that can be deployed, half a trust is not. */
export function examineSnowflake({ project }: Config, stack: string): Result {
  const keys = ["apiAwsIamUserArn", "apiAwsExternalId", "storageAwsIamUserArn", "storageAwsExternalId"] as const;
  const trust: Trust = Object.fromEntries(keys.filter((key) => project[key]).map((key) => [key, String(project[key])]));
  const next = `after the first up: dsp snowflake sql --stack ${stack}`;
  if (Object.keys(trust).length === 0) return { ok: true, found: `nobody is trusted yet; ${next}` };
  try {
    checkTrust(trust);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const fix = `Paste what DESCRIBE INTEGRATION answers: dsp snowflake trust --stack ${stack}`;
    return { ok: false, found: error.message, fix };
  }
  return { ok: true, found: isWhole(trust) ? "both integrations are trusted" : "one of two integrations is trusted" };
}
