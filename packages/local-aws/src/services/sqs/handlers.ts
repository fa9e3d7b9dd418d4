/** What operations are written as. Inputs have been checked against their shapes. */
import type { Input, OperationName, Output } from "../../sdks.ts";
import type { Call } from "../../service.ts";
import type { Engine } from "./engine.ts";

export type Name = OperationName<"sqs">;

/** Those that answer at once. */
export type Handlers = {
  [Of in Name]?: (engine: Engine, input: Input<"sqs", Of>, call: Call) => Output<"sqs", Of>;
};
