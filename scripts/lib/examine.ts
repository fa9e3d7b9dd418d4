/** What would make the first `up` of a stack fail, found before it. */
import { type Config, configOf } from "./config.ts";
import { examineAccount } from "./examine/account.ts";
import { type Finding, look, unseen } from "./examine/finding.ts";
import { examineEndpoints, examineRegion, examineSnowflake, examineStack } from "./examine/target.ts";
import { examineCli, examineDocker, examineNode } from "./examine/tools.ts";
import { clientOf, defaultStack, localStack } from "./stack.ts";

/**
 * Looks at this machine, at the stack, and at the account and region that it deploys to.
 * @param stack default: `PULUMI_STACK`, else `local`: of that one only its account, as nothing else is needed for it.
 */
export async function examine(stack = defaultStack()): Promise<Finding[]> {
  if (stack === localStack) {
    const client = clientOf(stack);
    return [{ check: "region", ok: true, found: client.region }, ...(await examineAccount(client, []))];
  }
  const config = configOf(stack);
  const cli = await look("Pulumi CLI", () => examineCli(stack));
  const findings = await Promise.all([
    cli,
    look("Node.js", examineNode),
    // A CLI that cannot be run knows of no stack.
    ...(cli.found === unseen ? [] : [look("stack", () => examineStack(stack))]),
    look("Docker", () => examineDocker(builtImages(config))),
    look("Snowflake", () => examineSnowflake(config, stack)),
  ]);
  const target = [
    await look("region", () => examineRegion(config, stack)),
    await look("endpoint", () => examineEndpoints(stack, config)),
  ];
  // What another cloud says, or one in no region, says nothing about the account.
  const account = target.every(({ ok }) => ok) ? await examineAccount(clientOf(stack), config.allowedAccountIds) : [];
  return [...findings, ...target, ...account];
}

/** Images that `up` builds: those that the configuration does not name. */
function builtImages({ project }: Config): string[] {
  return [
    ...(project.recommenderImageUri ? [] : ["the recommender's image"]),
    ...(project.irisCompute === "fargate" ? ["the iris predictor's image"] : []),
  ];
}
