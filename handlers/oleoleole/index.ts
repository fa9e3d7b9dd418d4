import { greet } from "../lib/greeting.ts";

/** GET /oleoleole */
export const handler = greet("Feelin' hot hot hot!");
