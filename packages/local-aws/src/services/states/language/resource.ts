/** How a task's `Resource` is called: a service's operation, whether its answer comes by token, whether it waits. */
export interface Integration {
  kind: "function" | "activity" | "optimized" | "sdk";
  /** As the resource has it. */
  service: string;
  /** As the resource has it. */
  action: string;
  pattern: "request" | "waitForTaskToken" | "sync" | "sync:2";
  /** As histories name it. */
  resourceType: string;
  resource: string;
}

/** @returns undefined when it is no resource of a task. */
export function readResource(resource: string): Integration | undefined {
  if (/^arn:[\w-]+:lambda:/.test(resource))
    return {
      kind: "function",
      service: "lambda",
      action: "invoke",
      pattern: "request",
      resourceType: "lambda",
      resource,
    };
  if (/^arn:[\w-]+:states:[\w-]+:\d{12}:activity:/.test(resource))
    return {
      kind: "activity",
      service: "states",
      action: "activity",
      pattern: "request",
      resourceType: "activity",
      resource,
    };
  const match = /^arn:[\w-]+:states:[\w-]*:\d*:(aws-sdk:)?(\w+):(\w+)(?:\.(waitForTaskToken|sync:2|sync))?$/.exec(
    resource,
  );
  if (!match) return undefined;
  const [, sdk, service, action, pattern = "request"] = match as unknown as [
    string,
    string | undefined,
    string,
    string,
    Integration["pattern"] | undefined,
  ];
  return {
    kind: sdk ? "sdk" : "optimized",
    service,
    action,
    pattern,
    resourceType: `${sdk ?? ""}${service}`,
    resource: pattern === "request" ? action : `${action}.${pattern}`,
  };
}
