import { RowError } from "./externalFunction.ts";
import { longestName, settings } from "./settings.ts";

/** Checks of arguments, before any call of AWS. All of them throw {@link RowError}, naming the argument. */

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
};

function text(name: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw new RowError(`${name} is ${shown(value)}; expected text`);
}

/** A table's name, with or without database and schema; unquoted, as Snowflake takes it without quotes. */
export function tableName(name: string, value: unknown): string {
  const given = text(name, value);
  if (given.length <= 255 && /^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*){0,2}$/.test(given)) return given;
  throw new RowError(`${name} is ${shown(value)}; expected a table's name: letters, digits, _ and $, with . between`);
}

/** A model's name: what its endpoint is called after the stack's prefix. */
export function modelName(value: unknown): string {
  const given = text("model_name", value);
  // A configuration's name is the endpoint's, and a hash.
  const longest = longestName - settings.prefix.length - 9;
  if (given.length <= longest && /^[A-Za-z0-9](-*[A-Za-z0-9])*$/.test(given)) return given;
  throw new RowError(
    `model_name is ${shown(value)}; expected 1 to ${longest} letters, digits and hyphens between them`,
  );
}

/** The URL of a model that a training job of this stack has written. */
export function modelUrl(value: unknown): string {
  const given = text("model_url", value);
  const root = `s3://${settings.bucket}/${settings.prefixes.models}`;
  const key = given.slice(root.length);
  if (given.startsWith(root) && /^[\w./-]+\.tar\.gz$/.test(key) && !key.split("/").includes("..")) return given;
  throw new RowError(`model_url is ${shown(value)}; expected ${root}…/model.tar.gz`);
}

/** The id of a user or an item, as the endpoint's CSV takes it. */
export function entityId(name: string, value: unknown): string {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  const given = text(name, value);
  if (given.length <= 256 && !/[\p{Cc}]/u.test(given)) return given;
  throw new RowError(`${name} is ${shown(value)}; expected a number or text of at most 256 characters, on one line`);
}
