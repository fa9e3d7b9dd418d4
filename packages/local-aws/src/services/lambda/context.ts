/** What the operations of the service share. */
import type { Cloud } from "../../service.ts";
import type { Concurrency } from "./execution/concurrency.ts";
import type { Preparation } from "./execution/starter.ts";
import type { Layers } from "./layers.ts";
import type { Arns } from "./names.ts";
import type { Packages } from "./packages.ts";
import type { VersionRecord } from "./records.ts";
import type { Registry } from "./registry.ts";
import type { Targets } from "./targets.ts";

export interface Lambda {
  cloud: Cloud;
  arns: Arns;
  registry: Registry;
  packages: Packages;
  layers: Layers;
  concurrency: Concurrency;
  /** Where results and failures of asynchronous requests go. */
  targets: Targets;
  /** Where the code of a package is downloaded. */
  codeUrl(id: string): string;
  /** What a version waits for before it can run; `undefined` once it is ready. */
  preparing(version: VersionRecord): Preparation | undefined;
}
