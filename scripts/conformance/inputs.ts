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
  outputs?: object;
}

/** What a resource was given and what it became, as texts by property path. */
interface Properties {
  inputs: Map<string, string>;
  outputs: Map<string, string>;
}

/** By URN. */
export type Inputs = Map<string, Properties>;

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
  return new Map(
    compared.map(({ urn, inputs = {}, outputs = {} }) => [
      urn,
      { inputs: new Map(leaves(given(inputs), mask)), outputs: new Map(leaves(outputs, mask)) },
    ]),
  );
}

/** Without the provider's note of which it has filled in. */
const given = (inputs: object): object => ({ ...inputs, __defaults: [] });

/**
 * Ids are by chance: each becomes the name of the resource that it is of, wherever it stands as a word. Those that hold a
 * generated name are masked by that; a plain name is none.
 */
function masking(resources: Resource[]): (text: string) => string {
  const known = resources
    .filter(
      ({ id = "", urn, type }) =>
        id !== "" && id !== nameOf(urn) && !isProvider(type) && !/[:/]|-[0-9a-f]{7}\b/.test(id),
    )
    .sort((a, b) => b.id!.length - a.id!.length)
    .map(
      ({ id, urn }) => [new RegExp(`(?<![A-Za-z0-9])${literal(id!)}(?![A-Za-z0-9])`, "g"), `{${nameOf(urn)}}`] as const,
    );
  return (text) =>
    known
      .reduce((masked, [id, name]) => masked.replace(id, () => name), text)
      .replaceAll(/-[0-9a-f]{7}\b/g, "-{hex}")
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, "{time}")
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

/**
 * Where the inputs differ: type, name and property; `(resource)` for a resource that only one engine has. One of them may
 * spell out a default that the other leaves to the provider: the outputs are the same, and that is no difference.
 */
export function differencesOf(cli: Inputs, local: Inputs): Difference[] {
  return [...new Set([...cli.keys(), ...local.keys()])].flatMap((urn) => {
    const resource = [urn.split("::")[2]!.split("$").at(-1)!, nameOf(urn)];
    const [left, right] = [cli.get(urn), local.get(urn)];
    if (!left || !right) return [{ words: [...resource, "(resource)"], detail: left ? "CLI only" : "npm start only" }];
    const value = (of: Properties, other: Properties, path: string) =>
      of.inputs.get(path) ?? (of.outputs.get(path) === other.inputs.get(path) ? of.outputs.get(path) : undefined);
    const paths = [...new Set([...left.inputs.keys(), ...right.inputs.keys()])];
    return paths.flatMap((path) => {
      const [a, b] = [value(left, right, path), value(right, left, path)];
      const detail = `CLI ${a ?? "has none"}; npm start ${b ?? "has none"}`;
      return a === b ? [] : [{ words: [...resource, path], detail }];
    });
  });
}
