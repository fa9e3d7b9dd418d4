/**
 * A region's services by name. Each is loaded, created and started when it is first asked for; what the state folder has
 * used before is so from the beginning, that its timers, schedules and mappings go on.
 */
import type { Cloud, Service, Services } from "./service.ts";
import type { Factories, ServiceSetup } from "./services.ts";
import type { UsedServices } from "./state.ts";

export interface ServiceMapOptions {
  factories: Factories;
  setup: ServiceSetup;
  used: UsedServices;
  /** Services of the account, which are the same in each region. Default: none. */
  shared?: ServiceMap;
}

/** Services of a region, with the account's. */
export class ServiceMap implements Services {
  readonly #options: ServiceMapOptions;
  readonly #services = new Map<string, Service>();
  readonly #starting = new Map<string, Promise<void>>();
  #cloud: Cloud | undefined;
  #running = false;

  constructor(options: ServiceMapOptions) {
    this.#options = options;
  }

  /** Creates what was used before. @param cloud what services see of it. */
  open(cloud: Cloud): void {
    this.#cloud = cloud;
    const { factories, used } = this.#options;
    for (const name of Object.keys(factories)) if (used.has(name)) this.#create(name);
  }

  get(name: string): Service | undefined {
    const { factories, shared } = this.#options;
    return this.#services.get(name) ?? (Object.hasOwn(factories, name) ? this.#create(name) : shared?.get(name));
  }

  starting(name: string): Promise<void> | undefined {
    return this.#starting.get(name) ?? this.#options.shared?.starting(name);
  }

  keys(): string[] {
    return [...Object.keys(this.#options.factories), ...(this.#options.shared?.keys() ?? [])];
  }

  /** Another in its place, for tests: it is taken to run. */
  set(name: string, service: Service): void {
    this.#services.set(name, service);
  }

  /** Starts what is there, and from now on what is created. */
  async start(): Promise<void> {
    this.#running = true;
    for (const [name, service] of this.#services) this.#start(name, service);
    await Promise.all(this.#starting.values());
  }

  async stop(): Promise<void> {
    // What is asked for from now on, by work that comes to its end, is not started.
    this.#running = false;
    // Services that are still starting cannot be stopped.
    await Promise.allSettled(this.#starting.values());
    await Promise.allSettled([...this.#services.values()].map((service) => service.stop?.()));
  }

  #create(name: string): Service {
    const { factories, setup, used } = this.#options;
    const service = factories[name]!(this.#cloud as Cloud, setup);
    this.#services.set(name, service);
    used.add(name);
    if (this.#running) this.#start(name, service);
    return service;
  }

  #start(name: string, service: Service): void {
    if (!service.start) return;
    const started = service.start().then(() => void this.#starting.delete(name));
    this.#starting.set(name, started);
    // Who asked for it gets the error.
    started.catch(() => {});
  }
}
