import { parsed } from "./json.ts";

/** A statement of a policy document, as far as rules read it. */
export interface Statement {
  Effect?: string;
  Principal?: string | Record<string, string | string[]>;
  NotPrincipal?: unknown;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

/** The statements of a document given as JSON text or as an object; none when it is not known yet. */
export function statementsOf(policy: unknown): Statement[] {
  const statements = (parsed(policy) as { Statement?: Statement | Statement[] } | undefined)?.Statement;
  return statements === undefined ? [] : [statements].flat();
}

export const listOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat());

/** Whether a resource policy refuses everyone who does not use TLS. */
export const refusesPlainHttp = (policy: unknown): boolean =>
  statementsOf(policy).some(({ Effect, Principal, Condition = {} }) => {
    const everyone = Principal === "*" || (typeof Principal === "object" && listOf(Principal.AWS).includes("*"));
    // A second condition would let somebody pass.
    const keys = Object.entries(Condition).flatMap(([operator, asked]) =>
      Object.entries(asked).map(([key, value]) => `${operator} ${key} ${value}`),
    );
    return Effect === "Deny" && everyone && keys.join() === "Bool aws:SecureTransport false";
  });
