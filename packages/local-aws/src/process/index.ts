/** What every process of this project that runs until a signal needs: why it ended, its state folder's lock, its options. */
export { Exits, type LastExit } from "./exits.ts";
export { lockFolder } from "./lock.ts";
export { port, UsageError } from "./usage.ts";
