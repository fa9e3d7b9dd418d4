/** Fields of log events: of JSON by selector, of space-delimited ones by their place. */

/** The value at a selector: `$.latency`, `$.items[0].name`, `$["a name"]`. */
export function selected(event: unknown, selector: string): unknown {
  const keys = [...selector.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\["([^"]+)"\]/g)].map(
    ([, name, at, quoted]) => name ?? at ?? quoted,
  );
  return keys.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key as string)
        ? (value as Record<string, unknown>)[key as string]
        : undefined,
    event,
  );
}

/** What spaces separate; text in quotes or in brackets is one field. */
export function spaceFields(message: string): string[] {
  const found = message.match(/"[^"]*"|\[[^\]]*\]|\S+/g) ?? [];
  return found.map((field) => (/^(".*"|\[.*\])$/s.test(field) ? field.slice(1, -1) : field));
}
