/** What users do themselves: sign up, confirm, set another password, read and change what is known of them. */
import type { Operations } from "../../operations.ts";
import type { Cloud } from "../../service.ts";
import { factorsOf } from "./mfa.ts";
import { checkPassword, matches, secretsOf } from "./passwords.ts";
import { invalid, notAuthorized, type Records, type User } from "./records.ts";
import { checkSecret } from "./signIn.ts";
import type { Tokens } from "./tokens.ts";
import { addUser, attributeList, attributesIn, checkCode, sendCode } from "./users.ts";

const anybody = () => [];

export function selfServiceOperations(cloud: Cloud, records: Records, tokens: Tokens): Operations<"cognito-idp"> {
  /** The user that a client's request is about. */
  const known = ({
    ClientId,
    Username,
    SecretHash,
  }: {
    ClientId: string;
    Username: string;
    SecretHash?: string | undefined;
  }) => {
    const client = records.client(ClientId);
    checkSecret(client, Username, SecretHash);
    return records.user(client.UserPoolId, Username);
  };

  return {
    SignUp: {
      access: anybody,
      async run({ ClientId, SecretHash, Username, Password, UserAttributes }) {
        const client = records.client(ClientId);
        const pool = records.pool(client.UserPoolId);
        checkSecret(client, Username, SecretHash);
        if (pool.AdminCreateUserConfig?.AllowAdminCreateUserOnly) {
          throw notAuthorized("SignUp is not permitted for this user pool");
        }
        if (Password === undefined) throw invalid("Missing required parameter PASSWORD");
        checkPassword(pool, Password);
        const added = addUser(records, pool, { name: Username, given: UserAttributes, status: "UNCONFIRMED" });
        const user: User = { ...added, ...(await secretsOf(added, Password)) };
        records.put(user);
        const CodeDeliveryDetails = sendCode(cloud, records, user, "signUp");
        return { UserConfirmed: false, UserSub: user.sub, ...(CodeDeliveryDetails && { CodeDeliveryDetails }) };
      },
    },
    ConfirmSignUp: {
      access: anybody,
      run({ ConfirmationCode, ...input }) {
        const user = known(input);
        if (user.status !== "UNCONFIRMED")
          throw notAuthorized(`User cannot be confirmed. Current status is ${user.status}`);
        checkCode(user, "signUp", ConfirmationCode);
        const { code: _, ...rest } = user;
        const verified: Record<string, string> = rest.attributes.email === undefined ? {} : { email_verified: "true" };
        records.put({ ...rest, status: "CONFIRMED", attributes: { ...rest.attributes, ...verified } });
        return {};
      },
    },
    ResendConfirmationCode: {
      access: anybody,
      run(input) {
        const user = known(input);
        if (user.status !== "UNCONFIRMED") throw invalid("User is already confirmed.");
        return { CodeDeliveryDetails: sendCode(cloud, records, user, "signUp") };
      },
    },
    ForgotPassword: {
      access: anybody,
      run(input) {
        const user = known(input);
        if (user.attributes.email === undefined || user.attributes.email_verified !== "true") {
          throw invalid("Cannot reset password for the user as there is no registered/verified email or phone_number");
        }
        return { CodeDeliveryDetails: sendCode(cloud, records, user, "password") };
      },
    },
    ConfirmForgotPassword: {
      access: anybody,
      async run({ ConfirmationCode, Password, ...input }) {
        const user = known(input);
        checkCode(user, "password", ConfirmationCode);
        checkPassword(records.pool(user.poolId), Password);
        const { code: _, ...rest } = user;
        records.put({ ...rest, ...(await secretsOf(rest, Password)), status: "CONFIRMED" });
        return {};
      },
    },
    ChangePassword: {
      access: anybody,
      async run({ AccessToken, PreviousPassword, ProposedPassword }) {
        const user = await tokens.userOf(AccessToken);
        if (!(await matches(user.password, PreviousPassword ?? ""))) throw notAuthorized();
        checkPassword(records.pool(user.poolId), ProposedPassword);
        records.put({ ...user, ...(await secretsOf(user, ProposedPassword)) });
        return {};
      },
    },
    GetUser: {
      access: anybody,
      async run({ AccessToken }) {
        const user = await tokens.userOf(AccessToken);
        return { Username: user.username, UserAttributes: attributeList(user), ...factorsOf(user) };
      },
    },
    UpdateUserAttributes: {
      access: anybody,
      async run({ AccessToken, UserAttributes }) {
        const user = await tokens.userOf(AccessToken);
        const changed = attributesIn(records.pool(user.poolId), UserAttributes);
        const fixed = Object.keys(changed).find((name) => name.endsWith("_verified"));
        if (fixed) throw notAuthorized(`A client attempted to write unauthorized attribute ${fixed}`);
        const unverified: Record<string, string> =
          changed.email !== undefined && changed.email !== user.attributes.email ? { email_verified: "false" } : {};
        records.put({ ...user, attributes: { ...user.attributes, ...changed, ...unverified } });
        return { CodeDeliveryDetailsList: [] };
      },
    },
    DeleteUser: {
      access: anybody,
      async run({ AccessToken }) {
        records.remove(await tokens.userOf(AccessToken));
        return {};
      },
    },
    GlobalSignOut: {
      access: anybody,
      async run({ AccessToken }) {
        records.signOut(await tokens.userOf(AccessToken));
        return {};
      },
    },
  };
}
