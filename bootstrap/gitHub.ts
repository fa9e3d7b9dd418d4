import { OpenIdConnectProvider } from "@pulumi/aws/iam";
import { type Input, type Output, output } from "@pulumi/pulumi";
import { matches, type Rule } from "../components/validation.ts";

/** Who signs the tokens of GitHub's workflows. https://docs.github.com/en/actions/reference/security/oidc */
const issuer = "token.actions.githubusercontent.com";
/** Their audience, as aws-actions/configure-aws-credentials asks for them. */
const audience = "sts.amazonaws.com";

/** Names that GitHub allows, each with its number where the tokens of the repository have them. */
const repositoryName = /^([A-Za-z\d][A-Za-z\d-]{0,38}(@\d+\/[\w.-]{1,100}@\d+|\/[\w.-]{1,100}))?$/;

export interface GitHub {
  /** `OWNER/NAME`, or `OWNER@ID/NAME@ID`. */
  repository: string;
  /** ARN of the account's OIDC provider for GitHub; empty for one that is made: an account has one at most. */
  providerArn: string;
}

/** What may be configured: both empty where nobody asks for roles of workflows. */
export const gitHubRules = ({ repository, providerArn }: GitHub): Rule[] => [
  matches("githubRepository", repository, repositoryName, "OWNER/NAME or OWNER@ID/NAME@ID, a repository on GitHub"),
  matches(
    "githubOidcProviderArn",
    providerArn,
    /^(arn:aws[\w-]*:iam::\d{12}:oidc-provider\/token\.actions\.githubusercontent\.com)?$/,
    `empty, or the ARN of the account's OIDC provider, arn:aws:iam::ACCOUNT:oidc-provider/${issuer}`,
  ),
];

/** The account's provider, made where there is none yet. */
export const providerOf = ({ providerArn }: GitHub): Input<string> =>
  providerArn || new OpenIdConnectProvider("github", { url: `https://${issuer}`, clientIdLists: [audience] }).arn;

/**
 * Who assumes a role of workflows.
 * @param subject what the repository's token says after its name, exactly: `pull_request`, `environment:dev`.
 */
export const gitHubTrust = (provider: Input<string>, { repository }: GitHub, subject: string): Output<string> =>
  output(provider).apply((arn) =>
    document([
      {
        Effect: "Allow",
        Principal: { Federated: arn },
        Action: "sts:AssumeRoleWithWebIdentity",
        // Exactly this: a branch, a tag or another environment has another subject.
        Condition: {
          StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: `repo:${repository}:${subject}` },
        },
      },
    ]),
  );

/** A policy of these statements. */
export const document = (Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
