/** A configuration's keys: `aws:region`, and `size` for `PROJECT:size`. */
interface ConfigKey {
  namespace: string;
  name: string;
}

/**
 * @param project namespace of a key that names none.
 * @throws Error in the Pulumi CLI's words.
 */
export function parseConfigKey(key: string, project: string): ConfigKey {
  const parts = key.split(":");
  const [namespace = "", middle, name] = parts;
  if (parts.length === 1) return { namespace: project, name: key };
  if (parts.length === 2) return { namespace, name: middle as string };
  // As keys were written once.
  if (parts.length === 3 && middle === "config" && namespace && name) return { namespace, name };
  throw notAKey(key);
}

export function notAKey(key: string): Error {
  const form = "(configuration keys should be of the form `<namespace>:<name>`)";
  return new Error(`could not parse ${key} as a configuration key ${form}`);
}

export const fullKey = ({ namespace, name }: ConfigKey): string => `${namespace}:${name}`;

/**
 * The name of a key of Pulumi.yaml is a path: `size`, `network.cidr`, `hosts[0]`, `tags["a b"]`.
 * @throws Error in the Pulumi CLI's words.
 */
export function parseKeyPath(name: string): [string, ...(string | number)[]] {
  const path: (string | number)[] = [];
  if (name.startsWith(".")) throw badPath("expected property path to start with a name or index");
  for (let rest = name; rest; ) {
    const [token, dot, plain, quoted, index] = /^(\.)|^([^.[]+)|^\["((?:[^"\\]|\\.)*)"\]|^\[(-?\d+)\]/.exec(rest) ?? [];
    if (token === undefined) throw badPath(whyNoAccess(rest));
    rest = rest.slice(token.length);
    if (dot && !rest) throw badPath("expected property path to end with a name or index");
    if (dot && rest.startsWith("[")) throw badPath("expected property name after '.'");
    if (index !== undefined) path.push(Number(index));
    else if (!dot) path.push(plain ?? (quoted as string).replaceAll('\\"', '"'));
  }
  const [first, ...others] = path;
  if (first === undefined) throw new Error("empty config key path");
  if (typeof first !== "string") throw new Error("first path segement of config key must be a string");
  if (first === "") throw new Error("config key is empty");
  return [first, ...others];
}

const badPath = (why: string): Error => new Error(`invalid config key path: ${why}`);

/** What is wrong with a bracket. */
function whyNoAccess(text: string): string {
  if (/^\["[^"]*"/.test(text)) return "missing closing bracket in property access";
  if (text.startsWith('["')) return "missing closing quote in property name";
  const [, index] = /^\[([^\]]*)\]/.exec(text) ?? [];
  if (index === undefined) return "missing closing bracket in array index";
  return `invalid array index: strconv.ParseInt: parsing "${index}": invalid syntax`;
}
