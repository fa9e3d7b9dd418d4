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
const strangers = ({ Principal }: Statement): string[] =>
  typeof Principal === "string" ? [Principal] : listOf(Principal?.AWS);

/** Grants to call an API. */
const invokes = (policy: unknown): string[] =>
  statementsOf(policy)
    .filter(({ Effect, Action }) => Effect === "Allow" && listOf(Action).includes("execute-api:Invoke"))
    .flatMap(({ Resource }) => listOf(Resource));

export const trustRules: Rule[] = [
  {
    name: "trust-names-one-user",
    description: "A role that is no service's trusts the own account, or exactly one user who says an external id",
    ids: ["own"],
    types: ["aws:iam/role:Role"],
    check: ({ props }, { accounts }) =>
      statementsOf(props.assumeRolePolicy)
        .filter(({ Effect }) => Effect === "Allow")
        .flatMap((statement) => {
          const principals = strangers(statement);
          if (principals.length > 1) return [`assumeRolePolicy trusts ${principals.join(" and ")}: one at most`];
          return principals.flatMap((principal) => {
            if (userArn.test(principal)) {
              const asked = externalIdOf(statement) !== undefined;
              return unless(asked, `assumeRolePolicy trusts ${principal} without one sts:ExternalId`);
            }
            const account = rootArn.exec(principal)?.[1];
            if (account === undefined) return [`assumeRolePolicy trusts ${principal}: neither a user nor the account`];
            const own = accounts === undefined || accounts.includes(account);
            return unless(own, `assumeRolePolicy trusts account ${account}, which is not the stack's`);
          });
        }),
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
