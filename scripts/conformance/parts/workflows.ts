import { readFileSync } from "node:fs";
import { join } from "node:path";
import { IAM } from "@aws-sdk/client-iam";
import { SQS } from "@aws-sdk/client-sqs";
import { readOperation } from "../../github/operation.ts";
import { Failure } from "../../lib/failure.ts";
import { clientOf } from "../cloud.ts";
import { resourceOf } from "../events.ts";
import type { Part } from "../part.ts";
import type { Pulumi } from "../pulumi.ts";
import { actingAs } from "../roles.ts";
import { type Session, stateBackend } from "../session.ts";

export const workflows: Part = {
  name: "workflows",
  description:
    "what deploy.yml and drift.yml do, as their roles: a preview's plan is applied, drift is found; no other environment's state is read, no role is made without its boundary",
  judge: "pulumi",
  needs: ["pullRequest"],
  async run(session) {
    const { pulumi, bootstrap, cloud } = session;
    const outputs = JSON.parse(await bootstrap.text("stack", "output", "--json"));
    const backend = await stateBackend(session);
    const as = async (arns: Record<string, string>, environment: string) =>
      pulumi.as({ ...backend, ...(await actingAs(arns[environment]!, cloud)) });
    const reader = await as(outputs.readRoleArns, pulumi.stack);
    await applyPlan(session, reader, pulumi.as(backend));
    await findDrift(session, reader);
    const stranger = await as(outputs.deployRoleArns, "prod");
    await expectRefused("prod's role reads this stack's state", () => stranger.text("stack", "export"));
    await stayBounded(session, outputs.deployRoleArns);
    return "the plan was applied, drift found, six escalations refused";
  },
};

/** `deploy.yml`: what the one role has previewed, the other applies. */
async function applyPlan({ workspace }: Session, reader: Pulumi, deployer: Pulumi): Promise<void> {
  const [before, after] = ["Data Manager Approval", "Data Owner Approval"];
  const edit = (from: string, to: string) =>
    workspace.edit("components/archiver/stateMachine.ts", (text) => text.replaceAll(from, to));
  const plan = join(workspace.folder, "plan.json");
  edit(before, after);
  try {
    await reader.run("preview", "--save-plan", plan);
    const { changes } = await deployer.run("up", "--plan", plan);
    const updated = changes.filter(({ op }) => op === "update").map(({ urn }) => resourceOf(urn));
    if (updated.join() !== "aws:sfn/stateMachine:StateMachine archiver-ArchiverStateMachine") {
      throw new Failure(`a plan of another state machine alone has updated ${updated.join(", ") || "nothing"}`);
    }
  } finally {
    edit(after, before);
  }
  // A plan is kept to: what it does not say is not done.
  await deployer.run("preview", "--save-plan", plan);
  edit(before, after);
  const { errors } = await deployer.attempt("up", "--plan", plan).finally(() => edit(after, before));
  if (errors.length === 0) throw new Failure("what the plan does not say was applied");
  await deployer.run("up");
}

/** `drift.yml`: somebody changes a queue by hand. */
async function findDrift(session: Session, reader: Pulumi): Promise<void> {
  const { cloud, workspace } = session;
  const QueueUrl = String((await session.stack()).outputs.irisFailureQueueUrl);
  const sqs = new SQS(clientOf(cloud));
  const look = async (name: string) => {
    const log = join(workspace.folder, name);
    await reader.text("refresh", "--preview-only", "--event-log", log);
    return readOperation(readFileSync(log, "utf8")).changes.map(
      ({ urn, properties }) => `${resourceOf(urn)} ${properties}`,
    );
  };
  const clean = await look("clean.jsonl");
  if (clean.length > 0) throw new Failure(`drift is found where there is none: ${clean.join(", ")}`);
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["DelaySeconds"] });
  await sqs.setQueueAttributes({ QueueUrl, Attributes: { DelaySeconds: "77" } });
  const drifted = await look("drift.jsonl");
  await sqs.setQueueAttributes({ QueueUrl, Attributes: { DelaySeconds: Attributes!.DelaySeconds! } });
  if (drifted.join() !== "aws:sqs/queue:Queue iris-failures delaySeconds") {
    throw new Failure(`of a queue that was changed by hand is found: ${drifted.join(", ") || "nothing"}`);
  }
}

/** What would give the deploy role, or whoever gets hold of it, more rights than it has. */
async function stayBounded({ pulumi, cloud }: Session, roles: Record<string, string>): Promise<void> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = await actingAs(roles[pulumi.stack]!, cloud);
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID!,
    secretAccessKey: AWS_SECRET_ACCESS_KEY!,
    sessionToken: AWS_SESSION_TOKEN!,
  };
  const iam = new IAM({ ...clientOf(cloud), credentials });
  const nameOf = (environment: string) => roles[environment]!.split("/").at(-1)!;
  const document = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement });
  const AssumeRolePolicyDocument = document({
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: "sts:AssumeRole",
  });
  const everything = document({ Effect: "Allow", Action: "*", Resource: "*" });
  const Path = `/platform/${cloud.region}/${pulumi.stack}/`;
  const RoleName = "more";
  for (const [what, act] of [
    ["it makes a role without the boundary", () => iam.createRole({ RoleName, Path, AssumeRolePolicyDocument })],
    ["it makes a role elsewhere", () => iam.createRole({ RoleName, AssumeRolePolicyDocument })],
    [
      "it gives itself rights",
      () => iam.putRolePolicy({ RoleName: nameOf(pulumi.stack), PolicyName: "more", PolicyDocument: everything }),
    ],
    [
      "it lets others assume another environment's role",
      () => iam.updateAssumeRolePolicy({ RoleName: nameOf("prod"), PolicyDocument: AssumeRolePolicyDocument }),
    ],
    ["it makes a user", () => iam.createUser({ UserName: RoleName })],
    ["it makes a policy", () => iam.createPolicy({ PolicyName: RoleName, PolicyDocument: everything })],
  ] as const) {
    await expectRefused(what, act);
  }
}

async function expectRefused(what: string, act: () => Promise<unknown>): Promise<void> {
  const told = await act().then(
    () => undefined,
    (error: Error) => `${error.name} ${error.message}`,
  );
  if (!told?.includes("AccessDenied")) throw new Failure(`${what}: ${told ?? "it may"}`);
}
