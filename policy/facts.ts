import type { StackFacts } from "./rule.ts";

/**
 * What rules know of a stack by its configuration.
 * @param value of a key, as text: the project's own without a namespace, `aws:allowedAccountIds`.
 */
export function stackFacts(stack: string, value: (key: string) => string | undefined): Omit<StackFacts, "resources"> {
  const list = (key: string): string[] | undefined => JSON.parse(value(key) ?? "null") ?? undefined;
  const logKeyArn = value("logKeyArn");
  const accounts = list("aws:allowedAccountIds");
  const sageMakerKeyArn = value("sageMakerKeyArn");
  return {
    stack,
    publicRoutes: list("publicRoutes") ?? [],
    ...(logKeyArn && { logKeyArn }),
    ...(accounts?.length && { accounts }),
    ...(value("sageMakerInternet") === "true" && { sageMakerInternet: true }),
    ...(sageMakerKeyArn && { sageMakerKeyArn }),
  };
}
