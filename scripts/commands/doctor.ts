import pc from "picocolors";
import type { CommandModule } from "yargs";
import { examine } from "../lib/examine.ts";
import { printJson } from "../lib/print.ts";

/** `dsp doctor`: what would make the first `pulumi up` fail, found before it, each with its fix. */
export const doctor: CommandModule<object, { stack?: string; json?: boolean }> = {
  command: "doctor",
  describe: "Check credentials, account, region and quotas before the first up",
  builder: (command) =>
    command
      .example("dsp doctor --stack dev", "The account and region that stack dev deploys to")
      .example("dsp doctor", "The local cloud"),
  async handler({ stack, json }) {
    const findings = await examine(stack);
    if (json) printJson(findings);
    else {
      for (const { check, ok, found, fix } of findings) {
        console.log(`${ok ? pc.green("ok  ") : pc.red("fail")} ${check}: ${found}`);
        if (fix) console.log(`     ${pc.bold("fix:")} ${fix}`);
      }
    }
    if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
  },
};
