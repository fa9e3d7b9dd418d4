/** What every long-running process of this project needs: why it ended, its state folder's lock, its options. */
export { Exits, type LastExit } from "./exits.ts";
export { folderTrouble } from "./folderTrouble.ts";
export { lockFolder } from "./lock.ts";
export { port, UsageError } from "./usage.ts";
