import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { findCli } from "../lib/pulumi.ts";
import { Pulumi } from "./pulumi.ts";
import type { Deployment } from "./session.ts";
import { Workspace } from "./workspace.ts";

/**
 * A throw-away stack in the account of the current credentials, with the user's own login to Pulumi. Nothing is made yet.
 * @param name `smoke-` and six digits: by that name its data goes with it, see components/statefulness.ts.
 */
export function openAccount(
  account: string,
  region: string,
  name = `smoke-${randomBytes(3).toString("hex")}`,
): Deployment {
  const workspace = new Workspace(undefined, name);
  const tags = { project: "data-science-platform", stack: name, owner: "smoke", "cost-centre": "smoke" };
  workspace.writeConfiguration({
    "aws:region": region,
    "aws:allowedAccountIds": [account],
    "aws:defaultTags": { tags },
  });
  const cli = findCli();
  const environment = workspace.usersEnvironment(cli?.packaged === false ? cli.path : undefined);
  const logs = join(workspace.folder, "logs");
  const pulumi = new Pulumi({ folder: workspace.program, stack: name, environment, logs });
  return {
    workspace,
    pulumi,
    real: true,
    seconds: new Map(),
    stack: async () => ({
      name,
      outputs: JSON.parse(await pulumi.text("stack", "output", "--json")),
      client: { region },
    }),
  };
}
