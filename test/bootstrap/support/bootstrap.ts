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
