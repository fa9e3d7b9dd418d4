/**
 * What is hidden of a call before a page is given it: credentials, tokens and cookies, by their names and by how they look,
 * in headers, queries, and bodies of JSON or forms.
 */
import { parseJson } from "../jsonText.ts";

/** Stands in place of each. */
export const hidden = "[hidden]";

const secretName = /authoriz|cookie|token|secret|passw|api-?_?key|credential|signature|session/i;
/** How a value looks that is one, whatever its name is: a scheme with its credentials, a signed token (JWT). */
const scheme = /^(bearer|basic|aws4-hmac-sha256) ./i;
const signedToken = /(?<![\w-])eyJ[\w-]{10,}\.[\w-]*\.[\w-]*/g;
/** A parameter in an address or a form. */
const parameter = /([?&][^=&?\s"'<>]+=)([^&\s"'<>]+)/g;

/** A part of a path as long as a key or token. */
const longPart = /[^/]{40,}/g;

/** A header, a field of a form. */
export const withoutSecret = (name: string, value: string): string => (secretName.test(name) ? hidden : inText(value));

/** An address' path and query. */
export function urlWithoutSecrets(url: string): string {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  return `${path.replace(longPart, "…")}${mark < 0 ? "" : inText(url.slice(mark))}`;
}

/** A body's text. @param type its content type. */
export function bodyWithoutSecrets(text: string, type: string): string {
  if (/^\s*application\/x-www-form-urlencoded/i.test(type)) return inText(`?${text}`).slice(1);
  try {
    const value = parseJson(text);
    const clean = inJson(value);
    // As it was sent, where there is nothing to hide.
    return clean.changed ? JSON.stringify(clean.value) : text;
  } catch {
    return inText(text);
  }
}

function inText(text: string): string {
  if (scheme.test(text)) return hidden;
  return text
    .replace(parameter, (all, name: string) => (secretName.test(name) ? `${name}${hidden}` : all))
    .replace(signedToken, hidden);
}

function inJson(value: unknown): { value: unknown; changed: boolean } {
  if (typeof value === "string") {
    // Queues, streams and tests of APIs carry documents as text.
    const text = /^\s*[{[]/.test(value) ? bodyWithoutSecrets(value, "") : inText(value);
    return { value: text, changed: text !== value };
  }
  if (typeof value !== "object" || value === null) return { value, changed: false };
  let changed = false;
  const clean = (name: string, given: unknown): unknown => {
    const isSecret = secretName.test(name) && given !== null && typeof given !== "boolean";
    const one = isSecret ? { value: hidden, changed: true } : inJson(given);
    changed ||= one.changed;
    return one.value;
  };
  const result = Array.isArray(value)
    ? value.map((one) => clean("", one))
    : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, clean(name, one)]));
  return { value: result, changed };
}
