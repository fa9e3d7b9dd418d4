import { join } from "node:path";
import pc from "picocolors";
import type { LocalConfig } from "./localConfig.ts";
import { noProxy } from "./noProxy.ts";
import type { Platform } from "./platform.ts";
import type { Settings } from "./settings.ts";

/** What `up` shows once everything answers: the outputs, the endpoints, and what to try next. */
export function greeting(platform: Platform, settings: Settings, tryThese: LocalConfig["try"] = {}): string {
  const values = platform.engine.outputs();
  const outputs = Object.entries(values);
  const { cloud } = platform.local;
  const width = Math.max(0, ...outputs.map(([key]) => key.length));
  const shown = outputs.map(([key, value]) => `  ${pc.bold(key.padEnd(width))}  ${show(value)}`);
  const invitations = Object.entries(tryThese).flatMap(([key, invite]) => {
    if (typeof invite === "string") return [`  ${invite}`];
    return key in values ? [`  ${invite(shortForm(String(values[key])))}`] : [];
  });
  // Only who has a proxy needs it said that this machine is not behind it.
  const proxy = Object.entries(noProxy(process.env)).map(([name, hosts]) => ` ${name}=${hosts}`);
  const environment = `AWS_ENDPOINT_URL=${cloud.origin} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=${cloud.region} AWS_DEFAULT_REGION=${cloud.region}${proxy.join("")}`;
  return [
    "",
    pc.bold("Outputs"),
    ...shown,
    "",
    pc.bold("Try"),
    ...stateHint(settings),
    ...invitations,
    `  ${pc.cyan(platform.local.consoleUrl ?? "")}   (the console: what runs here, live)`,
    `  export ${environment}`,
    "  aws lambda list-functions   (AWS CLI 2.13 or newer; older ones take --endpoint-url)",
    "",
  ].join("\n");
}

/** Commands of another shell find `.local` by themselves, and of several platforms it is the one that they mean. */
function stateHint({ programDirectory, stateDirectory }: Settings): string[] {
  if (stateDirectory === join(programDirectory, ".local")) return [];
  const path = /^[\w./-]+$/.test(stateDirectory) ? stateDirectory : `'${stateDirectory.replaceAll("'", "'\\''")}'`;
  return [`  export LOCAL_STATE_DIR=${path}   (this platform is what commands mean then)`];
}

/** Text as it is; of an object its keys, for its values are long. */
const show = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.keys(value).join(", ")} } ${pc.dim("(pulumi-local outputs)")}`;
};

/** The path alone finds the route, as long as no other API has it. */
const shortForm = (url: string): string => url.replace(/\/_aws\/execute-api\/\w+\/\w+/, "");

export const readyLine = (seconds: number, watching: boolean): string =>
  `${pc.green("ready")} in ${seconds.toFixed(1)} s${watching ? "; saved changes go live" : ""} ${pc.dim("(Ctrl-C ends it)")}`;
