import { resourcePolicies } from "../../../policy/grantingTypes.ts";
import { rule } from "../support/rule.ts";

const account = "123456789012";
const facts = { accounts: [account] };
const named = "policy-admits-known-callers";

/** A queue's policy with one statement, as text. */
const admits = (Principal: unknown, Condition?: object, rest: object = {}) => ({
  props: {
    policy: JSON.stringify({
      Statement: [
        { Effect: "Deny", Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
        { Effect: "Allow", Principal, Condition, Action: "sqs:SendMessage", Resource: "*", ...rest },
      ],
    }),
  },
  facts,
});
const when = (operator: string, key: string, value: unknown) => admits("*", { [operator]: { [key]: value } });
const arn = (what: string, of = account) => `arn:aws:iam::${of}:${what}`;

describe("rules of resources' policies:", () => {
  const accounts = (allowedAccountIds?: string, stack = "prod") => ({ props: { allowedAccountIds }, facts: { stack } });
  rule("account-is-said", "pulumi:providers:aws", accounts('["123456789012"]'), [
    ["any account", accounts(), /^allowedAccountIds is missing/],
    ["no account", accounts("[]"), /^allowedAccountIds is missing/],
  ]);
  rule("account-is-said", "pulumi:providers:aws", accounts(undefined, "dev-anna"), []);

  rule(named, "sqs/queuePolicy:QueuePolicy", admits({ AWS: arn("role/a") }), [
    ["everyone, beside a denial of plain HTTP", admits("*"), /^policy.Statement\[1\] admits everyone/],
    ["everyone, as an account", admits({ AWS: "*" }), /admits everyone/],
    ["everyone among others", admits({ AWS: [arn("role/a"), "*"] }), /admits everyone/],
    [
      "everyone but one",
      admits(undefined, undefined, { NotPrincipal: { AWS: arn("root") } }),
      /everyone but its NotPr/,
    ],
    ["another account", admits({ AWS: arn("root", "210987654321") }), /admits arn:aws:iam::210987654321:root/],
    ["another account's id", admits({ AWS: "210987654321" }), /admits 210987654321/],
    ["another account's role", admits({ AWS: arn("role/a", "210987654321") }), /admits arn:aws:iam::210987654321:role/],
    ["roles that begin alike", admits({ AWS: arn("role/a*") }), /admits .*role\/a\*/],
    ["whom nobody can tell", admits({ CanonicalUser: "79a5" }), /admits 79a5/],
    ["a service for any account", admits({ Service: "sns.amazonaws.com" }), /admits sns.amazonaws.com for any account/],
    ["identities of another party", admits({ Federated: "cognito-identity.amazonaws.com" }), /admits cognito/],
    ["a topic of any account", when("ArnLike", "aws:SourceArn", "*"), /everyone/],
    ["a topic of any account, in full", when("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:alerts"), /everyone/],
    ["another account's topic", when("ArnEquals", "aws:SourceArn", "arn:aws:sns:eu-west-1:210987654321:a"), /everyone/],
    ["a bucket that another account may make", when("ArnEquals", "aws:SourceArn", "arn:aws:s3:::drop"), /everyone/],
    ["one of several accounts", when("StringEquals", "aws:PrincipalAccount", [account, "210987654321"]), /everyone/],
    [
      "the caller's account, whichever",
      when("StringEquals", "aws:PrincipalAccount", `${"$"}{aws:SourceAccount}`),
      /everyone/,
    ],
    ["accounts that begin alike", when("StringLike", "aws:SourceAccount", "12345678901?"), /everyone/],
    ["any role of a name", when("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/a"), /everyone/],
    ["everyone but one role", when("StringNotEquals", "aws:PrincipalArn", arn("role/a")), /everyone/],
    ["callers without an account", when("StringEqualsIfExists", "aws:PrincipalAccount", account), /everyone/],
    ["callers of no account at all", when("ForAllValues:StringEquals", "aws:PrincipalAccount", account), /everyone/],
    ["no value at all", when("StringEquals", "aws:PrincipalAccount", []), /everyone/],
    ["whoever uses TLS", when("Bool", "aws:SecureTransport", "true"), /everyone/],
    ["every address", when("IpAddress", "aws:SourceIp", "0.0.0.0/0"), /everyone/],
    ["every address, in halves", when("IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/1"]), /everyone/],
    ["everyone, as an object", { props: { policy: { Statement: { Effect: "Allow", Principal: "*" } } } }, /everyone/],
  ]);

  for (const admitted of [
    admits({ AWS: account }),
    admits({ AWS: arn("root") }),
    admits({ Service: "sns.amazonaws.com" }, { StringEquals: { "aws:SourceAccount": account } }),
    admits(
      { Service: "logs.eu-west-1.amazonaws.com" },
      {
        ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:eu-west-1:${account}:log-group:/aws/lambda/*` },
      },
    ),
    when("ArnLike", "aws:PrincipalArn", arn("role/*")),
    when("ArnEquals", "AWS:SourceArn", `arn:aws:sns:eu-west-1:${account}:alerts`),
    when("StringEquals", "aws:PrincipalAccount", [account]),
    when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3"),
    when("IpAddress", "aws:SourceIp", ["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"]),
    when("StringEquals", "aws:SourceVpce", "vpce-1a2b"),
    admits("*", { StringEquals: { "aws:SourceAccount": account }, ArnLike: { "aws:SourceArn": "arn:aws:s3:::drop" } }),
  ]) {
    rule(named, "sqs/queuePolicy:QueuePolicy", admitted, []);
  }

  // Where the configuration does not say which account is the stack's, any may be.
  const somewhere = { ...admits({ AWS: arn("root", "210987654321") }), facts: {} };
  rule(named, "kms/key:Key", somewhere, [["everyone", { ...admits("*"), facts: {} }, /admits everyone/]]);

  for (const [type, input] of resourcePolicies) {
    rule(named, type.slice("aws:".length), { props: {} }, [
      [
        "everyone",
        { props: { [input]: admits("*").props.policy } },
        new RegExp(`^${input}.Statement\\[1\\] admits everyone`),
      ],
    ]);
  }

  const integration = { "x-amazon-apigateway-integration": { type: "aws_proxy" } };
  const iam = { "x-amazon-apigateway-auth": { type: "AWS_IAM" } };
  const api = (operation: object) => {
    const policy = JSON.parse(admits("*").props.policy);
    const document = {
      paths: { "/a": { get: { ...integration, ...operation } } },
      "x-amazon-apigateway-policy": policy,
    };
    return { props: { body: JSON.stringify(document) } };
  };
  rule(named, "apigateway/restApi:RestApi", api({}), [
    [
      "every account's identities, by the document",
      api(iam),
      /^body.x-amazon-apigateway-policy.Statement\[1\] admits everyone/,
    ],
  ]);
});
