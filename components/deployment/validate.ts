import { functionRules } from "../function/validate.ts";
import type { Rule } from "../validation.ts";
import type { DeploymentArgs } from "./args.ts";
import { hookName, hooksOf } from "./hooks.ts";
import { typeRules } from "./trafficSteps.ts";

/** What can be wrong with `deployment`; its function's name is part of others. */
export function deploymentRules(name: string, args: DeploymentArgs, at: string): Rule[] {
  return [
    ...typeRules(args.type, `${at}deployment.`),
    ...hooksOf(args).flatMap(([event, hook]) => {
      const field = `${at}deployment.${event === "BeforeAllowTraffic" ? "preTraffic" : "postTraffic"}.`;
      return [
        ...functionRules(hookName(name, event), hook, field),
        {
          ok: hook.deployment === undefined,
          field: `${field}deployment`,
          value: "given",
          allowed: "none: a hook is not itself shifted",
        },
      ];
    }),
  ];
}
