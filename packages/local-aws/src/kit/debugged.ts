/** Whether somebody may stop the functions of this process in a debugger. */
import { url } from "node:inspector";

/** With an inspector that listens, nothing is ended for being late: it may be stopped at a breakpoint. */
export const isDebugged = (): boolean => url() !== undefined;

/** A timeout in milliseconds, while nobody debugs; else the longest that there is, 24 days. */
export const patience = (timeoutMs: number): number => (isDebugged() ? 2 ** 31 - 1 : timeoutMs);
