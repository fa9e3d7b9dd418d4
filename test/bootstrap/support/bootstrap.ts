import { join } from "node:path";
import { all, type Output, runtime } from "@pulumi/pulumi";
import { type Recording, record } from "../../components/support/record.ts";

const folder = join(__dirname, "../../../bootstrap");

/** `bootstrap/`, evaluated against Pulumi's mocks. @param config by the keys of its Pulumi.yaml. */
export async function evaluateBootstrap(
  config: Record<string, string> = {},
): Promise<{ made: Recording; outputs: Record<string, unknown> }> {
  let outputs: Promise<Record<string, unknown>> | undefined;
  const made = await record(() => {
    runtime.setAllConfig(Object.fromEntries(Object.entries(config).map(([key, value]) => [`platform:${key}`, value])));
    delete require.cache[join(folder, "index.ts")];
    const exported: Record<string, Output<unknown>> = { ...require("../../../bootstrap/index.ts") };
    outputs = new Promise((resolve) => {
      all(exported).apply(resolve);
    });
  }).finally(() => runtime.setAllConfig({}));
  return { made, outputs: (await outputs) ?? {} };
}

/** GitHub's provider in the mocks' account. */
export const providerArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";

/** Statements that say who assumes a role. */
export const trustOf = (made: Recording, role: string): object[] =>
  JSON.parse(made.get("aws:iam/role:Role", role).inputs.assumeRolePolicy).Statement;

/** Those of a role that is lent to workflows of one subject, and to nobody else. */
export const lentTo = (subject: string): object[] => [
  {
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": subject,
      },
    },
  },
];
