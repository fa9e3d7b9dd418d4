import type { Deployment } from "./deployment.ts";
import type { LanguageHost, Run } from "./languageHost.ts";
import type { EngineServer } from "./server.ts";

/**
 * Runs a program to its end, and what it asks for. A host whose program has failed, or whose run is interrupted, is killed.
 * @param server whom the host's program speaks to; serves nothing afterwards.
 * @throws {EngineError} with the program's or the resource's error.
 */
export async function runProgram(
  deployment: Deployment,
  server: EngineServer,
  host: LanguageHost,
  run: Run,
): Promise<void> {
  server.serve(deployment);
  let over = false;
  try {
    host.begin(run);
    const code = await Promise.race([host.exit, deployment.failure, deployment.shutdown.then(() => 0)]);
    if (code !== 0) throw deployment.programError(host.output, code);
    // A program that ends its process itself has ended without a word.
    await deployment.programEnded();
    over = true;
  } finally {
    // All is done that it could ask for: it may take its time to end.
    if (!over) await host.kill();
    await deployment.settle();
    server.serve(undefined);
  }
}
