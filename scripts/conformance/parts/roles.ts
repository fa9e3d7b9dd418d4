import { IAM } from "@aws-sdk/client-iam";
import { Failure } from "../../lib/failure.ts";
import { clientOf } from "../cloud.ts";
import type { Part } from "../part.ts";
import { actingAs } from "../roles.ts";
import { type Session, stateBackend } from "../session.ts";

export const roles: Part = {
  name: "roles",
  description:
    "the deploy role keeps the state of its environment, and no other's reads it; it makes no role without its boundary",
  judge: "pulumi",
  needs: ["state"],
  async run(session) {
    const { pulumi, bootstrap, cloud } = session;
    const arns = JSON.parse(await bootstrap.text("stack", "output", "deployRoleArns", "--json")) as Record<
      string,
      string
    >;
    const backend = await stateBackend(session);
    const deployer = pulumi.as(backend);
    const stranger = pulumi.as({ ...backend, ...(await actingAs(arns.prod!, cloud)) });
    await deployer.text("stack", "init");
    await deployer.text("stack", "export");
    await expectRefused("prod's role reads this stack's state", () => stranger.text("stack", "export"));
    await deployer.text("stack", "rm", "--yes", "--preserve-config");
    await stayBounded(session, arns);
    return "another environment's state and six escalations are refused";
  },
};

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
  // Where S3 is only asked whether something is there, the answer has no words.
  if (!/AccessDenied|PermissionDenied/.test(told ?? "")) throw new Failure(`${what}: ${told ?? "it may"}`);
}
