import { Config, getStack } from "@pulumi/pulumi";
import { isThrowAway } from "../policy/throwAway.ts";

/**
 * Whether what holds data outlives a mistake. The stack's configuration says so, `protectData`; where it says nothing: everywhere
 * but in the stacks that the policy pack lets go of their data.
 */
export function keepsData(): boolean {
  const said = new Config().get("protectData");
  return said ? said === "true" : !isThrowAway(getStack());
}
