import type { Part } from "../part.ts";
import { counted, expectNoChanges } from "../session.ts";

export const bootstrap: Part = {
  name: "bootstrap",
  description: "bootstrap/: preview, up; up and refresh change nothing",
  judge: "pulumi",
  async run({ bootstrap: pulumi, cloud }) {
    await pulumi.text("stack", "init");
    await pulumi.text("config", "set", "aws:region", cloud.region);
    await pulumi.text("config", "set", "githubRepository", "acme/platform");
    // As where another repository's role has one already: the account has one for all.
    const provider = "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com";
    await pulumi.text("config", "set", "githubOidcProviderArn", provider);
    await pulumi.run("preview");
    const made = await pulumi.run("up");
    expectNoChanges("a second up", await pulumi.run("up"));
    expectNoChanges("a refresh", await pulumi.run("refresh"));
    return counted(made);
  },
};
