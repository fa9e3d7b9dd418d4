import type { StackConfig } from "./config.ts";
import { LanguageHost } from "./languageHost.ts";
import type { Project } from "./project.ts";
import type { EngineServer } from "./server.ts";

/** What Pulumi.yaml and the stack's file say. */
export type Settings = Project & StackConfig;

/** What a language host runs the program for. */
export type Role = "run" | "preview" | "rehearsal" | "study";

interface LanguageHostsOptions {
  /** Folder of `Pulumi.yaml`. */
  root: string;
  stack: string;
  environment: NodeJS.ProcessEnv;
  /** Whom the program of a role speaks to. */
  servers: Record<Role, EngineServer>;
  /** Gets what the program prints, but in a rehearsal or a study. */
  print(text: string): void;
}

/** The language hosts of one engine: those that wait for a run, and those that run the program or have not ended yet. */
export class LanguageHosts {
  readonly #options: LanguageHostsOptions;
  /** Started with these settings. */
  readonly #waiting = new Map<Role, { key: string; host: LanguageHost }>();
  readonly #taken = new Set<LanguageHost>();

  constructor(options: LanguageHostsOptions) {
    this.#options = options;
  }

  /** Starts a host that waits, for each role that has none. */
  prepare(roles: Role[], settings: Settings): void {
    const key = JSON.stringify(settings);
    for (const role of roles) {
      if (!this.#waiting.has(role)) this.#waiting.set(role, { key, host: this.#start(role, settings) });
    }
  }

  /** The host that waits for such a run, or a new one. */
  async take(role: Role, settings: Settings): Promise<LanguageHost> {
    const waiting = this.#waiting.get(role);
    this.#waiting.delete(role);
    const fits = waiting?.key === JSON.stringify(settings);
    // The configuration has changed since it was started.
    if (!fits) await waiting?.host.kill();
    const host = waiting && fits ? waiting.host : this.#start(role, settings);
    this.#taken.add(host);
    host.exit.then(() => this.#taken.delete(host));
    return host;
  }

  /** Ends them all. */
  async kill(): Promise<void> {
    const waiting = [...this.#waiting.values()].map(({ host }) => host);
    await Promise.all([...this.#taken, ...waiting].map((host) => host.kill()));
  }

  #start(role: Role, settings: Settings): LanguageHost {
    const { servers, print, ...common } = this.#options;
    const { address, sockets } = servers[role];
    const place = { ...common, preview: role !== "run", studied: role === "study", address, sockets: sockets.path };
    return LanguageHost.prepare({ ...place, ...settings }, isSilent(role) ? () => {} : print);
  }
}

const isSilent = (role: Role): boolean => role === "rehearsal" || role === "study";
