import { getStack } from "@pulumi/pulumi";

/** Whether what holds data outlives a mistake: everywhere but in stacks named dev, local, test or smoke (`dev-anna` too). */
export const keepsData = (): boolean => !/^(dev|local|test|smoke)(-.*)?$/.test(getStack());
