import { APIGatewayClient, GetAccountCommand, paginateGetRestApis } from "@aws-sdk/client-api-gateway";
import { GetAccountSummaryCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { readConfig } from "./config.ts";
import { explain } from "./failure.ts";
import { clientOf, defaultStack, type Stack } from "./stack.ts";

/** One thing that was looked at. `fix` is what to do when it is not `ok`. */
export interface Finding {
  check: string;
  ok: boolean;
  found: string;
  fix?: string;
}

/** What one stack of this program makes in an account, roughly: what has to be free before the first `up`. */
const needs = {
  roles: 40,
  restApis: 6,
  /** Regional REST APIs per account and region: a quota that AWS does not raise. */
  restApisQuota: 600,
  /** AWS keeps 100 concurrent executions unreserved; reserving is refused when it would leave less. */
  unreservedConcurrency: 100,
};

interface StackSettings {
  client: Stack["client"];
  allowedAccountIds: string[];
}

type Check = (settings: StackSettings) => Promise<Omit<Finding, "check">>;

const checks: Record<string, Check> = {
  async credentials({ client, allowedAccountIds }) {
    const { Account, Arn } = await new STSClient(client).send(new GetCallerIdentityCommand({}));
    const allowed = allowedAccountIds.length === 0 || allowedAccountIds.includes(Account ?? "");
    return {
      ok: allowed,
      found: `${Arn} in account ${Account}`,
      ...(!allowed && {
        fix: `The stack allows ${allowedAccountIds.join(", ")} only (aws:allowedAccountIds). Use a profile of that account.`,
      }),
    };
  },

  async "API Gateway may write logs"({ client }) {
    const { cloudwatchRoleArn } = await new APIGatewayClient(client).send(new GetAccountCommand({}));
    return cloudwatchRoleArn
      ? { ok: true, found: cloudwatchRoleArn }
      : {
          ok: false,
          found: `no CloudWatch role is set in ${client.region}`,
          fix: "Once per account and region: npx pulumi -C bootstrap up",
        };
  },

  async "Lambda concurrency"({ client }) {
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

  async "IAM roles"({ client }) {
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

  async "REST APIs"({ client }) {
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

/**
 * Looks at the account and region that a stack deploys to.
 * @param stack default: `PULUMI_STACK`, else `local`.
 */
export async function examine(stack = defaultStack()): Promise<Finding[]> {
  const allowed = readConfig(stack)["aws:allowedAccountIds"];
  const settings = { client: clientOf(stack), allowedAccountIds: Array.isArray(allowed) ? allowed.map(String) : [] };
  const region = { check: "region", ok: true, found: settings.client.region };
  const credentials = await look("credentials", checks.credentials!, settings);
  // Without credentials every further look would only say so again.
  if (!credentials.ok) return [region, credentials];
  const others = Object.entries(checks).filter(([name]) => name !== "credentials");
  return [region, credentials, ...(await Promise.all(others.map(([name, check]) => look(name, check, settings))))];
}

async function look(name: string, check: Check, settings: StackSettings): Promise<Finding> {
  try {
    return { check: name, ...(await check(settings)) };
  } catch (error) {
    return { check: name, ok: false, found: "could not be looked up", fix: explain(error) };
  }
}
