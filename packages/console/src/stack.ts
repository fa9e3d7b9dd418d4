/** The resource graph, as an engine hands it to the console. */

/** A resource of the stack; a secret among its properties is `[secret]`. */
export interface Resource {
  /** `urn:pulumi:local::shop::aws:sqs/queue:Queue::orders` */
  urn: string;
  /** `aws:sqs/queue:Queue` */
  type: string;
  id: string;
  /** URN of the component that it is part of. */
  parent?: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  /** URNs. */
  dependencies: string[];
}

export interface Stack {
  project: string;
  stack: string;
  resources: readonly Resource[];
}
