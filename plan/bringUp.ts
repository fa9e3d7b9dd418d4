/** Brings a program up on this machine, and ends it again: what is to be known of it is in its stack. */
import { Platform, type StackSnapshot } from "pulumi-local";
import type { LocalConfig } from "pulumi-local/config";
import { Failure } from "../scripts/lib/failure.ts";

export interface Ports {
  awsPort: number;
  apiPort: number;
}

interface Evaluation {
  /** Folder of the program. */
  program: string;
  local: LocalConfig;
  stack: string;
  /** The program's own configuration by key, over the stack's. Default: none. */
  config?: Record<string, string>;
  /** Folder of the state; what is there already is gone on with. */
  state: string;
  /** Default: free ones. */
  ports?: Ports;
}

const free: Ports = { awsPort: 0, apiPort: 0 };

/**
 * @returns the stack, and the ports that its addresses hold.
 * @throws {Failure} with what resources failed by; else the engine's error.
 */
export async function bringUp({ program, local, stack, config = {}, state, ports = free }: Evaluation): Promise<{
  snapshot: StackSnapshot;
  ports: Ports;
}> {
  const problems: string[] = [];
  const platform = await Platform.open({
    programDirectory: program,
    stack,
    stateDirectory: state,
    ...ports,
    config,
    local,
    onEvent: (event) => {
      if (event.kind === "step" && event.status === "failed" && event.error) problems.push(event.error);
    },
  });
  try {
    await platform.up();
    const { cloud, apiOrigin } = platform.local;
    const portOf = (origin: string) => Number(new URL(origin).port);
    return {
      snapshot: platform.engine.snapshot(),
      ports: { awsPort: portOf(cloud.origin), apiPort: portOf(apiOrigin) },
    };
  } catch (error) {
    throw problems.length > 0 ? new Failure(problems.join("\n")) : error;
  } finally {
    await platform.close();
  }
}
