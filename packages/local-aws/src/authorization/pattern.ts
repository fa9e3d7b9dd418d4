/**
 * Patterns of IAM policies: `*` and `?` wildcards, policy variables (`${aws:PrincipalArn}`), and ARNs, each of whose
 * six parts is compared on its own.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */

/** Values of a condition key, by its name in lower case; `undefined` when the request does not carry it. */
export type Context = (key: string) => readonly string[] | undefined;

/** A text compiled once; `fixed` is absent when it holds variables, which are filled in at each request. */
export interface Pattern {
  source: string;
  pieces: Piece[];
  fixed?: Token[];
}

type Piece = Token | { variable: string; fallback?: string };
/** A character, or one of the wildcards. */
type Token = string | typeof any | typeof one;

const any = Symbol("*");
const one = Symbol("?");

const variablePattern = /^\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}/;

/**
 * @param variables whether `${…}` means something: only from policy version 2012-10-17 on.
 * @param ignoreCase compares in lower case, as actions are.
 */
export function compilePattern(source: string, variables = false, ignoreCase = false): Pattern {
  const pieces: Piece[] = [];
  const text = ignoreCase ? source.toLowerCase() : source;
  for (let at = 0; at < text.length; ) {
    const variable = variables && text[at] === "$" ? variablePattern.exec(text.slice(at)) : null;
    if (variable) {
      const [whole, name, fallback] = variable as unknown as [string, string, string | undefined];
      // `${*}`, `${?}` and `${$}` spell the characters themselves.
      if (/^[*?$]$/.test(name)) pieces.push(name);
      else pieces.push({ variable: name.toLowerCase(), ...(fallback !== undefined && { fallback }) });
      at += whole.length;
    } else {
      const character = text[at] as string;
      pieces.push(character === "*" ? any : character === "?" ? one : character);
      at++;
    }
  }
  const dynamic = pieces.some((piece) => typeof piece === "object");
  return { source, pieces, ...(!dynamic && { fixed: pieces as Token[] }) };
}

/** Whether `text` matches. A variable without value and default matches nothing; a value's `*` is a plain character. */
export function matchesPattern(pattern: Pattern, text: string, context?: Context, wildcards = true): boolean {
  const tokens = pattern.fixed ?? fill(pattern.pieces, context);
  if (!tokens) return false;
  return wildcards ? matchTokens(tokens, text) : tokens.map((token) => literal(token)).join("") === text;
}

const literal = (token: Token): string => (token === any ? "*" : token === one ? "?" : (token as string));

function fill(pieces: Piece[], context: Context | undefined): Token[] | undefined {
  const tokens: Token[] = [];
  for (const piece of pieces) {
    if (typeof piece !== "object") {
      tokens.push(piece);
      continue;
    }
    const values = context?.(piece.variable);
    const value = values?.length === 1 ? values[0] : piece.fallback;
    if (value === undefined) return undefined;
    tokens.push(...value.split(""));
  }
  return tokens;
}

/** Two pointers that backtrack only to the last `*`: linear except for repeated prefixes, never exponential. */
function matchTokens(tokens: Token[], text: string): boolean {
  let at = 0;
  let token = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (tokens[token] === any) {
      star = token++;
      resume = at;
    } else if (token < tokens.length && (tokens[token] === one || tokens[token] === text[at])) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (tokens[token] === any) token++;
  return token === tokens.length;
}

/** An ARN by its six parts. A pattern with fewer parts is completed with `*`, as AWS does; `*` alone is any resource. */
export interface ArnPattern {
  source: string;
  parts: Pattern[] | "*";
  dynamic: boolean;
}

export function compileArn(source: string, variables = false): ArnPattern {
  if (source === "*") return { source, parts: "*", dynamic: false };
  const texts = splitArn(source);
  while (texts.length < 6) texts.push("*");
  const parts = texts.map((text) => compilePattern(text, variables));
  return { source, parts, dynamic: parts.some((part) => !part.fixed) };
}

export function matchesArn(pattern: ArnPattern, arn: string, context?: Context): boolean {
  if (pattern.parts === "*") return true;
  const parts = splitArn(arn);
  if (parts.length < 6) return false;
  return pattern.parts.every((part, index) => matchesPattern(part, parts[index] as string, context));
}

/** Splits at the first five colons that are not inside a variable (`${aws:username}` has one). */
function splitArn(arn: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at < arn.length && parts.length < 5; at++) {
    if (arn[at] === "$" && arn[at + 1] === "{") depth++;
    else if (arn[at] === "}" && depth > 0) depth--;
    else if (arn[at] === ":" && depth === 0) {
      parts.push(arn.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(arn.slice(start));
  return parts;
}
