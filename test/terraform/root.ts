/** One root module: made, changed, imported, destroyed; in between, nothing is to be changed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { importId, notImported, unread } from "./imports.ts";
import { type Planned, readPlan, Terraform } from "./terraform.ts";

export interface Made {
  resources: number;
  /** Types of which a resource changed in the update. */
  changed: Set<string>;
  imported: number;
}

const [first, second] = ["-var=step=1", "-var=step=2"];

/**
 * @param folder where the root's files are. Nothing is initialized: `environment` says where the provider is.
 * @throws Error saying at which step what was not as it is to be.
 */
export async function runRoot(folder: string, environment: NodeJS.ProcessEnv): Promise<Made> {
  const terraform = new Terraform(folder, environment);
  const apply = ["apply", "-auto-approve", "-input=false"];
  const destroy = ["destroy", "-auto-approve", "-input=false", second];

  try {
    await terraform.run([...apply, first]);
    await expectNoChange(terraform, first);
    const update = readPlan((await terraform.run([...apply, second])).text);
    await expectNoChange(terraform, second);
    const resources = terraform.resources();
    const imported = await importAgain(terraform, apply);
    await terraform.run(destroy);
    return { resources: resources.length, changed: new Set(update.map(({ address }) => typeOf(address))), imported };
  } catch (error) {
    // What is left would be in the way of the next run against the same cloud.
    await terraform.run(destroy).catch(() => {});
    throw error;
  }
}

export const typeOf = (address: string): string => address.split(".")[0]!;

async function expectNoChange(terraform: Terraform, step: string): Promise<void> {
  const { code, text } = await terraform.run(["plan", "-detailed-exitcode", "-input=false", step], [0, 2]);
  if (code === 2) throw new Error(`after ${step} there is still something to do:\n${text.slice(text.indexOf("  # "))}`);
}

/** Forgets what can be imported, and has it imported: it is then as it was. */
async function importAgain(terraform: Terraform, apply: string[]): Promise<number> {
  const known = terraform.resources().filter(({ type }) => !notImported.has(type));
  const blocks = known.map((one) => `import {\n  to = ${one.address}\n  id = ${JSON.stringify(importId(one))}\n}\n`);
  writeFileSync(join(terraform.folder, "imports.tf"), blocks.join("\n"));
  await terraform.run(["state", "rm", ...known.map(({ address }) => address)]);
  const planned = readPlan((await terraform.run([...apply, second])).text);
  const wrong = planned.filter(({ address, action, changes }) => {
    const allowed = unread[typeOf(address)] ?? [];
    return action !== "imported" && (action !== "updated in-place" || changes.some((name) => !allowed.includes(name)));
  });
  if (wrong.length > 0) throw new Error(`what is imported is not what was made:\n${wrong.map(told).join("\n")}`);
  return known.length;
}

const told = ({ address, action, changes }: Planned): string => `${address} is to be ${action}: ${changes.join(", ")}`;
