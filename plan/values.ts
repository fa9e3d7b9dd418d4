/** Old and new values: how they are compared, and how they are shown in a line, short ones whole, long ones by what they are. */

/** What stands in the CLI's previews for a value that only the change itself will tell. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value, or anything in it, is not known before the change is made. */
export const isUnknown = (value: unknown): boolean => JSON.stringify(value)?.includes(unknownValue) ?? false;

const longest = 60;

/** What marks an asset or an archive among the CLI's values, and what the local engine calls it. */
const signature = "4dabf18193072939515e22adb298388d";
const isContent = (value: unknown): value is { hash: string } =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as { hash?: unknown }).hash === "string" &&
  (signature in value || ["asset", "archive"].includes((value as { kind?: string }).kind ?? ""));

/** A value as it is compared: of files their content, wherever they lie. */
export const comparable = (value: unknown): unknown =>
  value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value, (_key, one) => (isContent(one) ? { content: one.hash.slice(0, 12) } : one)));

/** `128`, `"arm64"`, `{…} 1.2 KB`; `(known afterwards)`. */
export function shownValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (isUnknown(value)) return "(known afterwards)";
  const text = JSON.stringify(value);
  if (text.length <= longest) return text;
  const size = text.length < 1000 ? `${text.length} characters` : `${(text.length / 1000).toFixed(1)} KB`;
  return `${Array.isArray(value) ? `[${value.length} entries]` : typeof value === "object" ? "{…}" : "text"} of ${size}`;
}
