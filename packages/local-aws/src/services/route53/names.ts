/** DNS names as Route 53 keeps them. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html */

/** Characters that are kept as they are in a name; a backslash begins an escape by the caller. */
const plain = /[a-z0-9\-_.\\]/;

/** In lower case, other characters escaped in octal (`*` is `\052`), with a dot at the end. */
export function normalName(name: string): string {
  const escaped = Array.from(name.toLowerCase(), (character) =>
    plain.test(character)
      ? character
      : [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join(""),
  ).join("");
  return escaped.endsWith(".") ? escaped : `${escaped}.`;
}

/** Sort key of names: their labels from the last to the first, `org.example.www.`. */
export const orderOf = (normal: string): string => `${normal.slice(0, -1).split(".").reverse().join(".")}.`;

/** Whether it is a domain name: labels of 1 to 63 characters, 255 in all. */
export function isDomainName(name: string): boolean {
  // An escape is one character.
  const normal = normalName(name).replace(/\\\d{3}/g, "*");
  return normal.length <= 255 && /^(?:[^.\\]{1,63}\.)+$/.test(normal);
}

/** Whether the name is the zone's or below it. Both are normalized. */
export const isWithin = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);
