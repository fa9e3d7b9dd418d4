import { existsSync, readFileSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import { isMap, parseDocument, stringify, type YAMLMap } from "yaml";
import { configFile, ownConfigFile, projectName } from "./config.ts";
import { Failure } from "./failure.ts";
import { pulumiCommand } from "./pulumi.ts";

/** How the file of this machine's own values begins. */
const ownHeader =
  "# This machine's own configuration of the local stack, on top of Pulumi.local.yaml. Git does not track it.\n";

/**
 * Sets plain values of the project in a stack's configuration, as `pulumi config set` does, without its CLI; everything
 * else in the file stays as it is written, comments too. The local stack's are this machine's own: their file is made.
 * @returns whether anything has changed.
 * @throws {Failure} when there is no such file, or it is no YAML.
 */
export async function editConfig(stack: string, values: Record<string, string>): Promise<boolean> {
  const stackFile = configFile(stack);
  if (!existsSync(stackFile)) {
    throw new Failure(
      `There is no ${stackFile}. Is "${stack}" the stack's name? ${pulumiCommand()} stack ls lists them`,
    );
  }
  const project = projectName();
  const file = ownConfigFile(stack);
  const before = existsSync(file) ? readFileSync(file, "utf8") : ownHeader;
  let text = before;
  for (const [key, value] of Object.entries(values)) text = setValue(file, text, `${project}:${key}`, value);
  if (text === before) return false;
  await writeFileAtomic(file, text);
  return true;
}

function setValue(file: string, text: string, key: string, value: string): string {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem) throw new Failure(`${file}: ${problem.message.split("\n")[0]}`);
  const scalar = stringify(value, { lineWidth: 0 }).trimEnd();
  const config = document.get("config");
  if (!isMap(config) || config.flow || config.items.length === 0) {
    document.setIn(["config", key], value);
    return document.toString({ lineWidth: 0 });
  }
  const found = config.get(key, true) as { range?: [number, number, number] } | undefined;
  if (found?.range) return splice(text, found.range[0], found.range[1], scalar);
  return appendLine(text, config, `${key}: ${scalar}`);
}

/** After the map's last line, at its indentation. */
function appendLine(text: string, map: YAMLMap, line: string): string {
  const rangeOf = (node: unknown) => (node as { range?: [number, number, number] } | null)?.range;
  const last = map.items.at(-1)!;
  const first = rangeOf(map.items[0]!.key)![0];
  const indent = first - (text.lastIndexOf("\n", first - 1) + 1);
  const end = text.slice(0, (rangeOf(last.value) ?? rangeOf(last.key)!)[1]).trimEnd().length;
  const newline = text.indexOf("\n", end);
  const at = newline < 0 ? text.length : newline;
  return splice(text, at, at, `\n${" ".repeat(indent)}${line}`);
}

const splice = (text: string, from: number, to: number, by: string): string =>
  text.slice(0, from) + by + text.slice(to);
