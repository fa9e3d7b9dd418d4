/** Web pages that services serve at hosts of their own, `NAME.REGION.SERVICE.localhost`, beside the AWS endpoint. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { isRegion } from "../arn.ts";
import type { Site } from "../http/raw.ts";
import type { Services } from "../service.ts";
import type { Part } from "./server.ts";

interface Regions {
  get(name: string): { services: Services };
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
  const { services } = regions.get(region!.toLowerCase());
  const site = services.get(service.toLowerCase())?.site;
  return site && { site, name: name.toLowerCase(), starting: services.starting(service.toLowerCase()) };
}

export interface Sites {
  serve: Part;
  /** Whether a connection's `Upgrade` is handled: elsewhere it is a client's offer (`h2c`) that is ignored. */
  mayUpgrade(request: IncomingMessage): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** @param opened resolves when the services have started. */
export function sitesOf(regions: Regions, opened: Promise<void>): Sites {
  const ready = async ({ starting }: Found) => {
    await opened;
    await starting;
  };
  return {
    serve(request, response) {
      const found = siteOf(regions, request);
      if (!found) return false;
      ready(found).then(
        () => found.site.handle(request, response, found.name),
        () => response.destroy(),
      );
      return true;
    },
    mayUpgrade: (request) => siteOf(regions, request) !== undefined,
    upgrade(request, socket, head) {
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
    },
  };
}
