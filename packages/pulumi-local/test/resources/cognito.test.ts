import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { ask, make, unmake } from "./support/made.ts";

describe("user pools", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  it("have clients, users and groups, which change in place or not", async () => {
    const { cloud } = test;
    const inputs = { usernameAttributes: ["email"], autoVerifiedAttributes: ["email"] };
    const absent = ["signInPolicy", "smsConfiguration", "usernameConfiguration"];
    const pool = await make(cloud, "cognito.UserPool", inputs, absent);
    const userPoolId = pool.id;
    assert.match(String(pool.outputs.name), /^thing-[0-9a-f]{7}$/);
    const policy = { minimumLength: 12, requireLowercase: true, temporaryPasswordValidityDays: 3 };
    const stricter = await pool.update({ ...inputs, passwordPolicy: policy, tags: { team: "data" } });
    assert.deepEqual(stricter.tagsAll, { suite: "test", team: "data" });
    assert.partialDeepStrictEqual(stricter.passwordPolicy, policy);
    const second = { mfaConfiguration: "OPTIONAL", softwareTokenMfaConfiguration: { enabled: true } };
    assert.partialDeepStrictEqual(await pool.update({ ...inputs, ...second }), second);
    assert.deepEqual((await pool.diff({ name: "other" })).replaces.sort(), ["name", "usernameAttributes"]);
    assert.deepEqual((await ask(cloud, "cognito.getUserPools", { name: pool.outputs.name })).ids, [userPoolId]);

    const flows = { userPoolId, explicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] };
    const client = await make(cloud, "cognito.UserPoolClient", { ...flows, generateSecret: true });
    assert.match(String(client.outputs.clientSecret), /^\w{51}$/);
    const longer = await client.update({ ...flows, generateSecret: true, accessTokenValidity: 2 });
    assert.equal(longer.accessTokenValidity, 2);

    const group = await make(cloud, "cognito.UserGroup", { userPoolId, name: "admins", precedence: 1 });
    assert.equal(group.id, `${userPoolId}/admins`);
    assert.equal((await group.update({ userPoolId, name: "admins", precedence: 2 })).precedence, 2);
    const email = { email: "a@example.org" };
    const who = { userPoolId, username: "a@example.org" };
    const user = await make(cloud, "cognito.User", { ...who, attributes: { ...email, name: "A" } }, [
      ...["clientMetadata", "validationData"],
    ]);
    const changed = await user.update({ ...who, attributes: email, password: "Long-enough-12", enabled: false });
    assert.deepEqual([changed.status, changed.enabled], ["CONFIRMED", false]);
    const asked = { UserPoolId: userPoolId, Username: "a@example.org" };
    assert.deepEqual(Object.keys(changed.attributes as object), ["email", "sub"]);
    const found = await cloud.call<{ UserAttributes: Properties[] }>("cognito-idp", "AdminGetUser", asked);
    assert.deepEqual(found.UserAttributes.map(({ Name }) => Name).sort(), ["email", "sub"]);
    const member = await make(cloud, "cognito.UserInGroup", { ...who, groupName: "admins" });
    await unmake([pool, client, group, user, member]);
  });
});
