/** A time as the provider writes it: in whole seconds. https://www.rfc-editor.org/rfc/rfc3339 */
export const timeOf = (time: Date | undefined): string | undefined => time?.toISOString().replace(/\.\d+Z$/, "Z");
