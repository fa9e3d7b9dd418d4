/** The local cloud and its peers, each as a server in processes of its own, over plain HTTP on this machine. */
import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuMilliseconds, processTree, pssMegabytes, root } from "./platform.ts";

const folder = join(import.meta.dirname, "../peers/python");

/** How long the main thread was kept, in milliseconds. */
export interface Delay {
  p99: number;
  max: number;
}

export class Contender {
  readonly name: string;
  readonly origin: string;
  /** One that takes long gets fewer requests, and no two at once: it is not safe for threads. */
  readonly isSlow: boolean;
  /** Milliseconds from the start of its process to its first answer; of those that `fork` starts, unknown. */
  readonly startedIn: number | undefined;
  readonly #process: ChildProcess;

  constructor(name: string, origin: string, child: ChildProcess, isSlow = false, startedIn?: number) {
    this.isSlow = isSlow;
    this.startedIn = startedIn;
    this.name = name;
    this.origin = origin;
    this.#process = child;
  }

  /** Milliseconds of processor time until now, of it and of all it has started. */
  get cpu(): number {
    return cpuMilliseconds(processTree(this.#process.pid as number));
  }

  /** Memory (PSS) of it and of all it has started, in MB. */
  get megabytes(): number {
    return pssMegabytes(processTree(this.#process.pid as number));
  }

  /** Of the local cloud: since this was asked last. */
  async delay(): Promise<Delay> {
    this.#process.send("delay");
    const [delay] = await once(this.#process, "message");
    return delay as Delay;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill();
    await ended;
  }
}

export async function startLocalCloud(): Promise<Contender> {
  const child = fork(join(import.meta.dirname, "cloudProcess.ts"), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const [{ origin }] = (await once(child, "message")) as [{ origin: string }];
  return new Contender("the local cloud", origin, child);
}

/** Node's HTTP server and nothing else. @param body that it answers, of JSON. */
export async function startBareServer(body: string): Promise<Contender> {
  const child = fork(join(import.meta.dirname, "bareProcess.ts"), [body]);
  const [{ origin }] = (await once(child, "message")) as [{ origin: string }];
  return new Contender("a bare Node server", origin, child);
}

/** What `npm run cloud` runs, as its users do: with its settings of memory and its cache of compiled code. */
export const startCloudProgram = (): Promise<Contender> => {
  const command = ["sh", join(root, "scripts/run.sh"), "packages/local-aws/src/main.ts", "--api-port", "0", "--port"];
  return start({ name: "the local cloud", command: (port) => [...command, port], health: "/_health" });
};

/** The versions of the peers, by their names in lower case. */
export function peerVersions(): Record<string, string> {
  const python = readFileSync(join(folder, "requirements.txt"), "utf8").trim().split("\n");
  const { FLOCI_JAR: jar } = process.env;
  const floci =
    jar &&
    readdirSync(join(dirname(jar), "app"))
      .join()
      .match(/floci-([\d.]+)\.jar/)?.[1];
  return Object.fromEntries([
    ...python.map((line) => line.replace(/\[.*\]/, "").split("==") as [string, string]),
    ...(floci ? [["floci", floci]] : []),
  ]);
}

/**
 * Those that can be had on this machine: the others are named with the reason.
 * @param services that are measured, by their names in signatures. Default: all.
 */
export async function startPeers(...services: string[]): Promise<{ peers: Contender[]; absent: string[] }> {
  const peers: Contender[] = [];
  const absent: string[] = [];
  const all = {
    ...(services.includes("dynamodb") && { dynoxide: startDynoxide }),
    MiniStack: () => startMiniStack(services),
    moto: startMoto,
  };
  for (const [name, start] of Object.entries(all)) {
    try {
      peers.push(await start());
    } catch (error) {
      absent.push(`${name} (${(error as Error).message.split("\n")[0]})`);
    }
  }
  return { peers, absent };
}

async function startDynoxide(): Promise<Contender> {
  const name = `@dynoxide/${process.platform}-${process.arch}/dynoxide`;
  const binary = createRequire(import.meta.url).resolve(name);
  return start({ name: "dynoxide", command: (port) => [binary, "serve", "--host", "127.0.0.1", "--port", port] });
}

/**
 * @param services as {@link startPeers} has them.
 * @param interpreter that it runs on, and its functions of Python.
 */
export const startMiniStack = (services: string[] = [], interpreter?: string) =>
  start({
    name: "MiniStack",
    command: () => [python("ministack", interpreter)],
    environment: (port) => ({
      GATEWAY_PORT: port,
      BIND_HOST: "127.0.0.1",
      ...(services.length > 0 && { SERVICES: services.join(",") }),
    }),
    health: "/_ministack/health",
  });

export const startMoto = () =>
  start({
    name: "moto",
    command: (port) => [python("moto_server"), "-H", "127.0.0.1", "-p", port],
    health: "/moto-api/",
    isSlow: true,
  });

/** The build of Floci that `FLOCI_JAR` names, its `quarkus-run.jar`, on the Java of `JAVA_HOME`. */
export async function startFloci(): Promise<Contender> {
  const { FLOCI_JAR: jar, JAVA_HOME: java } = process.env;
  if (!jar) throw new Error("FLOCI_JAR names no build of it");
  return start({
    name: "Floci",
    command: (port) => [
      java ? join(java, "bin/java") : "java",
      ...["-Dquarkus.http.host=127.0.0.1", `-Dquarkus.http.port=${port}`, "-jar", jar],
    ],
    health: "/_floci/health",
  });
}

/** A program of the peers in Python, which are installed at first use. */
function python(program: string, interpreter = "python3"): string {
  const environment = join(folder, ".build", interpreter.replaceAll(/\W+/g, "-"));
  const installed = join(environment, "bin", program);
  if (!existsSync(installed)) {
    mkdirSync(environment, { recursive: true });
    execFileSync(interpreter, ["-m", "venv", environment]);
    const requirements = join(folder, "requirements.txt");
    execFileSync(join(environment, "bin/pip"), ["install", "--quiet", "--requirement", requirements], {
      stdio: "pipe",
    });
  }
  return installed;
}

export interface Program {
  name: string;
  /** The program and its arguments. */
  command(port: string): string[];
  environment?(port: string): NodeJS.ProcessEnv;
  /** Path of the page that says that it runs, and loads no service for that. Default: `/`. */
  health?: string;
  isSlow?: boolean;
}

/** Starts it on a free port, and waits for its first answer. */
export async function start({ name, command, environment, health = "/", isSlow = false }: Program): Promise<Contender> {
  const port = await freePort();
  const [program, ...args] = command(port) as [string, ...string[]];
  const env = { ...process.env, ...environment?.(port) };
  // Some write where they are started.
  const cwd = mkdtempSync(join(tmpdir(), "bench-"));
  const began = performance.now();
  const child = spawn(program, args, { env, cwd, stdio: "ignore" });
  child.once("exit", () => rmSync(cwd, { recursive: true, force: true }));
  let failure: Error | undefined;
  child.once("error", (error) => (failure = error));
  const origin = `http://127.0.0.1:${port}`;
  while (performance.now() - began < 30_000) {
    if (failure || child.exitCode !== null) throw failure ?? new Error(`it ended with exit code ${child.exitCode}`);
    const answer = await fetch(origin + health).catch(() => undefined);
    if (answer) return new Contender(name, origin, child, isSlow, performance.now() - began);
    await sleep(5);
  }
  await new Contender(name, origin, child).stop();
  throw new Error("it did not answer within 30 s");
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return String(port);
}
