import type { Part } from "../part.ts";
import { actingAs } from "../roles.ts";
import { counted, expectNoChanges } from "../session.ts";

export const bootstrap: Part = {
  name: "bootstrap",
  description:
    "bootstrap/: preview, up; up and refresh change nothing. From then on the program's stack is its deploy role's",
  judge: "pulumi",
  async run(session) {
    const { bootstrap: pulumi, cloud, workspace } = session;
    await pulumi.text("stack", "init");
    await pulumi.text("config", "set", "aws:region", cloud.region);
    await pulumi.text("config", "set", "githubRepository", "acme/platform");
    // As where another repository's role has one already: the account has one for all.
    const provider = "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com";
    await pulumi.text("config", "set", "githubOidcProviderArn", provider);
    // The stack of the program is one of the environments, another is beside it.
    for (const [index, name] of [session.pulumi.stack, "prod"].entries()) {
      await pulumi.text("config", "set", "--path", `environments[${index}]`, name);
    }
    await pulumi.text("config", "set", "--path", "previewEnvironments[0]", session.pulumi.stack);
    await pulumi.run("preview");
    const made = await pulumi.run("up");
    expectNoChanges("a second up", await pulumi.run("up"));
    expectNoChanges("a refresh", await pulumi.run("refresh"));
    const outputs = JSON.parse(await pulumi.text("stack", "output", "--json"));
    session.boundaryArn = outputs.permissionsBoundaryArns[session.pulumi.stack];
    workspace.configure({ permissionsBoundaryArn: session.boundaryArn });
    session.pulumi = session.pulumi.as(await actingAs(outputs.deployRoleArns[session.pulumi.stack], cloud));
    return counted(made);
  },
};
