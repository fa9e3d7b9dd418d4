/** The functions of a stack, by the names that the program gives them. */
import { LambdaClient, paginateListFunctions } from "@aws-sdk/client-lambda";
import { Failure } from "./failure.ts";
import { chooseFunctions, chooseLogs } from "./functionNames.ts";
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

/**
 * Those that the output `logGroups` names, and on the local stack every other function that is there: its account has no
 * stack besides.
 */
export async function functionsOf(stack: Stack): Promise<StackFunction[]> {
  const named = (stack.outputs.logGroups ?? {}) as Record<string, string>;
  const byGroup = await functionNames(stack);
  const own = Object.entries(named).map(([name, logGroupName]): StackFunction => {
    const functionName = byGroup.get(logGroupName);
    byGroup.delete(logGroupName);
    return { name, logGroupName, ...(functionName !== undefined && { functionName }) };
  });
  if (stack.name !== localStack) return own;
  const others = [...byGroup].map(([logGroupName, functionName]) => ({
    ...{ name: functionName.replace(suffix, ""), functionName, logGroupName },
  }));
  return [...own, ...others];
}

/** The logs of API Gateway, Step Functions and others, by the names that the output `serviceLogGroups` gives them. */
function serviceLogsOf(stack: Stack): StackFunction[] {
  const named = (stack.outputs.serviceLogGroups ?? {}) as Record<string, string>;
  return Object.entries(named).map(([name, logGroupName]) => ({ name, logGroupName }));
}

/** Every function of the account and region, by its log group. */
async function functionNames({ client }: Stack): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for await (const { Functions = [] } of paginateListFunctions({ client: new LambdaClient(client) }, {})) {
    for (const { FunctionName = "", LoggingConfig } of Functions)
      names.set(LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`, FunctionName);
  }
  return names;
}

/**
 * Names of functions as the output `logGroups` has them, where they are given as `npm start`, traces and AWS show them:
 * `whodis` for `whodis-get-whodis` and for `whodis-get-whodis-254ce88`. Others stay as they are.
 */
function inProgram(names: string[], functions: StackFunction[]): string[] {
  const byShown = new Map(
    functions.flatMap(({ name, functionName }) =>
      functionName === undefined ? [] : [functionName, functionName.replace(suffix, "")].map((one) => [one, name]),
    ),
  );
  const known = new Set(functions.map(({ name }) => name));
  return names.map((name) => (known.has(name) ? name : (byShown.get(name) ?? name)));
}

/**
 * The functions that a user means: see {@link chooseFunctions}.
 * @throws {Failure} for the first name that is none.
 */
export async function chosenFunctions(stack: Stack, names: string[]): Promise<StackFunction[]> {
  const all = await functionsOf(stack);
  const chosen = new Set(
    chooseFunctions(
      inProgram(names, all),
      all.map(({ name }) => name),
    ),
  );
  return all.filter(({ name }) => chosen.has(name));
}

/**
 * The logs that a user means: see {@link chooseLogs}.
 * @throws {Failure} for the first name that is none.
 */
export async function chosenLogs(stack: Stack, names: string[]): Promise<(StackFunction & { isService: boolean })[]> {
  const functions = await functionsOf(stack);
  const services = serviceLogsOf(stack);
  const namesOf = (some: StackFunction[]) => some.map(({ name }) => name);
  const chosen = new Set(chooseLogs(inProgram(names, functions), namesOf(functions), namesOf(services)));
  return [
    ...functions.map((one) => ({ ...one, isService: false })),
    ...services.map((one) => ({ ...one, isService: true })),
  ].filter(({ name }) => chosen.has(name));
}

/**
 * The one function that a user means.
 * @throws {Failure} when there is none of that name, or several, or it is a container.
 */
export async function chosenFunction(stack: Stack, name: string): Promise<StackFunction & { functionName: string }> {
  const found = await chosenFunctions(stack, [name]);
  const [only, another] = found;
  if (another)
    throw new Failure(`"${name}" is several functions. Say which: ${found.map((one) => one.name).join(", ")}`);
  const { functionName } = only ?? {};
  if (!only || functionName === undefined) throw new Failure(`"${name}" is no function: it has a log alone`);
  return { ...only, functionName };
}
