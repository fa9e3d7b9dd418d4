/** Pools and clients. */
import type { UserPoolClientType, UserPoolType } from "@aws-sdk/client-cognito-identity-provider";
import type { Cloud } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";
import { byArn, capitalized, described, fromAws, toAws } from "../described.ts";
import type { ResourceType } from "../resourceType.ts";
import { type Call, docs } from "./call.ts";

/** Names that are not just written with a capital. */
const special = {
  fromEmailAddress: "From",
  schemas: "Schema",
  smsMessage: "SMSMessage",
  attributesRequireVerificationBeforeUpdates: "AttributesRequireVerificationBeforeUpdate",
  allowedOauthFlows: "AllowedOAuthFlows",
  allowedOauthFlowsUserPoolClient: "AllowedOAuthFlowsUserPoolClient",
  allowedOauthScopes: "AllowedOAuthScopes",
  callbackUrls: "CallbackURLs",
  defaultRedirectUri: "DefaultRedirectURI",
  logoutUrls: "LogoutURLs",
};

/** Settings that change in place, and those that do not. */
const changeable = [
  ...["accountRecoverySetting", "adminCreateUserConfig", "autoVerifiedAttributes", "deletionProtection"],
  ...["emailConfiguration", "emailVerificationMessage", "emailVerificationSubject"],
  ...["smsAuthenticationMessage", "smsVerificationMessage", "userAttributeUpdateSettings", "userPoolTier"],
  "verificationMessageTemplate",
];
/** Second factors, which are set by an operation of their own. */
const factors = ["mfaConfiguration", "softwareTokenMfaConfiguration"];
const fixed = ["aliasAttributes", "usernameAttributes", "usernameConfiguration"];

export const poolTypes = (cloud: Cloud, call: Call): ResourceType[] => [pool(cloud, call), client(call)];

const request = ({ passwordPolicy, ...inputs }: Properties, names: string[]): object => ({
  ...(toAws(Object.fromEntries(names.map((name) => [name, inputs[name]])), special) as object),
  ...(passwordPolicy !== undefined && { Policies: { PasswordPolicy: toAws(passwordPolicy) } }),
});

const pool = (cloud: Cloud, call: Call): ResourceType =>
  described({
    type: "aws:cognito/userPool:UserPool",
    docs: docs("userpool"),
    properties: ["name", "passwordPolicy", "schemas", ...factors, ...changeable, ...fixed],
    enums: {
      deletionProtection: ["ACTIVE", "INACTIVE"],
      mfaConfiguration: ["OFF", "ON", "OPTIONAL"],
      autoVerifiedAttributes: ["email", "phone_number"],
      aliasAttributes: ["email", "phone_number", "preferred_username"],
      usernameAttributes: ["email", "phone_number"],
    },
    defaults: { deletionProtection: "INACTIVE", mfaConfiguration: "OFF" },
    mutable: ["passwordPolicy", ...factors, ...changeable],
    autoname: { property: "name", max: 128, pattern: /^[\w\s+=,.@-]+$/ },
    taggable: true,
    async make(inputs) {
      const given = request(inputs, [...changeable, ...fixed, "schemas"]);
      const input = { PoolName: inputs.name, ...given, UserPoolTags: inputs.tagsAll };
      return (await call<{ UserPool: UserPoolType }>("CreateUserPool", input)).UserPool.Id!;
    },
    async settle(UserPoolId, before, after) {
      if (before.name !== undefined) {
        await call("UpdateUserPool", { UserPoolId, ...request(after, changeable) });
      }
      if (after.mfaConfiguration === "OFF" && (before.mfaConfiguration ?? "OFF") === "OFF") return;
      await call("SetUserPoolMfaConfig", { UserPoolId, ...request(after, factors) });
    },
    retag: byArn(call, "ResourceArn", "map"),
    async describe(UserPoolId, given) {
      const { UserPool: found } = await call<{ UserPool: UserPoolType }>("DescribeUserPool", { UserPoolId });
      const { Policies, SchemaAttributes, UserPoolTags, Id, Status, LambdaConfig, ...rest } = found;
      const shown = fromAws(rest, special) as Properties;
      const { passwordPolicy } = fromAws({ ...Policies }) as Properties;
      return {
        ...Object.fromEntries([...changeable, ...fixed, "arn", "name", "creationDate"].map((one) => [one, shown[one]])),
        lastModifiedDate: shown.lastModifiedDate,
        estimatedNumberOfUsers: shown.estimatedNumberOfUsers,
        ...(fromAws(await call("GetUserPoolMfaConfig", { UserPoolId })) as Properties),
        customDomain: "",
        domain: "",
        emailVerificationMessage: shown.emailVerificationMessage ?? "",
        emailVerificationSubject: shown.emailVerificationSubject ?? "",
        smsVerificationMessage: shown.smsVerificationMessage ?? "",
        endpoint: `cognito-idp.${cloud.region}.amazonaws.com/${UserPoolId}`,
        passwordPolicy,
        schemas: given.schemas ?? [],
        tagsAll: UserPoolTags ?? {},
      };
    },
    remove: (UserPoolId) => call("DeleteUserPool", { UserPoolId }),
  });

const clientSettings = [
  ...["accessTokenValidity", "allowedOauthFlows", "allowedOauthFlowsUserPoolClient", "allowedOauthScopes"],
  ...["authSessionValidity", "callbackUrls", "defaultRedirectUri", "enablePropagateAdditionalUserContextData"],
  ...["enableTokenRevocation", "explicitAuthFlows", "idTokenValidity", "logoutUrls", "preventUserExistenceErrors"],
  ...["readAttributes", "refreshTokenValidity", "supportedIdentityProviders", "tokenValidityUnits", "writeAttributes"],
];

function client(call: Call): ResourceType {
  const named = (id: string, { userPoolId }: Properties) => {
    // `POOL/CLIENT` is how one is imported.
    const [UserPoolId, ClientId] = userPoolId === undefined ? id.split("/") : [String(userPoolId), id];
    return { UserPoolId, ClientId };
  };
  return {
    ...described({
      type: "aws:cognito/userPoolClient:UserPoolClient",
      docs: docs("userpoolclient"),
      required: ["userPoolId"],
      properties: ["name", "userPoolId", "generateSecret", ...clientSettings],
      replaces: ["userPoolId", "generateSecret"],
      autoname: { property: "name", max: 128, pattern: /^[\w\s+=,.@-]+$/ },
      async make(inputs) {
        const given = capitalized(inputs, ["userPoolId", "generateSecret"]);
        const input = { ClientName: inputs.name, ...given, ...request(inputs, clientSettings) };
        return (await call<{ UserPoolClient: UserPoolClientType }>("CreateUserPoolClient", input)).UserPoolClient
          .ClientId!;
      },
      async settle(id, before, after) {
        if (before.userPoolId === undefined) return;
        const input = { ...named(id, after), ClientName: after.name, ...request(after, clientSettings) };
        await call("UpdateUserPoolClient", input);
      },
      async describe(id, given) {
        type Answer = { UserPoolClient: UserPoolClientType };
        const { UserPoolClient } = await call<Answer>("DescribeUserPoolClient", named(id, given));
        const shown = fromAws(UserPoolClient, special) as Properties;
        const lists = ["allowedOauthFlows", "allowedOauthScopes", "callbackUrls", "logoutUrls", "readAttributes"];
        const empty = [...lists, "supportedIdentityProviders", "writeAttributes"].map((name) => [name, []]);
        return {
          ...Object.fromEntries(empty),
          // Numbers of zero are the service's own defaults.
          ...{ accessTokenValidity: 0, idTokenValidity: 0, defaultRedirectUri: "", preventUserExistenceErrors: "" },
          ...Object.fromEntries(clientSettings.flatMap((name) => (name in shown ? [[name, shown[name]]] : []))),
          name: UserPoolClient.ClientName,
          userPoolId: UserPoolClient.UserPoolId,
          clientSecret: UserPoolClient.ClientSecret ?? "",
        };
      },
      remove: (id, outputs) => call("DeleteUserPoolClient", named(id, outputs)),
    }),
    secretOutputs: ["clientSecret"],
  };
}
