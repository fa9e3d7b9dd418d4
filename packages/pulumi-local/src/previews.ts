/**
 * Previews of a platform that runs, for `pulumi-local preview` in another terminal: the process that has the state folder
 * makes them, between its updates, and tells of them through a socket that only its user can open.
 */
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { sync as writeFileAtomic } from "write-file-atomic";
import { type Engine, EngineError, type EngineEvent } from "./engine/index.ts";
import { SocketFolder } from "./engine/sockets.ts";

/** In the state folder, while a platform runs: what it runs, and where it is asked. */
const addressFile = "previews.json";

/** What a preview is of. */
interface Subject {
  programDirectory: string;
  stack: string;
}

type Answer = { event: EngineEvent } | { failed: Pick<EngineError, "message" | "urn" | "position"> } | { done: true };

interface Served extends Subject {
  engine: Pick<Engine, "preview">;
  stateDirectory: string;
}

/** Makes previews for whoever asks. @returns what ends that. */
export async function servePreviews({ engine, stateDirectory, programDirectory, stack }: Served): Promise<() => void> {
  const folder = new SocketFolder();
  const path = join(folder.path, "previews");
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {}); // Who asked has gone.
    socket.on("close", () => open.delete(socket));
    createInterface({ input: socket }).once("line", (line) => void answer(engine, line, socket));
  });
  server.listen(path);
  await once(server, "listening");
  const file = join(stateDirectory, addressFile);
  writeFileAtomic(file, JSON.stringify({ path, programDirectory, stack }));
  return () => {
    rmSync(file, { force: true });
    server.close();
    for (const socket of open) socket.destroy();
    folder.remove();
  };
}

/** @param asked the configuration, as JSON. */
async function answer(engine: Pick<Engine, "preview">, asked: string, socket: Socket): Promise<void> {
  const tell = (answer: Answer) => socket.write(`${JSON.stringify(answer)}\n`);
  try {
    const config = JSON.parse(asked) as Record<string, string>;
    await engine.preview({ config, onEvent: (event) => tell({ event }) });
    tell({ done: true });
  } catch (error) {
    const { message, urn, position } = error as EngineError;
    tell({ failed: { message, urn, position } });
  }
  socket.end();
}

interface Asked extends Subject {
  stateDirectory: string;
  /** The program's own configuration by key, on top of that which the platform runs with. */
  config: Record<string, string>;
  onEvent(event: EngineEvent): void;
}

/**
 * Asks the platform that runs this program on the state folder for a preview, and waits for its end.
 * @returns false where none does.
 * @throws {EngineError} what the preview ended with.
 */
export async function askForPreview({ stateDirectory, config, onEvent, ...subject }: Asked): Promise<boolean> {
  const path = addressIn(stateDirectory, subject);
  const socket = path === undefined ? undefined : await connect(path);
  if (!socket) return false;
  socket.write(`${JSON.stringify(config)}\n`);
  for await (const line of createInterface({ input: socket })) {
    const told = JSON.parse(line) as Answer;
    if ("event" in told) onEvent(told.event);
    else if ("failed" in told) throw new EngineError(told.failed.message, told.failed.urn, told.failed.position);
    else return true;
  }
  throw new EngineError(`the platform on ${stateDirectory} has ended meanwhile`);
}

function addressIn(stateDirectory: string, { programDirectory, stack }: Subject): string | undefined {
  try {
    const found = JSON.parse(readFileSync(join(stateDirectory, addressFile), "utf8"));
    return found.programDirectory === programDirectory && found.stack === stack ? found.path : undefined;
  } catch {
    return undefined; // None runs.
  }
}

/** Where a platform was killed, its address is left. */
async function connect(path: string): Promise<Socket | undefined> {
  const socket = createConnection(path);
  try {
    await once(socket, "connect");
    return socket;
  } catch {
    return undefined;
  }
}
