/** Where debuggers attach to functions in Python: each function has a port of its own, as long as the cloud runs. */
import { once } from "node:events";
import { url } from "node:inspector";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Starts another script with a debugger. */
const starter = join(import.meta.dirname, "debugger.py");
/** How long an environment's port is waited for, which ends while the next one starts. */
const endingMs = 1000;

export class Debuggers {
  readonly #ports = new Map<string, number>();
  #last: Promise<number> | undefined;

  /**
   * The command that starts a function's runtime with its debugger. Its port is told of when it is another than before.
   * @param name of the function.
   * @param folder of debugpy.
   * @param command of the runtime: the interpreter, the script, and its arguments.
   */
  async command(name: string, folder: string, [python, ...script]: string[]): Promise<string[]> {
    let port = this.#ports.get(name);
    // Of two versions at a time, each has one.
    if (port === undefined || !(await becomesFree(port))) {
      port = await this.#next();
      this.#ports.set(name, port);
      console.error(`lambda: ${name}: a debugger of Python attaches at 127.0.0.1:${port}`);
    }
    // Frozen modules have no lines to stop at, and debugpy would warn of that in the function's log.
    return [python as string, "-X", "frozen_modules=off", starter, `${port}`, folder, ...script];
  }

  /** The next free port after the last one, or after that of Node's inspector. */
  #next(): Promise<number> {
    const last = this.#last ?? Promise.resolve(Number(new URL(url() as string).port));
    this.#last = last.then(async (port) => {
      do port++;
      while (!(await isFree(port)));
      return port;
    });
    return this.#last;
  }
}

async function becomesFree(port: number): Promise<boolean> {
  const until = performance.now() + endingMs;
  while (!(await isFree(port))) {
    if (performance.now() > until) return false;
    await sleep(20);
  }
  return true;
}

/** @throws RangeError when there is no such port. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
