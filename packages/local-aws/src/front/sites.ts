/** Web pages that services serve at hosts of their own, `NAME.REGION.SERVICE.localhost`, beside the AWS endpoint. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { isRegion } from "../arn.ts";
import type { Service, Site } from "../service.ts";

interface Regions {
  get(name: string): { services: ReadonlyMap<string, Service>; starting: Promise<void> | undefined };
}

interface Found {
  site: Site;
  /** The part of the host before region and service. */
  name: string;
  starting: Promise<void> | undefined;
}

function siteOf(regions: Regions, { headers: { host = "" } }: IncomingMessage): Found | undefined {
  const [, name, region, service] = /^(.+)\.([a-z0-9-]+)\.([a-z0-9-]+)\.localhost(?::\d+)?$/i.exec(host) ?? [];
  if (!name || !service || !isRegion(region!.toLowerCase())) return undefined;
  const { services, starting } = regions.get(region!.toLowerCase());
  const site = services.get(service.toLowerCase())?.site;
  return site && { site, name: name.toLowerCase(), starting };
}

/** Whether a connection's `Upgrade` is handled: elsewhere it is a client's offer (`h2c`) that is ignored. */
export const mayUpgrade =
  (regions: Regions) =>
  (request: IncomingMessage): boolean =>
    siteOf(regions, request) !== undefined;

/** Intercepts the server's requests for sites. @param opened resolves when they can be answered. */
export function serveSites(server: Server, regions: Regions, opened: Promise<void>): void {
  const [endpoint] = server.listeners("request") as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners("request");
  const ready = async ({ starting }: Found) => {
    await opened;
    await starting;
  };
  server.on("request", (request, response) => {
    const found = siteOf(regions, request);
    if (!found) {
      endpoint?.(request, response);
      return;
    }
    ready(found).then(
      () => found.site.handle(request, response, found.name),
      () => response.destroy(),
    );
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const found = siteOf(regions, request);
    socket.on("error", () => {});
    if (!found) {
      socket.destroy();
      return;
    }
    ready(found).then(
      () => found.site.upgrade(request, socket, head, found.name),
      () => socket.destroy(),
    );
  });
}
