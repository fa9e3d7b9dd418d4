import assert from "node:assert/strict";
import { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";
import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserPool,
  type CognitoUserSession,
} from "amazon-cognito-identity-js";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { refuses } from "../../support/refuses.ts";

const Password = "Secret-123";

describe("signing in by SRP, as Cognito's own client does", () => {
  let test: TestCloud;
  let cognito: CognitoIdentityProvider;
  before(async () => {
    test = await startCloud();
    cognito = test.client(CognitoIdentityProvider);
  });
  after(() => test.stop());

  async function pool(more: object = {}, client: object = {}) {
    const { UserPool } = await cognito.createUserPool({ PoolName: "people", ...more });
    const UserPoolId = UserPool!.Id!;
    const { UserPoolClient } = await cognito.createUserPoolClient({ UserPoolId, ClientName: "web", ...client });
    return { UserPoolId, ClientId: UserPoolClient!.ClientId! };
  }
  type Pool = Awaited<ReturnType<typeof pool>>;

  async function add(of: Pool, Username: string, Permanent = true) {
    await cognito.adminCreateUser({ ...of, Username, MessageAction: "SUPPRESS" });
    await cognito.adminSetUserPassword({ ...of, Username, Password, Permanent });
  }

  const user = (of: Pool, Username: string) =>
    new CognitoUser({ Username, Pool: new CognitoUserPool({ ...of, endpoint: test.origin }) });

  /** @returns the session, or the name of what else was asked for. */
  const signIn = (one: CognitoUser, Username: string, Given = Password) =>
    new Promise<CognitoUserSession | string>((onSuccess, onFailure) =>
      one.authenticateUser(new AuthenticationDetails({ Username, Password: Given }), {
        ...{ onSuccess, onFailure },
        newPasswordRequired: () => onSuccess("NEW_PASSWORD_REQUIRED"),
        totpRequired: () => onSuccess("SOFTWARE_TOKEN_MFA"),
        mfaSetup: () => onSuccess("MFA_SETUP"),
      }),
    );

  it("proves the password, many times over, and gets tokens", async () => {
    const of = await pool();
    await add(of, "ann");
    // Keys are random: those with leading zeros or a first bit that is set are met, too.
    for (let time = 0; time < 12; time++) {
      const session = await signIn(user(of, "ann"), "ann");
      assert.equal((session as CognitoUserSession).getIdToken().payload["cognito:username"], "ann");
    }
  });

  it("refuses another password, and who is not there in the same words where the client wants it", async () => {
    const of = await pool({}, { PreventUserExistenceErrors: "ENABLED" });
    await add(of, "ann");
    const wrong = { name: "NotAuthorizedException", message: "Incorrect username or password." };
    await assert.rejects(signIn(user(of, "ann"), "ann", "Wrong-123"), wrong);
    await assert.rejects(signIn(user(of, "bob"), "bob"), wrong);
    const open = await pool();
    await assert.rejects(signIn(user(open, "bob"), "bob"), { name: "UserNotFoundException" });
  });

  it("follows a changed password, and asks for a first one", async () => {
    const of = await pool({ UsernameAttributes: ["email"] });
    const name = "ann@example.com";
    await add(of, name, false);
    const one = user(of, name);
    assert.equal(await signIn(one, name), "NEW_PASSWORD_REQUIRED");
    const changed = await new Promise((onSuccess, onFailure) =>
      one.completeNewPasswordChallenge("Other-123", {}, { onSuccess, onFailure }),
    );
    assert.ok((changed as CognitoUserSession).isValid());
    await assert.rejects(signIn(user(of, name), name), { name: "NotAuthorizedException" });
    assert.notEqual(typeof (await signIn(user(of, name), name, "Other-123")), "string");
  });

  it("needs a client that allows it, and a key that is one", async () => {
    const of = await pool({}, { ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"] });
    await add(of, "ann");
    await assert.rejects(signIn(user(of, "ann"), "ann"), {
      name: "InvalidParameterException",
      message: "USER_SRP_AUTH is not enabled for the client.",
    });
    const old = await pool({}, { ExplicitAuthFlows: ["USER_PASSWORD_AUTH"] });
    await add(old, "ann");
    assert.notEqual(typeof (await signIn(user(old, "ann"), "ann")), "string");
    for (const SRP_A of ["0", "x", ""]) {
      const AuthParameters = { USERNAME: "ann", SRP_A };
      const begun = cognito.initiateAuth({ ClientId: old.ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters });
      await refuses(begun, "InvalidParameterException", /SRP_A must be a hexadecimal number/, 400);
    }
  });

  it("takes a proof once, of the client that began", async () => {
    const of = await pool();
    await add(of, "ann");
    const { ChallengeParameters = {} } = await cognito.initiateAuth({
      ClientId: of.ClientId,
      AuthFlow: "USER_SRP_AUTH",
      AuthParameters: { USERNAME: "ann", SRP_A: "abcdef" },
    });
    const ChallengeResponses = {
      ...{ USERNAME: "ann", PASSWORD_CLAIM_SECRET_BLOCK: ChallengeParameters.SECRET_BLOCK! },
      ...{ PASSWORD_CLAIM_SIGNATURE: "AAAA", TIMESTAMP: "Tue Sep 25 00:09:40 UTC 2018" },
    };
    const answer = (ClientId: string, more: object = {}) =>
      cognito.respondToAuthChallenge({
        ClientId,
        ChallengeName: "PASSWORD_VERIFIER",
        ChallengeResponses: { ...ChallengeResponses, ...more },
      });
    const other = await pool();
    await refuses(answer(other.ClientId), "NotAuthorizedException", /^Invalid session for the user\.$/, 400);
    await refuses(answer(of.ClientId), "NotAuthorizedException", /^Incorrect username or password\.$/, 400);
    const unknown = answer(of.ClientId, { PASSWORD_CLAIM_SECRET_BLOCK: "never" });
    await refuses(unknown, "NotAuthorizedException", /^Invalid session for the user\.$/, 400);
  });
});
