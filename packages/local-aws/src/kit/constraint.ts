/**
 * The sentence in which AWS says that a member of a request breaks its constraint.
 * @param value as it was given; undefined: it is not shown, being secret or long.
 * @param member `endpointName`, `names.1.member`
 * @param constraint `Member must have length less than or equal to 64`
 */
export const brokenConstraint = (value: unknown, member: string, constraint: string): string =>
  brokenConstraints([{ value, member, constraint }]);

export interface Broken {
  value: unknown;
  member: string;
  constraint: string;
}

/** As {@link brokenConstraint}, for all that a request breaks. */
export function brokenConstraints(broken: Broken[]): string {
  const sentences = broken.map(
    ({ value, member, constraint }) =>
      `Value ${value === undefined ? "" : `'${value}' `}at '${member}' failed to satisfy constraint: ${constraint}`,
  );
  return `${broken.length} validation error${broken.length > 1 ? "s" : ""} detected: ${sentences.join("; ")}`;
}
