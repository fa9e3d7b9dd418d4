import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { aws } from "../../support/awsCli.ts";
import { refuses } from "../../support/refuses.ts";

const Password = "Secret-123";

describe("Cognito's user pools", () => {
  let test: TestCloud;
  let cognito: CognitoIdentityProvider;
  before(async () => {
    test = await startCloud();
    cognito = test.client(CognitoIdentityProvider);
  });
  after(() => test.stop());

  const pool = async (more: object = {}) => {
    const { UserPool } = await cognito.createUserPool({ PoolName: "people", ...more });
    return UserPool!.Id!;
  };
  const client = async (UserPoolId: string, more: object = {}) => {
    const { UserPoolClient } = await cognito.createUserPoolClient({
      UserPoolId,
      ClientName: "web",
      ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"],
      ...more,
    });
    return UserPoolClient!;
  };
  const mailed = async (to: string) => {
    const { mails } = (await (await fetch(`${test.origin}/_aws/mail`)).json()) as {
      mails: { to: string; body: string }[];
    };
    return mails.findLast((mail) => mail.to === to)?.body ?? "";
  };
  const code = async (to: string) => /code is (\d{6})/.exec(await mailed(to))?.[1] ?? "";
  const signIn = (ClientId: string, USERNAME: string, PASSWORD = Password) =>
    cognito.initiateAuth({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: { USERNAME, PASSWORD } });
  const verified = async (UserPoolId: string, token: string) => {
    const keys = await (await fetch(`${test.origin}/${UserPoolId}/.well-known/jwks.json`)).json();
    const issuer = `https://cognito-idp.us-east-1.amazonaws.com/${UserPoolId}`;
    return (await jwtVerify(token, createLocalJWKSet(keys as never), { issuer })).payload;
  };

  it("makes pools and clients, describes, changes, tags, lists and deletes them", async () => {
    const UserPoolId = await pool({
      UsernameAttributes: ["email"],
      Policies: { PasswordPolicy: { MinimumLength: 10 } },
      UserPoolTags: { a: "1" },
    });
    assert.match(UserPoolId, /^us-east-1_[A-Za-z0-9]{9}$/);
    const shown = async () => (await cognito.describeUserPool({ UserPoolId })).UserPool!;
    const { Arn = "", Policies, MfaConfiguration } = await shown();
    assert.equal(Arn, `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${UserPoolId}`);
    assert.deepEqual([Policies?.PasswordPolicy?.MinimumLength, Policies?.PasswordPolicy?.RequireSymbols], [10, false]);
    assert.equal(MfaConfiguration, "OFF");
    await cognito.updateUserPool({ UserPoolId, DeletionProtection: "ACTIVE" });
    await refuses(cognito.deleteUserPool({ UserPoolId }), "InvalidParameterException", /deletion protection/, 400);
    await cognito.tagResource({ ResourceArn: Arn, Tags: { b: "2" } });
    await cognito.untagResource({ ResourceArn: Arn, TagKeys: ["a"] });
    assert.deepEqual((await cognito.listTagsForResource({ ResourceArn: Arn })).Tags, { b: "2" });
    const { ClientId, ClientSecret } = await client(UserPoolId, { GenerateSecret: true });
    assert.match(ClientSecret ?? "", /^[a-z0-9]{51}$/);
    await cognito.updateUserPoolClient({
      UserPoolId,
      ClientId,
      AccessTokenValidity: 5,
      TokenValidityUnits: { AccessToken: "minutes" },
    });
    const found = (await cognito.describeUserPoolClient({ UserPoolId, ClientId })).UserPoolClient;
    assert.deepEqual([found?.AccessTokenValidity, found?.ClientName], [5, "web"]);
    const { UserPoolClients } = await cognito.listUserPoolClients({ UserPoolId });
    assert.deepEqual(UserPoolClients, [{ ClientId, ClientName: "web", UserPoolId }]);
    await cognito.updateUserPool({ UserPoolId, DeletionProtection: "INACTIVE" });
    await cognito.deleteUserPool({ UserPoolId });
    await refuses(cognito.describeUserPool({ UserPoolId }), "ResourceNotFoundException", /does not exist/, 400);
    const mfa = cognito.createUserPool({ PoolName: "x", MfaConfiguration: "ON" });
    await refuses(mfa, "InvalidParameterException", /MfaConfiguration is ON; allowed is OFF, until/, 400);
  });

  it("lets users sign up, confirm by a mailed code, sign in, and have tokens that its keys verify", async () => {
    const UserPoolId = await pool({ AutoVerifiedAttributes: ["email"] });
    const { ClientId = "" } = await client(UserPoolId);
    const sign = (Username: string, password = Password) =>
      cognito.signUp({
        ClientId,
        Username,
        Password: password,
        UserAttributes: [{ Name: "email", Value: "ann@example.com" }],
      });
    for (const [password, fault] of [
      ["Aa-1", /not long enough/],
      ["secret-123", /uppercase/],
      ["SECRET-123", /lowercase/],
      ["Secret-abc", /numeric/],
      ["Secret1234", /symbol/],
    ] as const) {
      await refuses(sign("ann", password), "InvalidPasswordException", fault, 400);
    }
    const { UserSub, UserConfirmed, CodeDeliveryDetails } = await sign("ann");
    assert.deepEqual([UserConfirmed, CodeDeliveryDetails?.Destination], [false, "a***@e***"]);
    await refuses(sign("ann"), "UsernameExistsException", /already exists/, 400);
    await refuses(signIn(ClientId, "ann"), "UserNotConfirmedException", /not confirmed/, 400);
    const confirm = (ConfirmationCode: string) =>
      cognito.confirmSignUp({ ClientId, Username: "ann", ConfirmationCode });
    await refuses(confirm("x"), "CodeMismatchException", /Invalid verification code/, 400);
    await confirm(await code("ann@example.com"));
    await refuses(
      signIn(ClientId, "ann", "Wrong-123"),
      "NotAuthorizedException",
      /^Incorrect username or password\.$/,
      400,
    );
    await refuses(signIn(ClientId, "bob"), "UserNotFoundException", /does not exist/, 400);
    const { AuthenticationResult: tokens } = await signIn(ClientId, "ann");
    const id = await verified(UserPoolId, tokens!.IdToken!);
    const access = await verified(UserPoolId, tokens!.AccessToken!);
    assert.deepEqual(
      [id.sub, id.aud, id.token_use, id.email, id.email_verified, id["cognito:username"]],
      [UserSub, ClientId, "id", "ann@example.com", true, "ann"],
    );
    assert.deepEqual(
      [access.sub, access.client_id, access.token_use, access.username, access.origin_jti],
      [UserSub, ClientId, "access", "ann", id.origin_jti],
    );
    assert.equal(access.exp! - access.iat!, tokens?.ExpiresIn);
    const AccessToken = tokens!.AccessToken!;
    const me = await cognito.getUser({ AccessToken });
    assert.equal(me.UserAttributes?.find(({ Name }) => Name === "email")?.Value, "ann@example.com");
    await refuses(
      cognito.getUser({ AccessToken: tokens!.IdToken }),
      "NotAuthorizedException",
      /Invalid Access Token/,
      400,
    );
    await refuses(cognito.getUser({ AccessToken: "x" }), "NotAuthorizedException", /Invalid Access Token/, 400);
    const configuration = await fetch(`${test.origin}/${UserPoolId}/.well-known/openid-configuration`);
    assert.equal(((await configuration.json()) as { issuer: string }).issuer, id.iss);
  });

  it("renews tokens until they are revoked or the user signs out", async () => {
    const UserPoolId = await pool();
    const { ClientId = "" } = await client(UserPoolId);
    await cognito.adminCreateUser({ UserPoolId, Username: "ann", MessageAction: "SUPPRESS" });
    await cognito.adminSetUserPassword({ UserPoolId, Username: "ann", Password, Permanent: true });
    const renew = (REFRESH_TOKEN: string, id = ClientId) =>
      cognito.initiateAuth({ ClientId: id, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: { REFRESH_TOKEN } });
    const first = (await signIn(ClientId, "ann")).AuthenticationResult!;
    const second = (await renew(first.RefreshToken!)).AuthenticationResult!;
    assert.equal(second.RefreshToken, undefined);
    assert.equal(decodeJwt(second.IdToken!).origin_jti, decodeJwt(first.IdToken!).origin_jti);
    const other = (await client(UserPoolId)).ClientId!;
    await refuses(renew(first.RefreshToken!, other), "NotAuthorizedException", /Invalid Refresh Token/, 400);
    await cognito.revokeToken({ ClientId, Token: first.RefreshToken });
    await refuses(renew(first.RefreshToken!), "NotAuthorizedException", /Invalid Refresh Token/, 400);
    const revoked = cognito.getUser({ AccessToken: second.AccessToken });
    await refuses(revoked, "NotAuthorizedException", /has been revoked/, 400);
    const third = (await signIn(ClientId, "ann")).AuthenticationResult!;
    await cognito.changePassword({
      AccessToken: third.AccessToken,
      PreviousPassword: Password,
      ProposedPassword: "Other-456",
    });
    await cognito.globalSignOut({ AccessToken: third.AccessToken });
    await refuses(renew(third.RefreshToken!), "NotAuthorizedException", /Invalid Refresh Token/, 400);
    await signIn(ClientId, "ann", "Other-456");
    await cognito.adminDisableUser({ UserPoolId, Username: "ann" });
    await refuses(signIn(ClientId, "ann", "Other-456"), "NotAuthorizedException", /User is disabled/, 400);
  });

  it("asks whom an administrator made for another password, and a client with a secret for its proof", async () => {
    const UserPoolId = await pool({ UsernameAttributes: ["email"], UsernameConfiguration: { CaseSensitive: false } });
    const { ClientId = "", ClientSecret = "" } = await client(UserPoolId, { GenerateSecret: true });
    const { User } = await cognito.adminCreateUser({ UserPoolId, Username: "Bob@example.com" });
    assert.equal(User?.UserStatus, "FORCE_CHANGE_PASSWORD");
    const temporary = /temporary password is (\S+)/.exec(await mailed("Bob@example.com"))?.[1] ?? "";
    const USERNAME = "bob@example.com";
    await refuses(signIn(ClientId, USERNAME, temporary), "NotAuthorizedException", /SECRET_HASH was not received/, 400);
    const SECRET_HASH = createHmac("sha256", ClientSecret)
      .update(USERNAME + ClientId)
      .digest("base64");
    const AuthParameters = { USERNAME, PASSWORD: temporary, SECRET_HASH };
    const asked = await cognito.initiateAuth({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters });
    assert.equal(asked.ChallengeName, "NEW_PASSWORD_REQUIRED");
    const answer = (NEW_PASSWORD: string) =>
      cognito.respondToAuthChallenge({
        ...{ ClientId, ChallengeName: "NEW_PASSWORD_REQUIRED", Session: asked.Session },
        ChallengeResponses: { USERNAME, NEW_PASSWORD, SECRET_HASH, "userAttributes.name": "Bob" },
      });
    await refuses(answer("short"), "InvalidPasswordException", /not long enough/, 400);
    const { AuthenticationResult } = await answer(Password);
    assert.equal(decodeJwt(AuthenticationResult!.IdToken!).name, "Bob");
    await refuses(answer(Password), "NotAuthorizedException", /Invalid session/, 400);
    const found = await cognito.adminGetUser({ UserPoolId, Username: USERNAME });
    assert.deepEqual([found.UserStatus, found.Username], ["CONFIRMED", User?.Username]);
    const admin = { UserPoolId, ClientId, AuthFlow: "ADMIN_USER_PASSWORD_AUTH" as const };
    const signed = await cognito.adminInitiateAuth({
      ...admin,
      AuthParameters: { ...AuthParameters, PASSWORD: Password },
    });
    assert.ok(signed.AuthenticationResult?.AccessToken);
    const chosen = cognito.initiateAuth({ ClientId, AuthFlow: "USER_AUTH", AuthParameters });
    await refuses(chosen, "InvalidParameterException", /does not model AuthFlow USER_AUTH; allowed are/, 400);
  });

  it("sets forgotten passwords by a mailed code", async () => {
    const UserPoolId = await pool();
    const { ClientId = "" } = await client(UserPoolId);
    const UserAttributes = [
      { Name: "email", Value: "cy@example.com" },
      { Name: "email_verified", Value: "true" },
    ];
    await cognito.adminCreateUser({ UserPoolId, Username: "cy", UserAttributes, MessageAction: "SUPPRESS" });
    await cognito.forgotPassword({ ClientId, Username: "cy" });
    const ConfirmationCode = await code("cy@example.com");
    await cognito.confirmForgotPassword({ ClientId, Username: "cy", ConfirmationCode, Password });
    assert.ok((await signIn(ClientId, "cy")).AuthenticationResult);
  });

  it("puts users into groups, which their tokens name by precedence, and finds users", async () => {
    const UserPoolId = await pool();
    const { ClientId = "" } = await client(UserPoolId);
    for (const name of ["ann", "abe", "bob"]) {
      await cognito.adminCreateUser({ UserPoolId, Username: name, MessageAction: "SUPPRESS" });
    }
    await cognito.adminSetUserPassword({ UserPoolId, Username: "ann", Password, Permanent: true });
    await cognito.createGroup({ UserPoolId, GroupName: "readers", Precedence: 2 });
    await cognito.createGroup({ UserPoolId, GroupName: "admins", Precedence: 1 });
    const again = cognito.createGroup({ UserPoolId, GroupName: "admins" });
    await refuses(again, "GroupExistsException", /already exists/, 400);
    for (const GroupName of ["readers", "admins"])
      await cognito.adminAddUserToGroup({ UserPoolId, GroupName, Username: "ann" });
    const { AuthenticationResult } = await signIn(ClientId, "ann");
    assert.deepEqual(decodeJwt(AuthenticationResult!.AccessToken!)["cognito:groups"], ["admins", "readers"]);
    const members = await cognito.listUsersInGroup({ UserPoolId, GroupName: "admins" });
    assert.deepEqual(
      members.Users?.map(({ Username }) => Username),
      ["ann"],
    );
    await cognito.deleteGroup({ UserPoolId, GroupName: "readers" });
    const { Groups } = await cognito.adminListGroupsForUser({ UserPoolId, Username: "ann" });
    assert.deepEqual(
      Groups?.map(({ GroupName }) => GroupName),
      ["admins"],
    );
    const names = async (Filter: string) =>
      (await cognito.listUsers({ UserPoolId, Filter })).Users?.map(({ Username }) => Username);
    assert.deepEqual(await names(`username ^= "a"`), ["abe", "ann"]);
    assert.deepEqual(await names(`cognito:user_status = "CONFIRMED"`), ["ann"]);
    await refuses(cognito.listUsers({ UserPoolId, Filter: "x" }), "InvalidParameterException", /parsing filter/, 400);
    const first = await cognito.listUsers({ UserPoolId, Limit: 2 });
    const second = await cognito.listUsers({ UserPoolId, Limit: 2, PaginationToken: first.PaginationToken });
    assert.deepEqual([first.Users?.length, second.Users?.length, second.PaginationToken], [2, 1, undefined]);
  });

  it("signs tokens that an API's authorizer takes", async () => {
    const UserPoolId = await pool();
    const { ClientId = "" } = await client(UserPoolId);
    await cognito.adminCreateUser({ UserPoolId, Username: "ann", MessageAction: "SUPPRESS" });
    await cognito.adminSetUserPassword({ UserPoolId, Username: "ann", Password, Permanent: true });
    const call = (operation: string, input: object) =>
      test.cloud.call<{ id: string; rootResourceId: string }>("apigateway", operation, input);
    const { id: restApiId, rootResourceId: resourceId } = await call("CreateRestApi", { name: "guarded" });
    const { id: authorizerId } = await call("CreateAuthorizer", {
      ...{
        restApiId,
        name: "people",
        type: "COGNITO_USER_POOLS",
        identitySource: "method.request.header.Authorization",
      },
      providerARNs: [`arn:aws:cognito-idp:us-east-1:000000000000:userpool/${UserPoolId}`],
    });
    const method = { restApiId, resourceId, httpMethod: "GET" };
    await call("PutMethod", { ...method, authorizationType: "COGNITO_USER_POOLS", authorizerId });
    const requestTemplates = { "application/json": '{"statusCode": 200}' };
    await call("PutIntegration", { ...method, type: "MOCK", requestTemplates });
    await call("PutMethodResponse", { ...method, statusCode: "200" });
    await call("PutIntegrationResponse", { ...method, statusCode: "200" });
    await call("CreateDeployment", { restApiId, stageName: "dev" });
    const { IdToken = "" } = (await signIn(ClientId, "ann")).AuthenticationResult!;
    const url = `${test.cloud.apiOrigin}/_aws/execute-api/${restApiId}/dev/`;
    const status = async (authorization: string) => (await fetch(url, { headers: { authorization } })).status;
    assert.deepEqual([await status(IdToken), await status(`${IdToken.slice(0, -9)}AAAAAAAAA`)], [200, 401]);
  });

  it("is managed by whom IAM lets it, and answers the AWS CLI without a signature where AWS does", async function () {
    const UserPoolId = await pool();
    const { ClientId = "" } = await client(UserPoolId);
    const Resource = `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${UserPoolId}`;
    const { credentials } = await test.mintRole({ Effect: "Allow", Action: "cognito-idp:AdminCreateUser", Resource });
    const own = test.client(CognitoIdentityProvider, { credentials });
    await own.adminCreateUser({ UserPoolId, Username: "dan", MessageAction: "SUPPRESS" });
    await refuses(
      own.listUsers({ UserPoolId }),
      "AccessDeniedException",
      /cognito-idp:ListUsers on resource: arn:/,
      400,
    );
    const unsigned = await fetch(test.origin, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AWSCognitoIdentityProviderService.AdminGetUser",
      },
      body: JSON.stringify({ UserPoolId, Username: "dan" }),
    });
    assert.equal(unsigned.status, 400);
    const answer = await aws(
      test.origin,
      ...["cognito-idp", "sign-up", "--client-id", ClientId, "--username", "eve", "--password", Password],
    );
    if (answer === undefined) return this.skip();
    assert.equal((answer as { UserConfirmed: boolean }).UserConfirmed, false);
  });
});
