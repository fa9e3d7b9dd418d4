/** A statement of a policy document, as far as rules read it. */
export interface Statement {
  Effect?: string;
  Principal?: string | Record<string, string | string[]>;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

/** The statements of a document given as JSON text or as an object; none when it is not known yet. */
export function statementsOf(policy: unknown): Statement[] {
  const document = typeof policy === "string" ? parse(policy) : policy;
  const statements = (document as { Statement?: Statement | Statement[] } | undefined)?.Statement;
  return statements === undefined ? [] : [statements].flat();
}

export const listOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat());

/** Whether a resource policy refuses everyone who does not use TLS. */
export const refusesPlainHttp = (policy: unknown): boolean =>
  statementsOf(policy).some(
    ({ Effect, Principal, Condition }) =>
      Effect === "Deny" && Principal === "*" && String(Condition?.Bool?.["aws:SecureTransport"]) === "false",
  );

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
