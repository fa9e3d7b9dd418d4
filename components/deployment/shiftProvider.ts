import { isDeepStrictEqual } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import { deploymentUnderWay, type ShiftInputs } from "./codeDeploy.ts";
import { connect, type Settings } from "./connection.ts";
import { stop } from "./follow.ts";
import { reach } from "./reach.ts";

// All that is reached from here runs in Pulumi's process for dynamic resources; the AWS SDK is the program's own there.

/** What of the stack's configuration says how to reach AWS. */
let settings: Settings = { assumeRoles: [] };

const idOf = ({ functionName, alias }: ShiftInputs): string => `${functionName}/${alias}`;

/** Pulumi shows what is printed, and does not know of which resource it is. */
const speaker = ({ name }: ShiftInputs) => {
  return (text: string): void => console.log(`${name}: ${text}`);
};

/** https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/ */
const provider: dynamic.ResourceProvider = {
  async configure({ config }) {
    const list = JSON.parse(config.get("aws:assumeRoles") ?? "[]");
    const role = JSON.parse(config.get("aws:assumeRole") ?? "null");
    const endpoints = JSON.parse(config.get("aws:endpoints") ?? "[]");
    settings = {
      profile: config.get("aws:profile"),
      accessKey: config.get("aws:accessKey"),
      secretKey: config.get("aws:secretKey"),
      token: config.get("aws:token"),
      assumeRoles: role ? [role, ...list] : list,
      endpoints: Object.assign({}, ...endpoints),
    };
  },
  async create(inputs: ShiftInputs) {
    await reach(connect(inputs.functionArn, settings), inputs, speaker(inputs));
    return { id: idOf(inputs), outs: inputs };
  },
  async diff(_id, before: ShiftInputs, after: ShiftInputs) {
    const { __provider: _old, ...old } = before as ShiftInputs & { __provider?: unknown };
    const { __provider: _new, ...wanted } = after as ShiftInputs & { __provider?: unknown };
    const keys = Object.keys({ ...old, ...wanted }) as (keyof ShiftInputs)[];
    const changed = keys.filter((key) => !isDeepStrictEqual(old[key], wanted[key]));
    const replaces = changed.filter((key) => key === "functionName" || key === "functionArn" || key === "alias");
    if (changed.includes("version")) announce(after);
    return { changes: changed.length > 0, replaces };
  },
  async update(_id, _before, after: ShiftInputs) {
    await reach(connect(after.functionArn, settings), after, speaker(after));
    return { outs: after };
  },
  async delete(_id, inputs: ShiftInputs) {
    const aws = connect(inputs.functionArn, settings);
    const running = await deploymentUnderWay(aws, inputs);
    if (!running) return;
    speaker(inputs)(`deployment ${running} is stopped`);
    await stop(aws, running);
  },
};

/** Says, in a preview above all, of what kind the shift will be. A version that is not published yet is a placeholder. */
function announce(inputs: ShiftInputs): void {
  const version = /^\d+$/.test(inputs.version) ? `version ${inputs.version}` : "the new version";
  const time = inputs.minutes > 0 ? `, in ${inputs.minutes} minutes` : "";
  speaker(inputs)(`${version} gets its traffic by ${inputs.type}${time}`);
}

/** What Pulumi's process asks the code of a dynamic resource for. */
export const handler = (): dynamic.ResourceProvider => provider;
