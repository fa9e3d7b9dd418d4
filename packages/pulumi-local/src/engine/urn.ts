/** URNs: `urn:pulumi:STACK::PROJECT::PARENT_TYPES$TYPE::NAME`. https://www.pulumi.com/docs/iac/concepts/resources/names/#urns */
export const stackType = "pulumi:pulumi:Stack";

export function makeUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const parentTypes = parent ? qualifiedType(parent) : "";
  const prefix = parentTypes === "" || parentTypes === stackType ? "" : `${parentTypes}$`;
  return `urn:pulumi:${stack}::${project}::${prefix}${type}::${name}`;
}

/** The parents' types and the resource's own, joined by `$`. */
export const qualifiedType = (urn: string): string => urn.split("::")[2] ?? "";
/** The resource's own type. */
export const typeOf = (urn: string): string => qualifiedType(urn).split("$").at(-1) ?? "";
/** The logical name, which may itself contain `::`. */
export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
/** The URN in a reference to a provider, `urn::id`. */
export const urnOf = (reference: string): string => reference.slice(0, reference.lastIndexOf("::"));
