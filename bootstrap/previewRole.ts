import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import { OpenIdConnectProvider, Role, RolePolicy } from "@pulumi/aws/iam";
import type { Bucket } from "@pulumi/aws/s3";
import { all, type Input, output } from "@pulumi/pulumi";
import { matches, type Rule } from "../components/validation.ts";
import { readActions } from "./readActions.ts";

/** Who signs the tokens of GitHub's workflows. https://docs.github.com/en/actions/reference/security/oidc */
const issuer = "token.actions.githubusercontent.com";
/** Their audience, as aws-actions/configure-aws-credentials asks for them. */
const audience = "sts.amazonaws.com";

/** Names that GitHub allows, each with its number where the tokens of the repository have them. */
const repositoryName = /^([A-Za-z\d][A-Za-z\d-]{0,38}(@\d+\/[\w.-]{1,100}@\d+|\/[\w.-]{1,100}))?$/;

interface GitHub {
  /** `OWNER/NAME`, or `OWNER@ID/NAME@ID`. */
  repository: string;
  /** ARN of the account's OIDC provider for GitHub; empty for one that is made: an account has one at most. */
  providerArn: string;
}

/** What may be configured: both empty where nobody asks for previews. */
export const gitHubRules = ({ repository, providerArn }: GitHub): Rule[] => [
  matches("githubRepository", repository, repositoryName, "OWNER/NAME or OWNER@ID/NAME@ID, a repository on GitHub"),
  matches(
    "githubOidcProviderArn",
    providerArn,
    /^(arn:aws[\w-]*:iam::\d{12}:oidc-provider\/token\.actions\.githubusercontent\.com)?$/,
    `empty, or the ARN of the account's OIDC provider, arn:aws:iam::ACCOUNT:oidc-provider/${issuer}`,
  ),
];

/**
 * The role with which the workflow `preview` shows what a pull request would change. It is lent to pull requests of one
 * repository alone (GitHub gives those of forks no token), and only reads: whoever may push a branch can run anything with
 * it, as a preview runs the program.
 */
export function createPreviewRole(state: Bucket, { repository, providerArn }: GitHub): Role {
  const provider =
    providerArn || new OpenIdConnectProvider("github", { url: `https://${issuer}`, clientIdLists: [audience] }).arn;
  const role = new Role("preview", {
    description: `Previews of pull requests of ${repository}: reads what they compare with, writes nothing`,
    assumeRolePolicy: trustPolicy(provider, repository),
  });
  new RolePolicy("preview", { role: role.id, policy: readPolicy(state.arn) });
  return role;
}

const trustPolicy = (provider: Input<string>, repository: string) =>
  output(provider).apply((arn) =>
    document([
      {
        Effect: "Allow",
        Principal: { Federated: arn },
        Action: "sts:AssumeRoleWithWebIdentity",
        // Exactly this: a branch, a tag or an environment has another subject.
        Condition: {
          StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: `repo:${repository}:pull_request` },
        },
      },
    ]),
  );

const readPolicy = (stateArn: Input<string>) =>
  all([stateArn, getCallerIdentityOutput().accountId, getRegionOutput().region]).apply(([bucket, account, region]) => {
    const actions = [...new Set(Object.values(readActions).flat())].sort();
    // What is not of the region, or more than the region's facts, is granted by its resource.
    const scopes: [prefix: string, resources: string[]][] = [
      ["apigateway:", [`arn:aws:apigateway:${region}::/restapis`, `arn:aws:apigateway:${region}::/restapis/*`]],
      ["iam:", [`arn:aws:iam::${account}:role/*`]],
      // Budgets are of no region.
      ["budgets:", [`arn:aws:budgets::${account}:budget/*`]],
      // Of all that buckets and parameters hold, what the program itself puts there.
      ["s3:GetObject", ["arn:aws:s3:::*-models-*/*", "arn:aws:s3:::*-data-*/scripts/*"]],
      ["ssm:GetParameter", [`arn:aws:ssm:${region}:${account}:parameter/setup/*`]],
    ];
    const scoped = ([prefix]: (typeof scopes)[number]) => actions.filter((action) => action.startsWith(prefix));
    const regional = actions.filter((action) => !scopes.some(([prefix]) => action.startsWith(prefix)));
    return document([
      {
        Effect: "Allow",
        Action: regional,
        Resource: "*",
        Condition: { StringEquals: { "aws:RequestedRegion": region } },
      },
      ...scopes.map((scope) => ({ Effect: "Allow", Action: scoped(scope), Resource: scope[1] })),
      // Pulumi's state: a preview takes no lock and leaves no history.
      { Effect: "Allow", Action: "s3:ListBucket", Resource: bucket },
      { Effect: "Allow", Action: "s3:GetObject", Resource: `${bucket}/.pulumi/*` },
    ]);
  });

const document = (Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
