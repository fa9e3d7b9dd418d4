/** Every operation that answers at once, by its name. Inputs have been checked against their shapes. */
import type { Handlers } from "../handlers.ts";
import { sendOperations } from "../messages/send.ts";
import { settleOperations } from "../messages/settle.ts";
import { attributeOperations } from "./attributes.ts";
import { queueOperations } from "./queues.ts";
import { tagOperations } from "./tags.ts";

export const handlers: Handlers = {
  ...attributeOperations,
  ...queueOperations,
  ...sendOperations,
  ...settleOperations,
  ...tagOperations,
};
