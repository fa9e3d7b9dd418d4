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

/** Conditions on who calls, or from where, that a stranger does not meet: by key, what a value must look like. */
const strangersFail: Record<string, RegExp> = {
  "aws:principalarn": /^arn:[\w-]+:(iam|sts)::\d{12}:[\w-]+\/[^*?]/,
  "aws:principalaccount": /^\d{12}$/,
  "aws:principalorgid": /^o-\w+$/,
  "aws:sourceaccount": /^\d{12}$/,
  "aws:sourcearn": /^arn:[\w-]+:[\w-]+:[^*?:]*:\d{12}:|^arn:[\w-]+:s3:::[^*?]+/,
  "aws:sourceip": /^(?!.*\/0$)[\d.:a-f]+(\/\d+)?$/i,
  "aws:sourcevpc": /^vpc-\w+$/,
  "aws:sourcevpce": /^vpce-\w+$/,
};

/** Operators that a request without the key fails: none of `…IfExists`, `Null`, or `…Not…`. */
const asksFor = /^(String|Arn)(Equals|Like|EqualsIgnoreCase)$|^IpAddress$/;

/** Whether a resource policy admits callers of whom it knows nothing. */
export const admitsAnyone = (policy: unknown): boolean =>
  statementsOf(policy).some(({ Effect, Principal, Condition }) => {
    const everyone = Principal === "*" || (typeof Principal === "object" && listOf(Principal.AWS).includes("*"));
    return Effect === "Allow" && everyone && !namesCallers(Condition);
  });

const namesCallers = (condition: Statement["Condition"] = {}): boolean =>
  Object.entries(condition)
    .filter(([operator]) => asksFor.test(operator))
    .flatMap(([, keys]) => Object.entries(keys))
    .some(([key, values]) => [values].flat().every((value) => strangersFail[key.toLowerCase()]?.test(String(value))));

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
