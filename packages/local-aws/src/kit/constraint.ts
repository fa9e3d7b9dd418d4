/**
 * The sentence in which AWS says that a member of a request breaks its constraint.
 * @param value as it was given; undefined: it is not shown, being secret or long.
 * @param member `endpointName`, `names.1.member`
 * @param constraint `Member must have length less than or equal to 64`
 */
export const brokenConstraint = (value: unknown, member: string, constraint: string): string =>
  `1 validation error detected: Value ${value === undefined ? "" : `'${value}' `}at '${member}' failed to satisfy constraint: ${constraint}`;
