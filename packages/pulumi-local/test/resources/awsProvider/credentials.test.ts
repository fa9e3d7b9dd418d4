import assert from "node:assert/strict";
import type { Principal } from "local-aws/service";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties, Registry } from "../../../src/engine/provider.ts";
import { createRegistry } from "../../../src/resources/index.ts";
import { TestResource } from "../../../testing/resource.ts";

const account = "000000000000";
const root = `arn:aws:iam::${account}:root`;

describe("The AWS provider's credentials", () => {
  let test: TestCloud;
  let registry: Registry;
  before(async () => {
    test = await startCloud();
    registry = createRegistry(test.cloud);
  });
  after(() => test.stop());

  const queue = (config: Properties) => {
    const made = new TestResource(test.cloud, "aws:sqs/queue:Queue");
    made.context.provider = { region: "us-east-1", defaultTags: {}, config: { region: "us-east-1", ...config } };
    return made;
  };
  const create = (config: Properties, name: string) => queue(config).create({ name });
  /** A role with these permissions, that this principal may assume. */
  async function role(RoleName: string, Action: string[], trusted = root, Condition?: object): Promise<string> {
    const policy = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement });
    const { Role } = await test.cloud.call<{ Role: { Arn: string } }>("iam", "CreateRole", {
      RoleName,
      AssumeRolePolicyDocument: policy({
        Effect: "Allow",
        Principal: { AWS: trusted },
        Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        ...(Condition && { Condition }),
      }),
    });
    const PolicyDocument = policy({ Effect: "Allow", Action, Resource: "*" });
    await test.cloud.call("iam", "PutRolePolicy", { RoleName, PolicyName: "p", PolicyDocument });
    return Role.Arn;
  }
  const callerOf = (config: Properties) =>
    registry.invokes.get("aws:index/getCallerIdentity:getCallerIdentity")!(
      {},
      { provider: { region: "us-east-1", defaultTags: {}, config }, signal: new AbortController().signal },
    );

  it("are those of a role that it assumes: what the role may, and no more", async () => {
    const maker = await role("maker", ["sqs:CreateQueue", "sqs:TagQueue"]);
    const assumeRoles = [{ roleArn: maker, sessionName: "deploy" }];
    const made = queue({ assumeRoles });
    await made.create({ name: "by-maker" });
    assert.equal((await callerOf({ assumeRoles })).arn, `arn:aws:sts::${account}:assumed-role/maker/deploy`);
    await assert.rejects(made.delete(), ({ name, message }: Error) => {
      assert.match(name, /^AccessDenied/);
      assert.match(message, /assumed-role\/maker\/deploy is not authorized to perform: sqs:deletequeue/i);
      return true;
    });
    made.context.provider.config = {};
    await made.delete();
  });

  it("go from role to role, with what each session is limited and marked by", async () => {
    const last = await role("last", ["sqs:*"], `arn:aws:iam::${account}:role/first`, {
      StringEquals: { "sts:ExternalId": "42", "sts:SourceIdentity": "ci", "aws:RequestTag/team": "data" },
    });
    const first = await role("first", ["sts:*"]);
    const PolicyDocument = {
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "sqs:Create*", Resource: "*" },
    };
    const marks = { externalId: "42", sourceIdentity: "ci", tags: { team: "data" }, duration: "30m" };
    const limited = { roleArn: last, sessionName: "deploy", policy: JSON.stringify(PolicyDocument), ...marks };
    const made = queue({ assumeRoles: [{ roleArn: first, sessionName: "ci" }, limited] });
    await made.create({ name: "chained" });
    await assert.rejects(made.delete(), { name: /^AccessDenied/ });
    await assert.rejects(
      create({ assumeRoles: [limited] }, "direct"),
      /Cannot assume IAM Role: IAM Role .*role\/last\)/,
    );
    const unmarked = { roleArn: last, sessionName: "deploy" };
    await assert.rejects(create({ assumeRoles: [{ roleArn: first }, unmarked] }, "x"), /Cannot assume IAM Role/);
    made.context.provider.config = {};
    await made.delete();
  });

  it("are none of a role that is not there or does not trust the caller: it says so before anything is made", async () => {
    const { configure } = registry;
    const closed = await role("closed", ["sqs:*"], `arn:aws:iam::${account}:role/maker`);
    for (const roleArn of [`arn:aws:iam::${account}:role/no-such-role`, closed]) {
      const config = { assumeRoles: [{ roleArn, sessionName: "deploy" }] };
      // As Pulumi's AWS provider says it, but for the ids of its requests.
      const says = ({ message }: Error): boolean => {
        assert.ok(message.startsWith(`Cannot assume IAM Role: IAM Role (${roleArn}) cannot be assumed.\n`), message);
        assert.match(message, /Error: operation error STS: AssumeRole, AccessDenied: User: .*:root is not authorized/);
        return true;
      };
      await assert.rejects(configure!("aws", { region: "us-east-1", defaultTags: {}, config }), says);
      await assert.rejects(create(config, "never"), says);
    }
    const later = `arn:aws:iam::${account}:role/later`;
    const config = { assumeRoles: [{ roleArn: later, sessionName: "deploy" }] };
    await assert.rejects(callerOf(config), /Cannot assume IAM Role/);
    await role("later", ["sqs:*"]);
    assert.equal((await callerOf(config)).arn, `arn:aws:sts::${account}:assumed-role/later/deploy`);
    // A session outlives the trust that it was given in, but the next run is not given one.
    const Statement = { Effect: "Deny", Principal: { AWS: root }, Action: "sts:AssumeRole" };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await test.cloud.call("iam", "UpdateAssumeRolePolicy", { RoleName: "later", PolicyDocument });
    assert.equal((await callerOf(config)).arn, `arn:aws:sts::${account}:assumed-role/later/deploy`);
    await assert.rejects(configure!("aws", { region: "us-east-1", defaultTags: {}, config }), /Cannot assume IAM Role/);
  });

  it("are a user's by its key", async () => {
    await test.cloud.call("iam", "CreateUser", { UserName: "ann" });
    const { AccessKey: key } = await test.cloud.call<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>(
      "iam",
      "CreateAccessKey",
      { UserName: "ann" },
    );
    const config = { accessKey: key.AccessKeyId, secretKey: key.SecretAccessKey };
    assert.equal((await callerOf(config)).arn, `arn:aws:iam::${account}:user/ann`);
    await assert.rejects(create(config, "by-ann"), { name: /^AccessDenied/ });
    assert.equal((await callerOf({ accessKey: "test", secretKey: "test" })).arn, root);

    const session = await test.cloud.call<{ Credentials: Record<string, string> }>("sts", "AssumeRole", {
      RoleArn: await role("guest", ["sqs:*"]),
      RoleSessionName: "visit",
    });
    const { AccessKeyId: accessKey, SecretAccessKey: secretKey, SessionToken: token } = session.Credentials;
    assert.equal(
      (await callerOf({ accessKey, secretKey, token })).arn,
      `arn:aws:sts::${account}:assumed-role/guest/visit`,
    );

    const before =
      "Retrieving AWS account details: validating provider credentials: retrieving caller identity from STS: ";
    for (const [wrong, says] of [
      [{ ...config, secretKey: "x" }, "SignatureDoesNotMatch: "],
      [{ accessKey: "AKIAXXXXXXXXXXXXXXXX", secretKey: "x" }, "InvalidClientTokenId: The security token included"],
      [{ accessKey, secretKey }, "InvalidClientTokenId: The security token included"],
    ] as const) {
      await assert.rejects(callerOf(wrong), ({ message }: Error) => message.startsWith(before + says));
    }
    const caller: Principal = test.cloud.identify({ accessKeyId: "test", secretAccessKey: "test" });
    assert.equal(caller.arn, root);
  });
});
