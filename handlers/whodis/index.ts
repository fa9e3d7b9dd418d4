import { greet } from "../lib/greeting.ts";

/** GET /whodis */
export const handler = greet("Whoop whoop! This is the sound of the Python");
