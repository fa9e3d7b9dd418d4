/** What a text of JSON holds, or the object itself where one is given; undefined for what is no JSON, or not there. */
export function parsed(given: unknown): unknown {
  if (typeof given !== "string") return given;
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}
