/** Whether a function that calls itself through queues and topics is stopped. */
import type { OperationOf, Operations } from "../../../operations.ts";
import type { Lambda } from "../context.ts";
import { checkEnum } from "../errors.ts";
import { functionReference } from "../names.ts";

export function recursionOperations({ registry, arns }: Lambda): Operations<"lambda"> {
  const access = (action: string) => (input: { FunctionName?: string }) => [
    { action: `lambda:${action}`, resource: arns.function(functionReference(input.FunctionName as string).name) },
  ];
  const of = (functionName: string | undefined) => registry.function(functionReference(functionName as string).name);

  const PutFunctionRecursionConfig: OperationOf<"lambda", "PutFunctionRecursionConfig"> = {
    access: access("PutFunctionRecursionConfig"),
    run({ FunctionName, RecursiveLoop }) {
      checkEnum(RecursiveLoop, "recursiveLoop", ["Terminate", "Allow"]);
      const record = of(FunctionName);
      registry.functions.put(record.name, { ...record, recursiveLoop: RecursiveLoop });
      return { RecursiveLoop };
    },
  };

  const GetFunctionRecursionConfig: OperationOf<"lambda", "GetFunctionRecursionConfig"> = {
    access: access("GetFunctionRecursionConfig"),
    run: ({ FunctionName }) => ({ RecursiveLoop: of(FunctionName).recursiveLoop ?? "Terminate" }),
  };

  return { PutFunctionRecursionConfig, GetFunctionRecursionConfig };
}
