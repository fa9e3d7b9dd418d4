/** What an action is for, by the action: `lambda:CreateAlias`. */
export type Reasons = Readonly<Record<string, string>>;

/** Reasons by actions of one service. */
export const each = (service: string, verbs: Record<string, string>): Reasons =>
  Object.fromEntries(Object.entries(verbs).map(([verb, why]) => [`${service}:${verb}`, why]));

/**
 * To tag is asked for by AWS where a resource is made with tags, which every resource of the program is.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const tagged = "it is made with the stack's tags";
export const passed = "hands it the role that it acts as";
