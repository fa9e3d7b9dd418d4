/** Every operation, by its name. Inputs have been checked against their shapes. */
import type { Input, OperationName, Output } from "../../sdks.ts";
import type { Call } from "../../service.ts";
import type { Engine } from "./engine.ts";
import { sendOperations } from "./messages/send.ts";
import { settleOperations } from "./messages/settle.ts";
import { attributeOperations } from "./operations/attributes.ts";
import { queueOperations } from "./operations/queues.ts";
import { tagOperations } from "./operations/tags.ts";

export type Name = OperationName<"sqs">;

/** Those that answer at once. */
export type Handlers = {
  [Of in Name]?: (engine: Engine, input: Input<"sqs", Of>, call: Call) => Output<"sqs", Of>;
};

export const handlers: Handlers = {
  ...attributeOperations,
  ...queueOperations,
  ...sendOperations,
  ...settleOperations,
  ...tagOperations,
};
