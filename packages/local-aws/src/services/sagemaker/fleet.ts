import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Images } from "../../containers/images.ts";
import type { Cloud } from "../../service.ts";
import { Host } from "./host.ts";
import type { Deployed, Endpoint } from "./model.ts";
import type { Records } from "./records.ts";

/** The processes behind endpoints. An update starts the new ones first, and switches to them when they answer. */
export class Fleet {
  readonly #cloud: Cloud;
  readonly #records: Records;
  readonly #images: Images;
  readonly #workingDirectory: string;
  /** By endpoint, and within it by variant. */
  readonly #hosts = new Map<string, Map<string, Host>>();
  readonly #work = new Set<Promise<void>>();
  #closing = false;

  constructor(cloud: Cloud, records: Records, images: Images, workingDirectory: string) {
    this.#cloud = cloud;
    this.#records = records;
    this.#images = images;
    this.#workingDirectory = workingDirectory;
  }

  /** Endpoints that served before a shutdown serve again. */
  resume(): void {
    for (const endpoint of this.#records.endpoints.values()) {
      if (endpoint.status === "Deleting") this.remove(endpoint.name);
      else if (endpoint.next) this.deploy(endpoint.name);
      else if (endpoint.serving) this.#track(this.#serve(endpoint.name, endpoint.serving).then(() => {}));
    }
  }

  host(endpoint: string, variant?: string): Host | undefined {
    const hosts = this.#hosts.get(endpoint);
    return variant === undefined ? hosts?.values().next().value : hosts?.get(variant);
  }

  /** Brings the endpoint to its `next`; then it is InService or, if it never was, Failed. */
  deploy(name: string): void {
    this.#track(this.#deploy(name));
  }

  remove(name: string): void {
    this.#track(
      (async () => {
        await this.#stop(this.#hosts.get(name));
        this.#hosts.delete(name);
        await rm(join(this.#cloud.directory, "sagemaker", "endpoints", name), { recursive: true, force: true });
        if (!this.#closing) this.#records.endpoints.delete(name);
      })(),
    );
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#hosts.values()].map((hosts) => this.#stop(hosts)));
    await Promise.all(this.#work);
    await Promise.all([...this.#hosts.values()].map((hosts) => this.#stop(hosts)));
  }

  async #deploy(name: string): Promise<void> {
    const { next, serving } = this.#records.endpoints.get(name)!;
    if (!next) return;
    const before = this.#hosts.get(name);
    const failure = await this.#serve(name, next);
    if (this.#closing) return;
    const endpoint = this.#records.endpoints.get(name);
    if (!endpoint || endpoint.status === "Deleting") return;
    const { next: _, reason: __, ...rest } = endpoint;
    const changed: Endpoint = { ...rest, modified: Date.now() };
    if (failure === undefined) {
      this.#records.putEndpoint({ ...changed, status: "InService", serving: next, config: next.config.name });
      await this.#stop(before);
    } else {
      // A failed update leaves the previous version in service.
      const config = serving?.config.name ?? changed.config;
      this.#records.putEndpoint({
        ...changed,
        status: serving ? "InService" : "Failed",
        config,
        reason: failure,
      });
    }
  }

  /** @returns why it does not serve. */
  async #serve(name: string, { config, models }: Deployed): Promise<string | undefined> {
    const hosts = new Map<string, Host>();
    try {
      for (const { VariantName, ModelName } of config.variants) {
        const model = models.find((one) => one.name === ModelName)!;
        const host = new Host({
          cloud: this.#cloud,
          images: this.#images,
          workingDirectory: this.#workingDirectory,
          endpoint: name,
          model,
        });
        hosts.set(VariantName ?? "", host);
        await host.start();
      }
    } catch (error) {
      await this.#stop(hosts);
      return (error as Error).message;
    }
    this.#hosts.set(name, hosts);
    return undefined;
  }

  async #stop(hosts: Map<string, Host> | undefined): Promise<void> {
    await Promise.all([...(hosts?.values() ?? [])].map((host) => host.stop()));
  }

  #track(work: Promise<void>): void {
    const tracked = work.catch(console.error).finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }
}
