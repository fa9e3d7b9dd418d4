import { Role, RolePolicy } from "@pulumi/aws/iam";
import { all, type Input } from "@pulumi/pulumi";
import type { Environment } from "./environment.ts";
import { document, type GitHub, gitHubTrust } from "./gitHub.ts";
import { readStatements } from "./readPolicy.ts";
import { stateStatements } from "./statePolicy.ts";

/**
 * The role with which the workflow `preview` shows what a pull request would change. It is lent to pull requests of one
 * repository alone (GitHub gives those of forks no token), and only reads: whoever may push a branch can run anything with
 * it, as a preview runs the program.
 * @param environments whose states it reads.
 */
export function createPreviewRole(environments: Environment[], provider: Input<string>, github: GitHub): Role {
  const role = new Role("preview", {
    description: `Previews of pull requests of ${github.repository}: reads what they compare with, writes nothing`,
    assumeRolePolicy: gitHubTrust(provider, github, "pull_request"),
  });
  const policy = all(environments.map(({ place }) => place)).apply((places) =>
    document([...readStatements(places[0]!), ...places.flatMap((place) => stateStatements(place, "read"))]),
  );
  new RolePolicy("preview", { role: role.id, policy });
  return role;
}
