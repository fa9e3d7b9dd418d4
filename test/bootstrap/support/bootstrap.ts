import { join } from "node:path";
import { all, type Output, runtime } from "@pulumi/pulumi";
import { type Recording, record } from "../../components/support/record.ts";

const folder = join(__dirname, "../../../bootstrap");

/** `bootstrap/`, evaluated against Pulumi's mocks. @param config by the keys of its Pulumi.yaml. */
export async function evaluateBootstrap(
  config: Record<string, string> = {},
): Promise<{ made: Recording; outputs: Record<string, string> }> {
  let outputs = {};
  const made = await record(() => {
    runtime.setAllConfig(Object.fromEntries(Object.entries(config).map(([key, value]) => [`platform:${key}`, value])));
    delete require.cache[join(folder, "index.ts")];
    const exported: Record<string, Output<string>> = { ...require("../../../bootstrap/index.ts") };
    all(exported).apply((values) => {
      outputs = values;
    });
  }).finally(() => runtime.setAllConfig({}));
  return { made, outputs };
}
