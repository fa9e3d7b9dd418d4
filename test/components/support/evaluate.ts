import { join } from "node:path";
import { all, type Output, runtime } from "@pulumi/pulumi";
import { type Recording, record, region } from "./record.ts";

const root = join(__dirname, "../../..");

/** The program, evaluated as the language host does it, against Pulumi's mocks. */
export interface Evaluation {
  made: Recording;
  // biome-ignore lint/suspicious/noExplicitAny: outputs are of every type.
  outputs: Record<string, any>;
  transforms: unknown[];
}

/** @param config beside the version, which Pulumi.yaml has a default for: `platform:irisCompute`. */
export async function evaluate(config: Record<string, string> = {}, stack = "dev-eu"): Promise<Evaluation> {
  let outputs = {};
  const transforms: unknown[] = [];
  const made = await record(
    async () => {
      runtime.setAllConfig({ "platform:appVersion": "v7", "aws:region": region, ...config });
      for (const file of ["index.ts", "config.ts", "environment.ts"]) delete require.cache[join(root, file)];
      const exported: Record<string, Output<unknown>> = { ...require("../../../index.ts") };
      all(exported).apply((values) => {
        outputs = values;
      });
    },
    { stack, onTransform: (transform) => transforms.push(transform) },
  );
  runtime.setAllConfig({});
  return { made, outputs, transforms };
}
