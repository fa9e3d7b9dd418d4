/** `GET /_health`: for scripts that wait for the local cloud; unsigned. It is answered once every service answers. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Services } from "../service.ts";

export interface Health {
  status: "running";
  /** By name in a credential's scope, such as `states`. */
  services: Record<string, "running">;
  region: string;
  accountId: string;
  version: string;
}

export const healthOf = (region: string, accountId: string, services: Services): Health => ({
  status: "running",
  services: Object.fromEntries(
    services
      .keys()
      .sort()
      .map((name) => [name, "running"]),
  ),
  region,
  accountId,
  version,
});

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
  version: string;
};
