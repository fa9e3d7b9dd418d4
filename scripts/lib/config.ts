import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { Failure } from "./failure.ts";
import { localStack } from "./localStack.ts";

/** `Pulumi.<stack>.yaml` of the folder that the command runs in. */
export const configFile = (stack: string): string => `Pulumi.${stack.split("/").at(-1)}.yaml`;

/** Where values of a stack are written: those of the local one are this machine's own, which git does not track. */
export const ownConfigFile = (stack: string): string =>
  stack === localStack ? `Pulumi.${localStack}.own.yaml` : configFile(stack);

/** @throws {Failure} outside a project's folder. */
export function projectName(): string {
  const name = existsSync("Pulumi.yaml") && parse(readFileSync("Pulumi.yaml", "utf8"))?.name;
  if (typeof name === "string") return name;
  throw new Failure("There is no Pulumi.yaml with a name in this folder. Run it in the project's folder");
}

/**
 * The `config` of `Pulumi.<stack>.yaml` as it is written, and of what is this machine's own; empty when there is no such file.
 * @throws {Failure} when it is no YAML.
 */
export const readConfig = (stack: string): Record<string, unknown> => ({
  ...configIn(configFile(stack)),
  ...configIn(ownConfigFile(stack)),
});

function configIn(file: string): Record<string, unknown> {
  if (!existsSync(file)) return {};
  try {
    return parse(readFileSync(file, "utf8"))?.config ?? {};
  } catch (error) {
    throw new Failure(`${file}: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** What a stack's configuration says about where it is deployed to. */
export interface Config {
  /** The project's own values, by their names without the project's. */
  project: Record<string, unknown>;
  /** `aws:region`, else the environment's. */
  region: string | undefined;
  /** `aws:profile`: the provider takes it, whatever AWS_PROFILE says. */
  profile: string | undefined;
  /** `aws:allowedAccountIds`; empty for any account. */
  allowedAccountIds: string[];
  /** The addresses of `aws:endpoints`, each once. */
  endpoints: string[];
}

export function configOf(stack: string): Config {
  const config = readConfig(stack);
  const prefix = existsSync("Pulumi.yaml") ? `${projectName()}:` : ":";
  const text = (key: string) => (typeof config[key] === "string" ? (config[key] as string) : undefined);
  const list = (key: string): unknown[] => (Array.isArray(config[key]) ? config[key] : []);
  const urls = list("aws:endpoints").flatMap((services) => Object.values(Object(services) as object));
  return {
    project: Object.fromEntries(
      Object.entries(config)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value]),
    ),
    region: text("aws:region") ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
    profile: text("aws:profile"),
    allowedAccountIds: list("aws:allowedAccountIds").map(String),
    endpoints: [...new Set(urls.filter((url) => typeof url === "string"))],
  };
}
