/** What tests of programs and resource types need. */
export { type RunningProgram, startProgram } from "./program.ts";
export { TestResource } from "./resource.ts";
