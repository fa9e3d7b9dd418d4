/** Answers as text: what is kept as JSON goes out as it is. */

/** Members of an answer, each as JSON; those that are absent are left out. */
export function object(members: Record<string, string | undefined>): string {
  let text = "";
  for (const name in members) {
    const value = members[name];
    if (value !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${value}`;
  }
  return `{${text}}`;
}

export const array = (values: string[]): string => `[${values.join(",")}]`;

/** A value as JSON, where there is one. */
export const json = (value: unknown): string | undefined => (value === undefined ? undefined : JSON.stringify(value));
