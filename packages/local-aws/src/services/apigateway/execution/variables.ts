/** `$context.identity.sourceIp` and so on, from a request context. */
export function contextVariable(context: Record<string, unknown>, name: string): string | undefined {
  let value: unknown = context;
  for (const part of name.split(".")) value = (value as Record<string, unknown> | null | undefined)?.[part];
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Puts stage variables into an integration's URI. @returns `undefined` when one of them is not set. */
export function withStageVariables(text: string, variables: Record<string, string>): string | undefined {
  let complete = true;
  const filled = text.replace(/\$\{stageVariables\.(\w+)\}|\$stageVariables\.(\w+)/g, (_, braced, plain) => {
    const value = variables[braced ?? plain];
    if (value === undefined) complete = false;
    return value ?? "";
  });
  return complete ? filled : undefined;
}
