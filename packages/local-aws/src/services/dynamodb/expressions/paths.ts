/** Reads and changes what a path leads to. An item that is changed is copied along the path; the one given stays. */
import { invalid } from "../errors.ts";
import { type AttributeValue, attribute, type Item, setAttribute } from "../items/types.ts";
import type { Path } from "./tree.ts";

/** What a path leads to in an item. */
export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  let value = attribute(item, path[0]);
  for (let i = 1; value && i < path.length; i++) value = member(value, path[i] as string | number);
  return value;
}

function member(value: AttributeValue, part: string | number): AttributeValue | undefined {
  if (typeof part === "number") return value.L?.[part];
  return value.M && attribute(value.M, part);
}

const noSuchPath = () => invalid("The document path provided in the update expression is invalid for update");

/**
 * The item with a value at the path. Behind the end of a list it is appended.
 * @throws AwsError `ValidationException` when what should hold it is not there.
 */
export function withValue(item: Item, [name, ...rest]: Path, value: AttributeValue): Item {
  const copy = { ...item };
  setAttribute(copy, name, rest.length === 0 ? value : within(attribute(item, name), rest, value));
  return copy;
}

function within(holder: AttributeValue | undefined, path: (string | number)[], value: AttributeValue): AttributeValue {
  const [part, ...rest] = path as [string | number, ...(string | number)[]];
  if (typeof part === "string") {
    if (!holder?.M) throw noSuchPath();
    return { M: withValue(holder.M, [part, ...rest], value) };
  }
  if (!holder?.L) throw noSuchPath();
  const list = [...holder.L];
  const at = Math.min(part, list.length);
  list[at] = rest.length === 0 ? value : within(list[part], rest, value);
  return { L: list };
}

/** The item without what the path leads to; the same where there is nothing. */
export function withoutValue(item: Item, [name, ...rest]: Path): Item {
  const copy = { ...item };
  if (rest.length === 0) delete copy[name];
  else setAttribute(copy, name, without(attribute(item, name), rest));
  return copy;
}

function without(holder: AttributeValue | undefined, path: (string | number)[]): AttributeValue {
  const [part, ...rest] = path as [string | number, ...(string | number)[]];
  if (typeof part === "string") {
    if (!holder?.M) throw noSuchPath();
    if (rest.length > 0 && !attribute(holder.M, part)) throw noSuchPath();
    return { M: withoutValue(holder.M, [part, ...rest]) };
  }
  if (!holder?.L) throw noSuchPath();
  const list = [...holder.L];
  if (rest.length > 0) list[part] = without(list[part], rest);
  else if (part < list.length) list.splice(part, 1);
  return { L: list };
}
