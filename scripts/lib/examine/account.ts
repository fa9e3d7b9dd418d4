/** What the account and the region must have before the first `up`. */
import { APIGatewayClient, GetAccountCommand, paginateGetRestApis } from "@aws-sdk/client-api-gateway";
import { GetAccountSummaryCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { pulumiCommand } from "../pulumi.ts";
import type { Stack } from "../stack.ts";
import { type Finding, look, type Result } from "./finding.ts";

/** What one stack of this program makes in an account, roughly: what has to be free before the first `up`. */
const needs = {
  roles: 40,
  restApis: 6,
  /** Regional REST APIs per account and region: a quota that AWS does not raise. */
  restApisQuota: 600,
  /** AWS keeps 100 concurrent executions unreserved; reserving is refused when it would leave less. */
  unreservedConcurrency: 100,
};

/** The account of the local cloud, which does not exist on AWS. */
export const localAccount = "000000000000";

type Client = Stack["client"];

const checks: Record<string, (client: Client) => Promise<Result>> = {
  async "API Gateway may write logs"(client) {
    const { cloudwatchRoleArn } = await new APIGatewayClient(client).send(new GetAccountCommand({}));
    return cloudwatchRoleArn
      ? { ok: true, found: cloudwatchRoleArn }
      : {
          ok: false,
          found: `no CloudWatch role is set in ${client.region}`,
          fix: `Once per account and region: ${pulumiCommand()} -C bootstrap up`,
        };
  },

  async "Lambda concurrency"(client) {
    const { AccountLimit } = await new LambdaClient(client).send(new GetAccountSettingsCommand({}));
    const free = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
    const ok = free >= needs.unreservedConcurrency;
    return {
      ok,
      found: `${free} of ${AccountLimit?.ConcurrentExecutions} unreserved`,
      ...(!ok && {
        fix: "A new account starts with 10. Ask for more: aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000",
      }),
    };
  },

  async "IAM roles"(client) {
    const { SummaryMap = {} } = await new IAMClient(client).send(new GetAccountSummaryCommand({}));
    const { Roles = 0, RolesQuota = 1000 } = SummaryMap;
    const ok = RolesQuota - Roles >= needs.roles;
    return {
      ok,
      found: `${Roles} of ${RolesQuota} used`,
      ...(!ok && {
        fix: `A stack needs about ${needs.roles}. Delete unused roles, or ask for more: quota L-FE177D64.`,
      }),
    };
  },

  async "REST APIs"(client) {
    let used = 0;
    for await (const page of paginateGetRestApis({ client: new APIGatewayClient(client) }, { limit: 500 })) {
      used += page.items?.length ?? 0;
    }
    const ok = needs.restApisQuota - used >= needs.restApis;
    return {
      ok,
      found: `${used} of ${needs.restApisQuota} used`,
      ...(!ok && {
        fix: `A stack needs ${needs.restApis}. Delete unused APIs, or use another region: AWS does not raise this quota.`,
      }),
    };
  },
};

/** @param allowed `aws:allowedAccountIds` of the stack; any account where it is empty. */
export async function examineAccount(client: Client, allowed: string[]): Promise<Finding[]> {
  const credentials = await look("credentials", () => examineCredentials(client, allowed));
  // Without credentials every further look would only say so again.
  if (!credentials.ok) return [credentials];
  const others = Object.entries(checks).map(([name, check]) => look(name, () => check(client)));
  return [credentials, ...(await Promise.all(others))];
}

async function examineCredentials(client: Client, allowed: string[]): Promise<Result> {
  const { Account = "", Arn } = await new STSClient(client).send(new GetCallerIdentityCommand({}));
  const found = `${Arn} in account ${Account}`;
  if (Account === localAccount && !allowed.includes(localAccount) && !client.endpoint) {
    const fix = "This is the local cloud. Look for endpoint_url in the profile (AWS_PROFILE), and take it out.";
    return { ok: false, found, fix };
  }
  if (allowed.length === 0 || allowed.includes(Account)) return { ok: true, found };
  const fix = `The stack allows ${allowed.join(", ")} only (aws:allowedAccountIds). Use a profile of that account.`;
  return { ok: false, found, fix };
}
