/** What operations are written as. Inputs have been checked against their shapes. */
import type { Input, OperationName, Output } from "../../sdks.ts";
import type { Call } from "../../service.ts";
import type { Engine } from "./engine.ts";

export type Name = OperationName<"sqs">;

type Handler<Of extends Name> = (
  engine: Engine,
  input: Input<"sqs", Of>,
  call: Call,
) => Output<"sqs", Of> | Promise<Output<"sqs", Of>>;

/** Those that do not wait for messages. */
export type Handlers = { [Of in Name]?: Handler<Of> };
