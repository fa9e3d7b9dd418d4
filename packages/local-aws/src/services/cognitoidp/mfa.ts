/**
 * A second factor: codes of an authenticator app. Text messages and mails are none here.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html
 */
import type {
  EmailMfaSettingsType,
  SMSMfaSettingsType,
  SoftwareTokenMfaSettingsType,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { challengeOf } from "./challenges.ts";
import { invalid, type Pool, type Records, type User, unmodelled } from "./records.ts";
import type { Tokens } from "./tokens.ts";
import { newSecret, stepOf } from "./totp.ts";

/** What a user has still to prove who has given a password; nothing, where the pool and the user ask for no more. */
export function needsFactor(
  { MfaConfiguration }: Pool,
  { totp, mfa }: User,
): "SOFTWARE_TOKEN_MFA" | "MFA_SETUP" | undefined {
  if (MfaConfiguration === "ON") return totp ? "SOFTWARE_TOKEN_MFA" : "MFA_SETUP";
  return MfaConfiguration === "OPTIONAL" && totp && mfa ? "SOFTWARE_TOKEN_MFA" : undefined;
}

/** The user after this code, which is not taken again. @throws AwsError for another code. */
export function checkFactor(user: User, code: string): User {
  const { totp } = user;
  const step = totp && stepOf(totp.secret, code);
  if (step === undefined) throw new AwsError("CodeMismatchException", "Invalid code received for user");
  if (step <= totp!.used) {
    throw new AwsError("ExpiredCodeException", "Your software token has already been used once.");
  }
  return { ...user, totp: { ...totp!, used: step } };
}

/** As GetUser shows them. */
export const factorsOf = ({ mfa }: User) => ({
  ...(mfa && { UserMFASettingList: ["SOFTWARE_TOKEN_MFA"] }),
  ...(mfa === "preferred" && { PreferredMfaSetting: "SOFTWARE_TOKEN_MFA" }),
});

interface Preferences {
  SMSMfaSettings?: SMSMfaSettingsType | undefined;
  EmailMfaSettings?: EmailMfaSettingsType | undefined;
  WebAuthnMfaSettings?: { Enabled?: boolean | undefined } | undefined;
  SoftwareTokenMfaSettings?: SoftwareTokenMfaSettingsType | undefined;
}

function preferring(user: User, { SoftwareTokenMfaSettings: token, ...others }: Preferences): User {
  for (const kind of ["SMSMfaSettings", "EmailMfaSettings", "WebAuthnMfaSettings"] as const) {
    if (others[kind]?.Enabled) throw unmodelled(`${kind}; SoftwareTokenMfaSettings is allowed`);
  }
  if (!token) return user;
  const { mfa: _, ...without } = user;
  if (!token.Enabled) return without;
  if (!user.totp) throw invalid("User has not verified software token mfa");
  return { ...user, mfa: token.PreferredMfa ? "preferred" : "enabled" };
}

const anybody = () => [];

export function mfaOperations(records: Records, tokens: Tokens): Operations<"cognito-idp"> {
  /** Whoever has signed in, or is asked to set a factor up. */
  const asking = async ({
    AccessToken,
    Session,
  }: {
    AccessToken?: string | undefined;
    Session?: string | undefined;
  }) => {
    const user =
      AccessToken === undefined ? challengeOf(records, "MFA_SETUP", Session).user : await tokens.userOf(AccessToken);
    if (!records.pool(user.poolId).softwareToken) {
      const message = "Software Token MFA has not been enabled by the userPool";
      throw new AwsError("SoftwareTokenMFANotFoundException", message);
    }
    return user;
  };
  const config = ({ MfaConfiguration = "OFF", softwareToken }: Pool) => ({
    MfaConfiguration,
    ...(softwareToken && { SoftwareTokenMfaConfiguration: { Enabled: true } }),
  });

  return {
    AssociateSoftwareToken: {
      access: anybody,
      async run(input) {
        const user = await asking(input);
        const SecretCode = newSecret();
        records.put({ ...user, pendingSecret: SecretCode });
        return { SecretCode, ...(input.Session !== undefined && { Session: input.Session }) };
      },
    },
    VerifySoftwareToken: {
      access: anybody,
      async run({ UserCode, FriendlyDeviceName, ...input }) {
        const { pendingSecret: secret, ...user } = await asking(input);
        if (secret === undefined) {
          throw new AwsError("SoftwareTokenMFANotFoundException", "Software Token MFA does not exist for the user.");
        }
        const used = stepOf(secret, UserCode ?? "");
        if (used === undefined) throw new AwsError("EnableSoftwareTokenMFAException", "Code mismatch");
        const device = FriendlyDeviceName === undefined ? {} : { device: FriendlyDeviceName };
        records.put({ ...user, totp: { secret, used, ...device } });
        return { Status: "SUCCESS" as const, ...(input.Session !== undefined && { Session: input.Session }) };
      },
    },
    SetUserMFAPreference: {
      access: anybody,
      async run({ AccessToken, ...preferences }) {
        records.put(preferring(await tokens.userOf(AccessToken ?? ""), preferences));
        return {};
      },
    },
    AdminSetUserMFAPreference: {
      access: ({ UserPoolId }) => records.needs("AdminSetUserMFAPreference", UserPoolId),
      run({ UserPoolId, Username, ...preferences }) {
        records.put(preferring(records.user(UserPoolId, Username), preferences));
        return {};
      },
    },
    SetUserPoolMfaConfig: {
      access: ({ UserPoolId }) => records.needs("SetUserPoolMfaConfig", UserPoolId),
      run({ UserPoolId, SoftwareTokenMfaConfiguration: token, MfaConfiguration = "OFF", ...others }) {
        const pool = records.pool(UserPoolId);
        for (const kind of ["SmsMfaConfiguration", "EmailMfaConfiguration", "WebAuthnConfiguration"] as const) {
          if (others[kind]) throw unmodelled(`${kind}; SoftwareTokenMfaConfiguration is allowed`);
        }
        const softwareToken = token?.Enabled ?? false;
        if (MfaConfiguration !== "OFF" && !softwareToken) {
          throw invalid(
            "Invalid MFA configuration given, can't turn on MFA without specifying at least one MFA method.",
          );
        }
        const changed: Pool = { ...pool, MfaConfiguration, softwareToken, modified: Date.now() };
        records.pools.put(UserPoolId!, changed);
        return config(changed);
      },
    },
    GetUserPoolMfaConfig: {
      access: ({ UserPoolId }) => records.needs("GetUserPoolMfaConfig", UserPoolId),
      run: ({ UserPoolId }) => config(records.pool(UserPoolId)),
    },
  };
}
