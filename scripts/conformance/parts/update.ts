import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { deploymentsOf, placesOf } from "../../lib/deployments.ts";
import { Failure } from "../../lib/failure.ts";
import { output } from "../../lib/stack.ts";
import type { Part } from "../part.ts";
import { counted, type Deployment, expectNoChanges } from "../session.ts";

/** Applies what has been edited; right after that, nothing may be left to do. */
async function apply({ pulumi }: Deployment): Promise<string> {
  const outcome = await pulumi.run("up");
  if (outcome.changes.length === 0) throw new Failure("up does not see what was changed");
  expectNoChanges("the next up", await pulumi.run("up"));
  return counted(outcome);
}

export const canary: Part<Deployment> = {
  name: "canary",
  description: "a new version by CodeDeploy, hooks and canary; then an up that changes nothing",
  judge: "pulumi",
  needs: ["up"],
  async run(deployment) {
    const { workspace } = deployment;
    workspace.configure({ appVersion: "v2" });
    workspace.edit("handlers/whodis/index.ts", (text) => text.replace("Whoop whoop! ", ""));
    const found = await apply(deployment);

    const stack = await deployment.stack();
    const client = new CodeDeploy(stack.client);
    for (const place of placesOf(stack, [])) {
      const [newest] = await deploymentsOf(client, place, { count: 1 });
      const status = newest?.info.status ?? "never deployed";
      if (status !== "Succeeded") throw new Failure(`${place.name}: its deployment is ${status}`);
    }
    const answer = (await (await fetch(output(stack, "whodisUrl"))).json()) as { version: string; message: string };
    if (answer.version !== "v2" || answer.message !== "This is the sound of the Python") {
      throw new Failure(`whodis answers ${JSON.stringify(answer)}, not as the new version`);
    }
    return found;
  },
};

const snowflake = "arn:aws:iam::210987654321:user/abc1-s-iest2345";
/** What a stack's configuration may change later, one after the other. */
const changes: { name: string; values: Record<string, unknown>; invented?: boolean }[] = [
  { name: "versions at once, nobody asked by mail", values: { gradualDeployment: false, archiverApprovers: [] } },
  {
    name: "versions step by step, schedules",
    values: {
      gradualDeployment: true,
      archiverSchedule: "rate(1 hour)",
      recommenderRetrainSchedule: "rate(7 days)",
      recommenderIdleHours: 4,
    },
  },
  {
    name: "approvers by mail, their topic encrypted by a key",
    values: { archiverApprovers: ["one@example.org", "two@example.org"] },
  },
  {
    name: "Snowflake's principals",
    // AWS looks whether they are there.
    invented: true,
    values: {
      apiAwsIamUserArn: snowflake,
      apiAwsExternalId: "CONFORMANCE_1",
      storageAwsIamUserArn: snowflake,
      storageAwsExternalId: "CONFORMANCE_2",
    },
  },
];

export const config: Part<Deployment> = {
  name: "config",
  description: `changes of the configuration (${changes.map(({ name }) => name).join("; ")}), each followed by an up that changes nothing`,
  judge: "pulumi",
  needs: ["up"],
  async run(deployment) {
    const found: string[] = [];
    for (const { name, values, invented } of changes) {
      if (invented && deployment.real) continue;
      deployment.workspace.configure(values);
      try {
        found.push(await apply(deployment));
      } catch (error) {
        throw error instanceof Failure ? new Failure(`${name}: ${error.message}`) : error;
      }
    }
    return found.join(" / ");
  },
};
