/** What a stack's resources were given, in a form in which two deployments of the same program can be compared. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Difference, literal } from "./differences.ts";

interface Resource {
  urn: string;
  type: string;
  /** Empty for components. */
  id?: string;
  inputs?: object;
}

/** Texts by property path, by URN. */
export type Inputs = Map<string, Map<string, string>>;

/** @param text what `pulumi stack export` prints. */
export function exportedInputs(text: string): Inputs {
  const { deployment } = JSON.parse(text) as { deployment: { resources: Resource[] } };
  return comparable(deployment.resources);
}

/** @param stateDirectory of an `npm start`. */
export function localInputs(stateDirectory: string): Inputs {
  const [file] = globSync("state/**/*.sqlite", { cwd: stateDirectory });
  const database = new DatabaseSync(join(stateDirectory, file!), { readOnly: true });
  try {
    const rows = database.prepare("SELECT value FROM resources").all() as { value: string }[];
    return comparable(rows.map(({ value }) => JSON.parse(value) as Resource));
  } finally {
    database.close();
  }
}

function comparable(resources: Resource[]): Inputs {
  const mask = masking(resources);
  const compared = resources.filter(({ type }) => !isProvider(type));
  return new Map(compared.map(({ urn, inputs = {} }) => [urn, new Map(leaves(inputs, mask))]));
}

/** Ids are by chance: each becomes the name of the resource that it is of, wherever it stands as a word. */
function masking(resources: Resource[]): (text: string) => string {
  const known = resources
    .filter(({ id = "", urn, type }) => id !== "" && id !== nameOf(urn) && !isProvider(type))
    .sort((a, b) => b.id!.length - a.id!.length)
    .map(({ id, urn }) => [new RegExp(`(?<!\\w)${literal(id!)}(?!\\w)`, "g"), `{${nameOf(urn)}}`] as const);
  return (text) =>
    known
      .reduce((masked, [id, name]) => masked.replace(id, () => name), text)
      .replaceAll(/-[0-9a-f]{7}\b/g, "-{hex}")
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "{time}")
      .replaceAll(/http:\/\/(127\.0\.0\.1|localhost):\d+/g, "http://$1");
}

const isProvider = (type: string): boolean => type.startsWith("pulumi:providers:");
const nameOf = (urn: string): string => urn.split("::").at(-1)!;

const signature = "4dabf18193072939515e22adb298388d";
const kinds = { asset: "c44067f5952c0a294b673a41bacd8c17", archive: "0def7320c3a5731c473e5ecbe6d01bc7" };

/** Each value that is no object or list, by its path; what a text of JSON says, by a path within the text. */
function leaves(value: unknown, mask: (text: string) => string, path = ""): [string, string][] {
  if (typeof value === "string") {
    const document = parsed(value);
    return document ? leaves(document, mask, `${path}#`) : [[path, mask(value)]];
  }
  if (typeof value !== "object" || value === null) return [[path, String(value)]];
  const { [signature]: kind, ...rest } = value as Record<string, unknown>;
  // An archive's own hash is the engine's business; that of each file in it is the file's.
  if (kind === kinds.archive && rest.assets) return leaves(rest.assets, mask, path);
  if (kind === kinds.archive) return [[path, "{archive}"]];
  if (kind === kinds.asset) return [[path, String(rest.hash)]];
  if (kind !== undefined) return [[path, "{secret}"]];
  const separator = path === "" || path.endsWith("#") ? "" : ".";
  const at = (key: string) => (Array.isArray(value) ? `${path}[${key}]` : `${path}${separator}${key}`);
  return Object.entries(rest).flatMap(([key, item]) => leaves(item, mask, at(key)));
}

function parsed(text: string): object | undefined {
  if (!/^[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where the inputs differ: type, name and property; `(resource)` for a resource that only one engine has. */
export function differencesOf(cli: Inputs, local: Inputs): Difference[] {
  return [...new Set([...cli.keys(), ...local.keys()])].flatMap((urn) => {
    const resource = [urn.split("::")[2]!.split("$").at(-1)!, nameOf(urn)];
    const [left, right] = [cli.get(urn), local.get(urn)];
    if (!left || !right) return [{ words: [...resource, "(resource)"], detail: left ? "CLI only" : "npm start only" }];
    const paths = [...new Set([...left.keys(), ...right.keys()])].filter((path) => left.get(path) !== right.get(path));
    return paths.map((path) => ({
      words: [...resource, path],
      detail: `CLI ${left.get(path) ?? "has none"}; npm start ${right.get(path) ?? "has none"}`,
    }));
  });
}
