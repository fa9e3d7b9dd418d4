import type { EngineEvent } from "./events.ts";
import type { Registry } from "./provider.ts";

export interface EngineOptions {
  /** Folder of the program: `Pulumi.yaml`, `Pulumi.<stack>.yaml`. */
  programDirectory: string;
  stack: string;
  /** Folder of the state; made when missing. */
  stateDirectory: string;
  /** Everything that can be made. */
  registry: Registry;
  /** Set for the program and its dynamic providers on top of this process's own: where AWS is, above all. */
  environment?: Record<string, string>;
  /** The project's own configuration, by key: wins over the stack's file. */
  config?: Record<string, string>;
  /** What the program and Pulumi's SDK log for debugging is told, too. Default: false. */
  verbose?: boolean;
  /** Called with all that happens, as it happens. */
  onEvent(event: EngineEvent): void;
}

export interface UpOptions {
  /**
   * The program runs as in a preview before, and nothing is touched before that has gone well: a program that fails leaves
   * everything as it was. Where the preview tells all that is to be done, that is done without another run. Default: false.
   */
  rehearsed?: boolean | undefined;
  /** Ends it as long as nothing is touched. Default: nothing does. */
  superseded?: AbortSignal | undefined;
}
