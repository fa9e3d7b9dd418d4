import { isOwn, isPinned } from "../principals.ts";
import { type Rule, unless } from "../rule.ts";
import { listOf, type Statement, statementsOf } from "../statements.ts";

const userArn = /^arn:[\w-]+:iam::\d{12}:user\/[\w+=,.@/-]+$/;
const rootArn = /^arn:[\w-]+:iam::(\d{12}):root$/;

/** The external id that a statement asks for; undefined when it asks for none, or for several. */
function externalIdOf({ Condition }: Statement): string | undefined {
  const asked = Condition?.StringEquals?.["sts:ExternalId"];
  const ids = [asked].flat().filter((id): id is string => typeof id === "string" && id !== "");
  return ids.length === 1 ? ids[0] : undefined;
}

/** Callers that are no service: AWS accounts, users and roles. */
const people = ({ Principal }: Statement): string[] =>
  typeof Principal === "string" ? [Principal] : listOf(Principal?.AWS);

/**
 * Services whose guides say that they tell whose resource they assume a role for ("confused deputy"). Lambda and API Gateway
 * do not.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention
 */
const saysForWhom =
  /^(codedeploy|ecs-tasks|emr-serverless|events|sagemaker|scheduler|states|vpc-flow-logs)\.amazonaws\.com$/;

/** Grants to call an API. */
const invokes = (policy: unknown): string[] =>
  statementsOf(policy)
    .filter(({ Effect, Action }) => Effect === "Allow" && listOf(Action).includes("execute-api:Invoke"))
    .flatMap(({ Resource }) => listOf(Resource));

/** A provider of OpenID Connect in an account: `arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com` */
const providerArn = /^arn:[\w-]+:iam::(\d{12}):oidc-provider\/(\S+)$/;

/** What is wrong with a trust in identities that another party vouches for. */
function federationFaults(
  provider: string,
  { Condition }: Statement,
  accounts: readonly string[] | undefined,
): string[] {
  const [, account, issuer] = providerArn.exec(provider) ?? [];
  if (!account || !issuer) return [`assumeRolePolicy trusts ${provider}: no OpenID Connect provider of the account`];
  const fixed = (claim: string): boolean => {
    const values = [Condition?.StringEquals?.[`${issuer}:${claim}`] ?? []].flat();
    return values.length > 0 && values.every((value) => typeof value === "string" && !/[*?$]/.test(value));
  };
  return [
    ...unless(isOwn(account, accounts), `assumeRolePolicy trusts a provider of account ${account}, not the stack's`),
    ...["aud", "sub"]
      .filter((claim) => !fixed(claim))
      .map((claim) => `assumeRolePolicy trusts ${provider} without StringEquals on ${issuer}:${claim}`),
  ];
}

const allowing = (policy: unknown): Statement[] => statementsOf(policy).filter(({ Effect }) => Effect === "Allow");

export const trustRules: Rule[] = [
  {
    name: "trust-names-one-user",
    description: "A role that is no service's trusts the stack's account, or exactly one user with an external id",
    ids: ["own"],
    types: ["aws:iam/role:Role"],
    check: ({ props }, { accounts }) =>
      allowing(props.assumeRolePolicy).flatMap((statement) => {
        const principals = people(statement);
        if (principals.length > 1) return [`assumeRolePolicy trusts ${principals.join(" and ")}: one at most`];
        return principals.flatMap((principal) => {
          if (userArn.test(principal)) {
            const asked = externalIdOf(statement) !== undefined;
            return unless(asked, `assumeRolePolicy trusts ${principal} without one sts:ExternalId`);
          }
          const account = rootArn.exec(principal)?.[1];
          if (account === undefined) return [`assumeRolePolicy trusts ${principal}: neither a user nor the account`];
          const own = isOwn(account, accounts);
          return unless(own, `assumeRolePolicy trusts account ${account}, which is not the stack's`);
        });
      }),
  },
  {
    name: "federated-trust-names-its-subject",
    description:
      "A role of identities that another party vouches for trusts a provider of the account, one audience and exact subjects",
    ids: ["own"],
    types: ["aws:iam/role:Role"],
    check: ({ props }, { accounts }) =>
      allowing(props.assumeRolePolicy).flatMap((statement) => {
        const { Principal = {} } = statement;
        const { Federated, CanonicalUser } = typeof Principal === "string" ? {} : Principal;
        return [
          ...listOf(Federated).flatMap((provider) => federationFaults(provider, statement, accounts)),
          ...listOf(CanonicalUser).map((user) => `assumeRolePolicy trusts ${user}: which account that is, nobody sees`),
        ];
      }),
  },
  {
    name: "service-trust-names-its-account",
    description:
      "A role of a service is assumed for the stack's account alone, where the service says for whom it asks",
    ids: ["own"],
    types: ["aws:iam/role:Role"],
    check: ({ props }, { accounts }) =>
      allowing(props.assumeRolePolicy)
        .filter((statement) => !isPinned(statement, accounts))
        .flatMap(({ Principal }) => listOf(typeof Principal === "string" ? undefined : Principal?.Service))
        .filter((service) => saysForWhom.test(service))
        .map((service) => `assumeRolePolicy trusts ${service} without aws:SourceAccount or aws:SourceArn`),
  },
  {
    name: "invoke-names-its-routes",
    description: "Whoever may call an API may call routes by name: API, stage, method and path",
    ids: ["own"],
    types: ["aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"],
    check: ({ props }) =>
      invokes(props.policy)
        .filter((resource) => !/^arn:[\w-]+:execute-api:[\w-]+:\d+:[\w-]+\/[\w-]+\/[A-Z]+\/[^*?]*$/.test(resource))
        .map((resource) => `policy allows execute-api:Invoke on ${resource}: not API, stage, method and path`),
  },
];
