import assert from "node:assert/strict";
import { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";
import { codeAt, newSecret, stepOf } from "../../../src/services/cognitoidp/totp.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { refuses } from "../../support/refuses.ts";

const Password = "Secret-123";

describe("codes of an authenticator app", () => {
  it("are those of RFC 6238, for half a minute before and after, too", () => {
    // Its secret 12345678901234567890; its codes have eight digits, of which these are the last six.
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for (const [seconds, code] of [
      [1_111_111_111, "050471"],
      [1_111_111_109, "081804"],
      [2_000_000_000, "279037"],
    ] as const) {
      const step = Math.floor(seconds / 30);
      assert.equal(codeAt(secret, step), code);
      assert.deepEqual(
        [-60, -30, 0, 30, 60].map((late) => stepOf(secret, code, (seconds + late) * 1000)),
        [undefined, step, step, step, undefined],
      );
    }
    assert.match(newSecret(), /^[A-Z2-7]{52}$/);
    assert.equal(stepOf(secret, "28708"), undefined);
  });
});

describe("a second factor of Cognito's users", () => {
  let test: TestCloud;
  let cognito: CognitoIdentityProvider;
  before(async () => {
    test = await startCloud();
    cognito = test.client(CognitoIdentityProvider);
  });
  after(() => test.stop());

  async function pool(MfaConfiguration: "OPTIONAL" | "ON" | "OFF") {
    const { UserPool } = await cognito.createUserPool({ PoolName: "people" });
    const UserPoolId = UserPool!.Id!;
    const SoftwareTokenMfaConfiguration = { Enabled: MfaConfiguration !== "OFF" };
    await cognito.setUserPoolMfaConfig({ UserPoolId, MfaConfiguration, SoftwareTokenMfaConfiguration });
    const { UserPoolClient } = await cognito.createUserPoolClient({
      UserPoolId,
      ClientName: "web",
      ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"],
    });
    await cognito.adminCreateUser({ UserPoolId, Username: "ann", MessageAction: "SUPPRESS" });
    await cognito.adminSetUserPassword({ UserPoolId, Username: "ann", Password, Permanent: true });
    const ClientId = UserPoolClient!.ClientId!;
    const signIn = () =>
      cognito.initiateAuth({
        ClientId,
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: "ann", PASSWORD: Password },
      });
    const answer = (ChallengeName: "SOFTWARE_TOKEN_MFA" | "MFA_SETUP", Session: string | undefined, code?: string) =>
      cognito.respondToAuthChallenge({
        ...{ ClientId, ChallengeName, Session },
        ChallengeResponses: { USERNAME: "ann", ...(code !== undefined && { SOFTWARE_TOKEN_MFA_CODE: code }) },
      });
    return { UserPoolId, signIn, answer };
  }
  const code = (secret: string | undefined, late = 0) => codeAt(secret!, Math.floor(Date.now() / 30_000) + late);

  it("is set up, preferred, asked for, and given up again", async () => {
    const { UserPoolId, signIn, answer } = await pool("OPTIONAL");
    const { AccessToken = "" } = (await signIn()).AuthenticationResult!;
    const wanting = { AccessToken, SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } };
    await refuses(
      cognito.setUserMFAPreference(wanting),
      "InvalidParameterException",
      /not verified software token/,
      400,
    );
    const { SecretCode } = await cognito.associateSoftwareToken({ AccessToken });
    const wrong = cognito.verifySoftwareToken({ AccessToken, UserCode: "000000" });
    await refuses(wrong, "EnableSoftwareTokenMFAException", /^Code mismatch$/, 400);
    const verify = { AccessToken, UserCode: code(SecretCode, -1), FriendlyDeviceName: "phone" };
    assert.equal((await cognito.verifySoftwareToken(verify)).Status, "SUCCESS");
    assert.ok((await signIn()).AuthenticationResult, "nobody is asked who has not wanted it");
    await cognito.setUserMFAPreference(wanting);
    for (const shown of [
      await cognito.getUser({ AccessToken }),
      await cognito.adminGetUser({ UserPoolId, Username: "ann" }),
    ])
      assert.deepEqual(
        [shown.UserMFASettingList, shown.PreferredMfaSetting],
        [["SOFTWARE_TOKEN_MFA"], "SOFTWARE_TOKEN_MFA"],
      );

    const { ChallengeName, ChallengeParameters, Session, AuthenticationResult } = await signIn();
    assert.deepEqual([ChallengeName, AuthenticationResult], ["SOFTWARE_TOKEN_MFA", undefined]);
    assert.deepEqual(ChallengeParameters, { USER_ID_FOR_SRP: "ann", FRIENDLY_DEVICE_NAME: "phone" });
    await refuses(
      answer("SOFTWARE_TOKEN_MFA", Session, "000000"),
      "CodeMismatchException",
      /^Invalid code received/,
      400,
    );
    await refuses(answer("MFA_SETUP", Session), "NotAuthorizedException", /^Invalid session for the user/, 400);
    const used = answer("SOFTWARE_TOKEN_MFA", Session, verify.UserCode);
    await refuses(used, "ExpiredCodeException", /already been used once/, 400);
    const last = code(SecretCode);
    assert.ok((await answer("SOFTWARE_TOKEN_MFA", Session, last)).AuthenticationResult?.AccessToken);
    const again = answer("SOFTWARE_TOKEN_MFA", Session, code(SecretCode, 1));
    await refuses(again, "NotAuthorizedException", /^Invalid session for the user/, 400);
    await refuses(
      answer("SOFTWARE_TOKEN_MFA", (await signIn()).Session, last),
      "ExpiredCodeException",
      /used once/,
      400,
    );

    await cognito.adminSetUserMFAPreference({
      ...{ UserPoolId, Username: "ann" },
      SoftwareTokenMfaSettings: { Enabled: false },
    });
    assert.ok((await signIn()).AuthenticationResult);
  });

  it("is set up at the first sign-in where the pool demands it", async () => {
    const { signIn, answer } = await pool("ON");
    const { ChallengeName, ChallengeParameters, ...begun } = await signIn();
    assert.deepEqual([ChallengeName, ChallengeParameters?.MFAS_CAN_SETUP], ["MFA_SETUP", '["SOFTWARE_TOKEN_MFA"]']);
    await refuses(answer("MFA_SETUP", begun.Session), "NotAuthorizedException", /^Invalid session/, 400);
    const { SecretCode, Session } = await cognito.associateSoftwareToken({ Session: begun.Session });
    const verified = await cognito.verifySoftwareToken({ Session, UserCode: code(SecretCode, -1) });
    assert.ok((await answer("MFA_SETUP", verified.Session)).AuthenticationResult?.IdToken);
    const next = await signIn();
    assert.equal(next.ChallengeName, "SOFTWARE_TOKEN_MFA");
    assert.ok((await answer("SOFTWARE_TOKEN_MFA", next.Session, code(SecretCode))).AuthenticationResult);
  });

  it("is the pool's to allow, by whom IAM lets", async () => {
    const { UserPoolId, signIn } = await pool("OFF");
    const { AccessToken = "" } = (await signIn()).AuthenticationResult!;
    const set = cognito.associateSoftwareToken({ AccessToken });
    await refuses(set, "SoftwareTokenMFANotFoundException", /not been enabled by the userPool/, 400);
    assert.equal((await cognito.getUserPoolMfaConfig({ UserPoolId })).MfaConfiguration, "OFF");
    const none = cognito.setUserPoolMfaConfig({ UserPoolId, MfaConfiguration: "ON" });
    await refuses(none, "InvalidParameterException", /without specifying at least one MFA method/, 400);
    const texts = cognito.setUserPoolMfaConfig({ UserPoolId, SmsMfaConfiguration: {}, MfaConfiguration: "ON" });
    await refuses(texts, "InvalidParameterException", /does not model SmsMfaConfiguration/, 400);
    const { credentials } = await test.mintRole({
      ...{ Effect: "Allow", Action: "cognito-idp:GetUserPoolMfaConfig", Resource: "*" },
    });
    const limited = test.client(CognitoIdentityProvider, { credentials });
    await limited.getUserPoolMfaConfig({ UserPoolId });
    for (const refused of [
      limited.setUserPoolMfaConfig({ UserPoolId, MfaConfiguration: "OFF" }),
      limited.adminSetUserMFAPreference({ UserPoolId, Username: "ann" }),
    ])
      await assert.rejects(refused, { name: "AccessDeniedException" });
  });
});
