import { join } from "node:path";
import { startCloud, type TestCloud } from "local-aws/testing";
import { Engine, type EngineEvent } from "../src/engine/index.ts";
import type { LocalConfig } from "../src/localConfig.ts";
import { createRegistry } from "../src/resources/index.ts";

export interface RunningProgram {
  test: TestCloud;
  engine: Engine;
  /** Runs the program, and says what it could not do. @returns the stack's outputs. */
  up(): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

/** A local cloud in this process, and a program's stack `local` on it, which does not run yet. */
export async function startProgram(
  programDirectory: string,
  { prepare, ...options }: Parameters<typeof startCloud>[0] & Pick<LocalConfig, "prepare"> = {},
): Promise<RunningProgram> {
  const test = await startCloud({ region: "eu-west-1", ...options });
  await prepare?.(test.cloud);
  const events: EngineEvent[] = [];
  const engine = await Engine.open({
    programDirectory,
    stack: "local",
    stateDirectory: join(test.directory, "engine"),
    registry: createRegistry(test.cloud),
    onEvent: (event) => events.push(event),
  });
  return {
    test,
    engine,
    async up() {
      try {
        await engine.up();
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${events.map((event) => JSON.stringify(event)).join("\n")}`);
      }
      return engine.outputs() as Record<string, string>;
    },
    async stop() {
      await engine.close();
      await test.stop();
    },
  };
}
