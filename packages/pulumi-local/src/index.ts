/** Pulumi's engine on one machine, and the AWS resource types that it makes on a local cloud. */
export {
  Engine,
  EngineError,
  type EngineEvent,
  type RunResult,
  type StackResource,
  type StackSnapshot,
} from "./engine/index.ts";
export { defineConfig, type LocalConfig, type Switch } from "./localConfig.ts";
export { Platform, type PlatformOptions } from "./platform.ts";
export { createRegistry } from "./resources/index.ts";
