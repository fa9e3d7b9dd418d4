import { apis } from "./writeActions/apis.ts";
import { containers } from "./writeActions/containers.ts";
import { data } from "./writeActions/data.ts";
import { functions } from "./writeActions/functions.ts";
import { identity } from "./writeActions/identity.ts";
import { messages } from "./writeActions/messages.ts";
import { network } from "./writeActions/network.ts";
import { observability } from "./writeActions/observability.ts";
import type { Reasons } from "./writeActions/reasons.ts";

/**
 * What deploying the program asks AWS for beside what a preview reads (`readActions.ts`): by type of resource each action, with
 * its reason. A test holds it against the program: a type that the program makes has a line, and no other has; conformance deploys and
 * destroys the program with these rights alone. docs/deploy-rights.md is made from it.
 */
export const writeActions: Readonly<Record<string, Reasons>> = {
  ...apis,
  ...functions,
  ...containers,
  ...data,
  ...messages,
  ...observability,
  ...network,
  ...identity,
  "aws:index/getCallerIdentity:getCallerIdentity": {},
  "aws:index/getRegion:getRegion": {},
};
