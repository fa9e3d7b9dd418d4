import { getMonitor } from "@pulumi/pulumi/runtime";

/**
 * A value that a stack has one of, made when it is first asked for. A process evaluates one program, except in tests: each
 * evaluation has a monitor of its own, and with it a value of its own.
 * @example const applicationOfStack = perStack(() => new Application("deployments", { computePlatform: "Lambda" }));
 */
export function perStack<Value>(create: () => Value): () => Value {
  const values = new WeakMap<object, { value: Value }>();
  return () => {
    const run = getMonitor() as object;
    const found = values.get(run) ?? { value: create() };
    values.set(run, found);
    return found.value;
  };
}
