import { Config, getProject, getStack } from "@pulumi/pulumi";

/** What the stack's resources are tagged with, for what its functions make as it runs. */
export function resourceTags(): Record<string, string> {
  const defaults = new Config("aws").getObject<{ tags?: Record<string, string> }>("defaultTags");
  return { ...defaults?.tags, project: getProject(), stack: getStack() };
}
