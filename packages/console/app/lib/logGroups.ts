/** Where functions log. */
import { call } from "./api.ts";

/** @param named the group that the function's configuration names. Default: Lambda's own. */
export const logGroupOf = (functionName: string, named?: string): string => named ?? `/aws/lambda/${functionName}`;

/** By function, once they are known. */
const known = new Map<string, Promise<string>>();

/** Asks where a function logs; "" where there is none of that name. */
export function readLogGroupOf(functionName: string): Promise<string> {
  const group =
    known.get(functionName) ??
    call("lambda", "GetFunctionConfiguration", { FunctionName: functionName }).then(
      ({ LoggingConfig }) => logGroupOf(functionName, LoggingConfig?.LogGroup),
      () => "",
    );
  known.set(functionName, group);
  return group;
}
