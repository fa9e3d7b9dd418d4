/** The functions of a stack, by the names that the program gives them. */
import { LambdaClient, paginateListFunctions } from "@aws-sdk/client-lambda";
import { chooseFunctions } from "./functionNames.ts";
import { localStack, type Stack } from "./stack.ts";

export interface StackFunction {
  /** `iris-ingest` */
  name: string;
  /** As AWS knows it: `iris-ingest-254ce88`. A container, which has a log only, has none. */
  functionName?: string;
  logGroupName: string;
}

/** What Pulumi appends to a name that the program leaves to it. */
const suffix = /-[0-9a-f]{7}$/;
const ownGroup = /^\/aws\/lambda\/(.+)$/;

/**
 * Those that the output `logGroups` names, and on the local stack every other function that is there: its account has no
 * stack besides.
 */
export async function functionsOf(stack: Stack): Promise<StackFunction[]> {
  const named = Object.entries((stack.outputs.logGroups ?? {}) as Record<string, string>).map(
    ([name, logGroupName]) => {
      const [, functionName] = ownGroup.exec(logGroupName) ?? [];
      return { name, logGroupName, ...(functionName !== undefined && { functionName }) };
    },
  );
  if (stack.name !== localStack) return named;
  const known = new Set(named.map(({ logGroupName }) => logGroupName));
  const others: StackFunction[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client: new LambdaClient(stack.client) }, {})) {
    for (const { FunctionName = "", LoggingConfig } of Functions) {
      const logGroupName = LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`;
      if (!known.has(logGroupName))
        others.push({ name: FunctionName.replace(suffix, ""), functionName: FunctionName, logGroupName });
    }
  }
  return [...named, ...others];
}

/**
 * The functions that a user means: see {@link chooseFunctions}.
 * @throws {Failure} for the first name that is none.
 */
export async function chosenFunctions(stack: Stack, names: string[]): Promise<StackFunction[]> {
  const all = await functionsOf(stack);
  const chosen = new Set(
    chooseFunctions(
      names,
      all.map(({ name }) => name),
    ),
  );
  return all.filter(({ name }) => chosen.has(name));
}
