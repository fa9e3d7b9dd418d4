// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so.
import assert from "node:assert/strict";
import type { Role } from "../../src/authorization/directory.ts";
import { type Access, type PolicyStatement, type Principal, servicePrincipal } from "../../src/service.ts";
import {
  account,
  accountNamed,
  allow,
  deny,
  document,
  get,
  principal,
  roleNamed,
  root,
  table,
  world,
} from "../support/iam.ts";

describe("authorizer", () => {
  describe("identity policies", () => {
    const cases: [string, PolicyStatement[], boolean][] = [
      ["nothing said", [], false],
      ["allowed", [allow()], true],
      ["another action", [allow({ Action: "dynamodb:PutItem" })], false],
      ["action in another case", [allow({ Action: "DynamoDB:getitem" })], true],
      ["wildcard action", [allow({ Action: "dynamodb:Get*" })], true],
      ["wildcard of one letter", [allow({ Action: "dynamodb:?etItem" })], true],
      ["every action", [allow({ Action: "*" })], true],
      ["several", [allow({ Action: ["s3:GetObject", "dynamodb:GetItem"], Resource: ["arn:aws:s3:::b", table] })], true],
      ["another resource", [allow({ Resource: `${table}s` })], false],
      ["a part of the resource", [allow({ Resource: table.slice(0, -1) })], false],
      ["wildcard resource", [allow({ Resource: `arn:aws:dynamodb:us-east-1:${account}:table/*` })], true],
      ["another region", [allow({ Resource: table.replace("us-east-1", "eu-west-1") })], false],
      ["denied as well", [allow(), deny()], false],
      ["denied elsewhere", [allow(), deny({ Resource: `${table}2` })], true],
      ["denied by NotAction", [allow(), deny({ Action: undefined, NotAction: "dynamodb:PutItem" })], false],
      ["spared by NotAction", [allow(), deny({ Action: undefined, NotAction: "dynamodb:Get*" })], true],
      ["allowed by NotResource", [allow({ Resource: undefined, NotResource: "arn:aws:s3:::*" })], true],
      ["not by NotResource", [allow({ Resource: undefined, NotResource: table })], false],
      [
        "variable in the resource",
        [allow({ Resource: "arn:aws:dynamodb:us-east-1:${aws:PrincipalAccount}:table/iris" })],
        true,
      ],
      ["condition that holds", [allow({ Condition: { StringEquals: { "aws:RequestedRegion": "us-east-1" } } })], true],
      [
        "condition that does not",
        [allow({ Condition: { StringEquals: { "aws:RequestedRegion": "eu-west-1" } } })],
        false,
      ],
      [
        "one of two conditions",
        [allow({ Condition: { Bool: { "aws:SecureTransport": "true" }, StringEquals: { "aws:PrincipalArn": "x" } } })],
        false,
      ],
      [
        "deny without TLS, which loopback stands for",
        [allow(), deny({ Condition: { Bool: { "aws:SecureTransport": "false" } } })],
        true,
      ],
    ];
    for (const [name, statements, result] of cases) {
      it(`${name}: ${result ? "yes" : "no"}`, () => assert.equal(world(statements).may(), result));
    }

    it("change at once when the role changes", () => {
      const { may, directory } = world([]);
      assert.equal(may(), false);
      const role = directory.roles.get("R") as Role;
      directory.roles.put("R", { ...role, inline: { p: JSON.stringify(document(allow())) } });
      assert.equal(may(), true);
      directory.roles.delete("R");
      assert.equal(may(), false);
    });

    it("of a role made anew do not reach sessions of the old one", () => {
      const { may, directory } = world([allow()]);
      directory.roles.put("R", { ...(directory.roles.get("R") as Role), RoleId: "AROA2" });
      assert.equal(may(), false);
      assert.equal(may(get, { ...principal, userId: "AROA2:S" }), true);
    });

    it("know who calls, when and from where", () => {
      const when = (Condition: PolicyStatement["Condition"]) =>
        world([allow({ Condition })], { tags: { Team: "iris" } });
      assert.equal(when({ ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${account}:role/*` } }).may(), true);
      assert.equal(when({ StringEquals: { "aws:userid": "AROA1:S", "aws:PrincipalType": "AssumedRole" } }).may(), true);
      assert.equal(when({ StringEquals: { "AWS:PrincipalTag/team": "iris" } }).may(), true);
      assert.equal(when({ StringEquals: { "aws:PrincipalTag/team": "Iris" } }).may(), false);
      assert.equal(when({ IpAddress: { "aws:SourceIp": "127.0.0.0/8" } }).may(get, principal, "127.0.0.1"), true);
      assert.equal(when({ IpAddress: { "aws:SourceIp": "127.0.0.0/8" } }).may(), false);
      assert.equal(when({ DateGreaterThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } }).may(), true);
      assert.equal(when({ NumericLessThan: { "aws:EpochTime": "1000" } }).may(), false);
      const leading = { ...get, context: { "dynamodb:LeadingKeys": ["a", "b"] } };
      assert.equal(
        when({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["a", "b", "c"] } }).may(leading),
        true,
      );
      assert.equal(when({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["a"] } }).may(leading), false);
    });
  });

  describe("resource policies", () => {
    const bucket = (Principal: PolicyStatement["Principal"], more: Partial<PolicyStatement> = {}): Access => ({
      ...get,
      resourcePolicy: document(allow({ ...(Principal !== undefined && { Principal }), ...more })),
    });
    const cases: [string, PolicyStatement[], Access, boolean][] = [
      ["names the role", [], bucket(roleNamed), true],
      ["names the session", [], bucket({ AWS: principal.arn }), true],
      ["names another role", [], bucket({ AWS: `${principal.roleArn}2` }), false],
      ["names everyone", [], bucket("*"), true],
      ["names everyone of AWS", [], bucket({ AWS: "*" }), true],
      ["names the account, which only delegates", [], bucket(accountNamed), false],
      ["names the account by number, identity allows", [allow()], bucket({ AWS: account }), true],
      ["allows, identity denies", [deny()], bucket(roleNamed), false],
      ["denies, identity allows", [allow()], bucket(roleNamed, { Effect: "Deny" }), false],
      ["denies the account", [allow()], bucket(accountNamed, { Effect: "Deny" }), false],
      [
        "denies all but others",
        [allow()],
        bucket(undefined, { Effect: "Deny", NotPrincipal: { AWS: "arn:aws:iam::000000000000:role/X" } }),
        false,
      ],
      [
        "denies all but the role, which is not named whole",
        [allow()],
        bucket(undefined, { Effect: "Deny", NotPrincipal: roleNamed }),
        false,
      ],
      [
        "denies all but the account alone",
        [allow()],
        bucket(undefined, { Effect: "Deny", NotPrincipal: accountNamed }),
        false,
      ],
      [
        "denies all but the session, named with its role and account",
        [allow()],
        bucket(undefined, {
          Effect: "Deny",
          NotPrincipal: { AWS: [principal.arn, roleNamed.AWS, accountNamed.AWS] },
        }),
        true,
      ],
      ["names a service", [], bucket({ Service: "lambda.amazonaws.com" }), false],
      ["both must allow, only it does", [], { ...bucket(roleNamed), rule: "both" }, false],
      ["both must allow, only identity does", [allow()], { ...get, rule: "both" }, false],
      ["both must and do", [allow()], { ...bucket(roleNamed), rule: "both" }, true],
      ["alone counts", [allow()], { ...get, rule: "resource" }, false],
      ["alone counts and names the account", [allow()], { ...bucket(accountNamed), rule: "resource" }, true],
      ["alone counts, the account delegates in vain", [], { ...bucket(accountNamed), rule: "resource" }, false],
    ];
    for (const [name, identity, access, result] of cases) {
      it(`${name}: ${result ? "yes" : "no"}`, () => assert.equal(world(identity).may(access), result));
    }

    it("deny all but some, and never spare who has a boundary", () => {
      const NotPrincipal = { AWS: [principal.arn, principal.roleArn as string, account] };
      const access = bucket(undefined, { Effect: "Deny", NotPrincipal });
      const boundary = "arn:aws:iam::aws:policy/AdministratorAccess";
      assert.equal(world([allow()]).may(access), true);
      assert.equal(world([allow()], { boundary }).may(), true);
      assert.equal(world([allow()], { boundary }).may(access), false);
      assert.equal(world([]).may(access, root), true);
      const service = servicePrincipal("lambda.amazonaws.com");
      const allowed = allow({ Principal: { Service: service.arn } });
      const except = (Service: string) => ({
        ...get,
        resourcePolicy: document(allowed, deny({ NotPrincipal: { Service } })),
      });
      assert.equal(world([]).may(except(service.arn), service), true);
      assert.equal(world([]).may(except("events.amazonaws.com"), service), false);
    });

    it("are all that a service has, and can be held to one source", () => {
      const { may } = world([]);
      const source = `arn:aws:execute-api:us-east-1:${account}:api/*/GET/whodis`;
      const Condition = { ArnLike: { "AWS:SourceArn": source }, StringEquals: { "aws:SourceAccount": account } };
      const invoke = bucket({ Service: "apigateway.amazonaws.com" }, { Condition });
      const from = (api: string) =>
        servicePrincipal("apigateway.amazonaws.com", `arn:aws:execute-api:us-east-1:${account}:${api}/Prod/GET/whodis`);
      assert.equal(may(invoke, from("api")), true);
      assert.equal(may(invoke, from("other")), false);
      assert.equal(may(invoke, servicePrincipal("events.amazonaws.com", from("api").sourceArn)), false);
      assert.equal(may(get, from("api")), false);
      assert.equal(may(bucket(accountNamed), from("api")), false);
    });

    it("let the anonymous in only where everyone is meant", () => {
      const { may } = world([allow()]);
      const nobody: Principal = { kind: "anonymous", arn: "anonymous" };
      assert.equal(may(bucket("*"), nobody), true);
      assert.equal(may(bucket(accountNamed), nobody), false);
      assert.equal(may(get, nobody), false);
    });

    it("decide alone on a caller of another account", () => {
      const { may } = world([]);
      const snowflake: Principal = {
        kind: "user",
        arn: "arn:aws:iam::111111111111:user/snow",
        accountId: "111111111111",
        userId: "AIDA",
      };
      const trust = bucket({ AWS: snowflake.arn }, { Condition: { StringEquals: { "sts:ExternalId": "secret" } } });
      assert.equal(may({ ...trust, rule: "resource", context: { "sts:ExternalId": "secret" } }, snowflake), true);
      assert.equal(may({ ...trust, rule: "resource", context: { "sts:ExternalId": "other" } }, snowflake), false);
      assert.equal(may({ ...trust, rule: "resource" }, snowflake), false);
      assert.equal(may(get, snowflake), false);
    });

    it("can deny even the administrator, who may everything else", () => {
      const { may } = world([]);
      assert.equal(may(get, root), true);
      assert.equal(may(bucket("*", { Effect: "Deny" }), root), false);
    });
  });
});
