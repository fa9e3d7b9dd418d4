import assert from "node:assert/strict";
import { rules } from "../../../policy/check.ts";
import { rule } from "../support/rule.ts";

describe("rules of users and roles:", () => {
  for (const type of ["user:User", "group:Group", "userPolicy:UserPolicy", "accessKey:AccessKey"]) {
    rule("no-users-or-groups", `iam/${type}`, undefined, [["one", { props: {} }, /is a user's or a group's$/]]);
  }
  const arn = "arn:aws:iam::aws:policy/AdministratorAccess";
  rule("no-managed-policy", "iam/role:Role", { props: {} }, [
    ["AWS's policies on a role", { props: { managedPolicyArns: [arn] } }, /^policyArn is arn.*AdministratorAccess/],
  ]);
  rule("no-managed-policy", "iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", { props: {} }, [
    [
      "a policy that is looked after elsewhere",
      { props: { policyArns: ["arn:aws:iam::1:policy/a"] } },
      /policy\/a, a m/,
    ],
  ]);
  for (const type of ["policyAttachment:PolicyAttachment", "rolePolicyAttachment:RolePolicyAttachment"]) {
    rule("no-managed-policy", `iam/${type}`, undefined, [
      ["an attachment", { props: { policyArn: arn } }, /^policyArn/],
    ]);
  }

  const trust = (Principal: unknown) => ({
    props: { assumeRolePolicy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal }] }) },
  });
  const notPrincipal = {
    props: { assumeRolePolicy: { Statement: [{ Effect: "Allow", NotPrincipal: { AWS: "arn:aws:iam::1:root" } }] } },
  };
  rule("one-principal", "iam/role:Role", trust({ Service: "lambda.amazonaws.com" }), [
    ["everyone", trust("*"), /admits everyone/],
    ["everyone but one", notPrincipal, /admits everyone but its NotPrincipal/],
    ["two services", trust({ Service: ["lambda.amazonaws.com", "states.amazonaws.com"] }), /lambda.* and states/],
  ]);

  const ofService = (service: string, Condition?: object) => ({
    props: {
      assumeRolePolicy: JSON.stringify({
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Condition }],
      }),
    },
    facts: { accounts: ["123456789012"] },
  });
  const account = (id: string) => ({ StringEquals: { "aws:SourceAccount": id } });
  rule(
    "service-trust-names-its-account",
    "iam/role:Role",
    ofService("scheduler.amazonaws.com", account("123456789012")),
    [
      [
        "a schedule of any account",
        ofService("scheduler.amazonaws.com"),
        /trusts scheduler.amazonaws.com without aws:Source/,
      ],
      ["another account's", ofService("states.amazonaws.com", account("210987654321")), /trusts states/],
      [
        "whoever does not say",
        ofService("ecs-tasks.amazonaws.com", { StringEqualsIfExists: { "aws:SourceAccount": "123456789012" } }),
        /trusts ecs-tasks/,
      ],
      [
        "a machine of any account",
        ofService("sagemaker.amazonaws.com", { ArnLike: { "aws:SourceArn": "arn:aws:sagemaker:*:*:*" } }),
        /trusts sagemaker/,
      ],
    ],
  );
  for (const admitted of [
    ofService("lambda.amazonaws.com"),
    ofService("codedeploy.amazonaws.com", {
      ArnLike: { "aws:SourceArn": "arn:aws:codedeploy:eu-west-1:123456789012:deploymentgroup:*" },
    }),
  ]) {
    rule("service-trust-names-its-account", "iam/role:Role", admitted, []);
  }

  const github = "token.actions.githubusercontent.com";
  const federated = (Condition: object, account = "123456789012") => ({
    props: {
      assumeRolePolicy: JSON.stringify({
        Statement: {
          Effect: "Allow",
          Action: "sts:AssumeRoleWithWebIdentity",
          Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${github}` },
          Condition,
        },
      }),
    },
    facts: { accounts: ["123456789012"] },
  });
  const claims = { [`${github}:aud`]: "sts.amazonaws.com", [`${github}:sub`]: "repo:acme/platform:pull_request" };
  const without = (claim: string) => ({ StringEquals: { ...claims, [`${github}:${claim}`]: undefined } });
  rule("federated-trust-names-its-subject", "iam/role:Role", federated({ StringEquals: claims }), [
    ["every repository", federated(without("sub")), /without StringEquals on token.actions.githubusercontent.com:sub/],
    ["every audience", federated(without("aud")), /without StringEquals on .*:aud/],
    ["a subject with a wildcard", federated({ StringLike: { ...claims, [`${github}:sub`]: "repo:acme/*" } }), /:sub/],
    ["another account's provider", federated({ StringEquals: claims }, "210987654321"), /provider of account 2109/],
    ["SAML", trust({ Federated: "arn:aws:iam::123456789012:saml-provider/x" }), /no OpenID Connect provider/],
    ["Cognito", trust({ Federated: "cognito-identity.amazonaws.com" }), /no OpenID Connect provider/],
    ["an account that nobody sees", trust({ CanonicalUser: "79a5" }), /trusts 79a5/],
  ]);

  const admit = (AWS: string | string[], ids?: string | string[]) => ({
    props: {
      assumeRolePolicy: JSON.stringify({
        Statement: {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { AWS },
          ...(ids && { Condition: { StringEquals: { "sts:ExternalId": ids } } }),
        },
      }),
    },
  });
  const [user, own, other] = ["user/abc1", "root", "role/x"].map((what) => `arn:aws:iam::123456789012:${what}`) as [
    string,
    string,
    string,
  ];
  rule("trust-names-one-user", "iam/role:Role", admit(user, "ACC_SFCRole=1_a="), [
    ["a user who says no external id", admit(user), /trusts .*user\/abc1 without one sts:ExternalId/],
    ["an empty external id", admit(user, [""]), /without one sts:ExternalId/],
    ["any of several external ids", admit(user, ["a1", "b2"]), /without one sts:ExternalId/],
    ["two users", admit([user, user.replace("abc1", "def2")], "a1"), /abc1 and .*def2: one at most/],
    ["everyone", admit("*", "a1"), /trusts \*: neither/],
    ["a role", admit(other, "a1"), /role\/x: neither a user nor the account/],
    ["another account", { ...admit(own), facts: { accounts: ["210987654321"] } }, /account 123456789012, which is not/],
  ]);
  it("trust-names-one-user admits the own account, and services", () => {
    const named = rules.find(({ name }) => name === "trust-names-one-user")!;
    const facts = { stack: "prod", publicRoutes: [], resources: [], accounts: ["123456789012"] };
    for (const given of [admit(own), trust({ Service: "sagemaker.amazonaws.com" })]) {
      assert.deepEqual(named.check({ type: "aws:iam/role:Role", name: "it", ...given }, facts), []);
    }
  });
});
