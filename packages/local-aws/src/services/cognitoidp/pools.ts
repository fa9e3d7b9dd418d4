/** User pools and the programs that use them. */
import { randomBytes } from "node:crypto";
import type {
  PasswordPolicyType,
  SchemaAttributeType,
  UserPoolClientType,
  UserPoolType,
} from "@aws-sdk/client-cognito-identity-provider";
import { page } from "../../kit/page.ts";
import { withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import type { Cloud } from "../../service.ts";
import { defaultPolicy } from "./passwords.ts";
import { type Client, dated, invalid, type Pool, type Records, unmodelled } from "./records.ts";

/** What is kept of a pool and has an effect, or is only read back. */
const unsupported = [
  "LambdaConfig",
  "SmsConfiguration",
  "DeviceConfiguration",
  "KeyConfiguration",
  "IssuerConfiguration",
] as const;
const flows = [
  ...["ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"],
  ...[
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_AUTH",
  ],
];
const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const letters = (count: number, from = alphanumeric) =>
  Array.from(randomBytes(count), (byte) => from[byte % from.length]).join("");

const texts = (length: [least: string, most: string], ...names: string[]) =>
  names.map(
    (Name): SchemaAttributeType => ({
      ...{ Name, AttributeDataType: "String", DeveloperOnlyAttribute: false, Mutable: Name !== "sub" },
      Required: Name === "sub",
      StringAttributeConstraints: { MinLength: length[0], MaxLength: length[1] },
    }),
  );
const others = (AttributeDataType: "Boolean" | "Number", ...names: string[]) =>
  names.map(
    (Name): SchemaAttributeType => ({
      ...{ Name, AttributeDataType, DeveloperOnlyAttribute: false, Mutable: true, Required: false },
      ...(AttributeDataType === "Number" && { NumberAttributeConstraints: { MinValue: "0" } }),
    }),
  );

/** https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html */
const standardAttributes = [
  ...texts(["1", "2048"], "sub"),
  ...texts(["10", "10"], "birthdate"),
  ...texts(
    ["0", "2048"],
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
  ),
  ...texts(["0", "2048"], "picture", "website", "email", "gender", "zoneinfo", "locale", "phone_number", "address"),
  ...others("Boolean", "email_verified", "phone_number_verified"),
  ...others("Number", "updated_at"),
];

export function poolOperations({ region }: Pick<Cloud, "region">, records: Records): Operations<"cognito-idp"> {
  const shown = (pool: Pool): UserPoolType => ({
    ...dated(pool),
    EstimatedNumberOfUsers: records.usersOf(pool.Id).length,
  });

  return {
    CreateUserPool: {
      access: () => records.needs("CreateUserPool"),
      run({ PoolName, Schema = [], Policies, AdminCreateUserConfig, ...input }) {
        checkName("poolName", PoolName);
        checkSettings(input);
        const Id = `${region}_${letters(9)}`;
        const now = Date.now();
        const own = Schema.map((one) =>
          standardAttributes.some(({ Name }) => Name === one.Name) ? one : { ...one, Name: `custom:${one.Name}` },
        );
        const pool: Pool = {
          ...Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)),
          ...{ Id, Name: PoolName, Arn: records.arn(Id), created: now, modified: now },
          Policies: { PasswordPolicy: policy(Policies?.PasswordPolicy) },
          SchemaAttributes: [...standardAttributes.filter(({ Name }) => !own.some((one) => one.Name === Name)), ...own],
          MfaConfiguration: input.MfaConfiguration ?? "OFF",
          DeletionProtection: input.DeletionProtection ?? "INACTIVE",
          EmailConfiguration: input.EmailConfiguration ?? { EmailSendingAccount: "COGNITO_DEFAULT" },
          UserPoolTags: input.UserPoolTags ?? {},
          UserPoolTier: input.UserPoolTier ?? "ESSENTIALS",
          AdminCreateUserConfig: {
            AllowAdminCreateUserOnly: false,
            UnusedAccountValidityDays: 7,
            ...AdminCreateUserConfig,
          },
          VerificationMessageTemplate: {
            DefaultEmailOption: "CONFIRM_WITH_CODE",
            ...input.VerificationMessageTemplate,
          },
        };
        records.pools.put(Id, pool);
        return { UserPool: shown(pool) };
      },
    },
    DescribeUserPool: {
      access: ({ UserPoolId }) => records.needs("DescribeUserPool", UserPoolId),
      run: ({ UserPoolId }) => ({ UserPool: shown(records.pool(UserPoolId)) }),
    },
    UpdateUserPool: {
      access: ({ UserPoolId }) => records.needs("UpdateUserPool", UserPoolId),
      run({ UserPoolId, PoolName, Policies, AdminCreateUserConfig, ...input }) {
        const before = records.pool(UserPoolId);
        checkSettings(input, before.softwareToken);
        const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
        records.pools.put(UserPoolId, {
          ...before,
          ...given,
          ...(PoolName !== undefined && { Name: PoolName }),
          ...(Policies && { Policies: { PasswordPolicy: policy(Policies.PasswordPolicy) } }),
          ...(AdminCreateUserConfig && {
            AdminCreateUserConfig: { ...before.AdminCreateUserConfig, ...AdminCreateUserConfig },
          }),
          modified: Date.now(),
        });
        return {};
      },
    },
    DeleteUserPool: {
      access: ({ UserPoolId }) => records.needs("DeleteUserPool", UserPoolId),
      run({ UserPoolId }) {
        const { DeletionProtection } = records.pool(UserPoolId);
        if (DeletionProtection === "ACTIVE") {
          throw invalid(
            "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.",
          );
        }
        for (const user of records.usersOf(UserPoolId)) records.remove(user);
        for (const [key] of records.groups.entries(`${UserPoolId}/`)) records.groups.delete(key);
        for (const client of clientsOf(records, UserPoolId)) records.clients.delete(client.ClientId);
        records.pools.delete(UserPoolId);
        return {};
      },
    },
    ListUserPools: {
      access: () => records.needs("ListUserPools"),
      run(paging) {
        const { items, next } = page(records.pools.values(), paging, ({ Id }) => Id, { most: 60, invalid: badToken });
        const UserPools = items.map((pool) => {
          const { Id, Name, CreationDate, LastModifiedDate } = dated(pool);
          return { Id, Name, CreationDate, LastModifiedDate, LambdaConfig: {} };
        });
        return { UserPools, ...(next !== undefined && { NextToken: next }) };
      },
    },
    ListTagsForResource: {
      access: ({ ResourceArn }) => records.needs("ListTagsForResource", poolIn(ResourceArn)),
      run: ({ ResourceArn }) => ({ Tags: records.pool(poolIn(ResourceArn)).UserPoolTags ?? {} }),
    },
    TagResource: {
      access: ({ ResourceArn }) => records.needs("TagResource", poolIn(ResourceArn)),
      run({ ResourceArn, Tags }) {
        const pool = records.pool(poolIn(ResourceArn));
        records.pools.put(pool.Id, { ...pool, UserPoolTags: { ...pool.UserPoolTags, ...Tags } });
        return {};
      },
    },
    UntagResource: {
      access: ({ ResourceArn }) => records.needs("UntagResource", poolIn(ResourceArn)),
      run({ ResourceArn, TagKeys }) {
        const pool = records.pool(poolIn(ResourceArn));
        records.pools.put(pool.Id, { ...pool, UserPoolTags: withoutTags(pool.UserPoolTags, TagKeys) });
        return {};
      },
    },

    CreateUserPoolClient: {
      access: ({ UserPoolId }) => records.needs("CreateUserPoolClient", UserPoolId),
      run({ GenerateSecret = false, ClientSecret, ...input }) {
        if (input.AnalyticsConfiguration) throw unmodelled("AnalyticsConfiguration");
        records.pool(input.UserPoolId);
        checkName("clientName", input.ClientName);
        checkFlows(input.ExplicitAuthFlows);
        const now = Date.now();
        const secret = ClientSecret ?? (GenerateSecret ? letters(51).toLowerCase() : undefined);
        const client: Client = {
          RefreshTokenValidity: 30,
          TokenValidityUnits: {},
          EnableTokenRevocation: true,
          EnablePropagateAdditionalUserContextData: false,
          AllowedOAuthFlowsUserPoolClient: false,
          AuthSessionValidity: 3,
          ExplicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH"],
          ...Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)),
          ...{ UserPoolId: input.UserPoolId, ClientName: input.ClientName, created: now, modified: now },
          ClientId: letters(26, "abcdefghijklmnopqrstuvwxyz0123456789"),
          ...(secret !== undefined && { ClientSecret: secret }),
        };
        records.clients.put(client.ClientId, client);
        return { UserPoolClient: shownClient(client) };
      },
    },
    DescribeUserPoolClient: {
      access: ({ UserPoolId }) => records.needs("DescribeUserPoolClient", UserPoolId),
      run: ({ UserPoolId, ClientId }) => ({ UserPoolClient: shownClient(records.client(ClientId, UserPoolId)) }),
    },
    UpdateUserPoolClient: {
      access: ({ UserPoolId }) => records.needs("UpdateUserPoolClient", UserPoolId),
      run({ UserPoolId, ClientId, ...input }) {
        if (input.AnalyticsConfiguration) throw unmodelled("AnalyticsConfiguration");
        const before = records.client(ClientId, UserPoolId);
        checkFlows(input.ExplicitAuthFlows);
        const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
        const client: Client = { ...before, ...given, modified: Date.now() };
        records.clients.put(ClientId, client);
        return { UserPoolClient: shownClient(client) };
      },
    },
    DeleteUserPoolClient: {
      access: ({ UserPoolId }) => records.needs("DeleteUserPoolClient", UserPoolId),
      run({ UserPoolId, ClientId }) {
        records.clients.delete(records.client(ClientId, UserPoolId).ClientId);
        return {};
      },
    },
    ListUserPoolClients: {
      access: ({ UserPoolId }) => records.needs("ListUserPoolClients", UserPoolId),
      run({ UserPoolId, ...paging }) {
        records.pool(UserPoolId);
        const all = clientsOf(records, UserPoolId);
        const { items, next } = page(all, paging, ({ ClientId }) => ClientId, {
          size: 60,
          most: 60,
          invalid: badToken,
        });
        const UserPoolClients = items.map(({ ClientId, ClientName }) => ({ ClientId, ClientName, UserPoolId }));
        return { UserPoolClients, ...(next !== undefined && { NextToken: next }) };
      },
    },
  };
}

/** What a given policy does not demand is not demanded. */
const policy = (given: PasswordPolicyType | undefined): PasswordPolicyType =>
  given
    ? {
        ...{ MinimumLength: 8, RequireUppercase: false, RequireLowercase: false, RequireNumbers: false },
        ...{ RequireSymbols: false, TemporaryPasswordValidityDays: 7, ...given },
      }
    : defaultPolicy;

const poolIn = (arn = ""): string => arn.split("userpool/")[1] ?? "";
const badToken = () => invalid("Invalid pagination token");
const shownClient = (client: Client): UserPoolClientType => dated(client);
const clientsOf = (records: Records, pool: string): Client[] =>
  records.clients.values().filter(({ UserPoolId }) => UserPoolId === pool);

function checkName(parameter: string, name: string): void {
  if (/^[\w\s+=,.@-]{1,128}$/.test(name)) return;
  throw invalid(
    `1 validation error detected: Value '${name}' at '${parameter}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w\\s+=,.@-]+`,
  );
}

function checkFlows(given: string[] | undefined): void {
  const wrong = given?.find((flow) => !flows.includes(flow));
  if (wrong) throw invalid(`ExplicitAuthFlows has ${wrong}; allowed are ${flows.join(", ")}`);
}

/** @throws AwsError for what would be silently without effect. */
function checkSettings(input: object & { MfaConfiguration?: string | undefined }, softwareToken = false): void {
  const given = input as Record<string, unknown>;
  const wrong = unsupported.find((name) => given[name] !== undefined && Object.keys(given[name] as object).length > 0);
  if (wrong) throw unmodelled(`${wrong} of a user pool`);
  const { MfaConfiguration = "OFF" } = input;
  if (MfaConfiguration !== "OFF" && !softwareToken) {
    throw invalid(
      `MfaConfiguration is ${MfaConfiguration}; allowed is OFF, until SetUserPoolMfaConfig enables SoftwareTokenMfaConfiguration`,
    );
  }
}
