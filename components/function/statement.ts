import type { Input } from "@pulumi/pulumi";

/** One statement of an identity policy, its resources possibly not known yet. */
export interface Statement {
  Effect: "Allow" | "Deny";
  Action: string[];
  Resource: Input<Input<string>[]>;
  Condition?: Record<string, Record<string, Input<string> | Input<string>[]>>;
}

/** What a function needs of a resource, said once: the value of its environment variable, and the grant that goes with it. */
export interface Binding {
  value: Input<string>;
  statements: Statement[];
}
