const units = ["bytes", "KB", "MB", "GB", "TB"];

/** `1.4 GB`, in powers of 1,000. */
export function sizeText(bytes: number): string {
  const power = bytes < 1_000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${power === 0 && bytes === 1 ? "byte" : units[power]}`;
}

const spans: [number, string][] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/** `3 days`, `1 hour`: in the largest unit of which there is one. */
export function spanText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const [length, unit] = spans.find(([span]) => seconds >= span) ?? [1, "second"];
  const count = Math.floor(seconds / length);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** `2026-11-21 08:48 UTC` */
export const timeText = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;

/** Text that was made by {@link html}. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Characters that no reader sees, and that move, hide or break what is around them. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Somebody else's text on one line, with nothing in it that is interpreted: control characters, and those that turn the
 * direction of writing, are shown by their codes.
 * @example plain("a\nb") // "a\\u{a}b"
 */
export const plain = (text: string): string =>
  text.replace(unseen, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (value: unknown): string =>
  value instanceof Html
    ? value.text
    : Array.isArray(value)
      ? value.map(escaped).join("")
      : plain(String(value ?? "")).replace(/[&<>"']/g, (character) => escapes[character]!);

/** A template whose values are {@link plain} and escaped, unless they are such templates themselves. */
export const html = (strings: TemplateStringsArray, ...values: unknown[]): Html =>
  new Html(strings.reduce((text, part, index) => text + escaped(values[index - 1]) + part));
