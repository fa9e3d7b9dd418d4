import { getStack } from "@pulumi/pulumi";
import { isThrowAway } from "../policy/throwAway.ts";

/** Whether what holds data outlives a mistake: everywhere but in the stacks that the policy pack lets go of their data. */
export const keepsData = (): boolean => !isThrowAway(getStack());
