/** A state folder of the local cloud, marked so that no other program takes it for its own. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isRegion } from "./arn.ts";
import { type Collection, Store } from "./store.ts";

/** Why a folder cannot be opened, in one sentence for the user. */
export class StateError extends Error {
  override readonly name = "StateError";
}

interface Layout {
  /** Increased when older versions would misread the folder. */
  version: number;
  /** The region whose state is in the folder itself; that of others is below `regions/`. */
  home: string;
  accountId: string;
}

/** Folders of version 0.1 are of layout 1, without a mark; since layout 2 small bodies of S3 are rows. Older ones are read as they are. */
const version = 2;

export interface State {
  store: Store;
  home: string;
}

/**
 * Opens the account's store; a new folder, or one of version 0.1, gets its mark.
 * @throws StateError when it belongs to a newer version or to another account.
 */
export function openState(directory: string, region: string, accountId: string): State {
  const store = new Store(directory);
  const layouts = store.collection<Layout>("cloud.layout");
  const found = layouts.get("");
  try {
    if (found && found.version > version) {
      throw new StateError(
        `the state in ${directory} was written by a newer version (layout ${found.version}, this one knows ${version}); use that, or another folder`,
      );
    }
    if (found && found.accountId !== accountId) {
      throw new StateError(
        `the state in ${directory} belongs to account ${found.accountId}, not ${accountId}; use that account, or another folder`,
      );
    }
  } catch (error) {
    store.close();
    throw error;
  }
  const layout = { home: startedIn(directory) ?? region, accountId, ...found, version };
  if (found?.version !== version) layouts.put("", layout);
  return { store, home: layout.home };
}

/** Version 0.1 wrote its last run's region beside the folder. */
function startedIn(directory: string): string | undefined {
  try {
    const { region } = JSON.parse(readFileSync(join(directory, "..", "endpoint.json"), "utf8")) as { region?: string };
    return region;
  } catch {
    return undefined;
  }
}

export const regionFolder = (directory: string, region: string): string => join(directory, "regions", region);

/** Regions beside the home region that have state. */
export function keptRegions(directory: string): string[] {
  const folder = join(directory, "regions");
  return existsSync(folder) ? readdirSync(folder).filter(isRegion).sort() : [];
}

/** Which services a region has used; what goes on by itself in them does so after each start. */
export class UsedServices {
  readonly #names: Collection<object>;
  readonly #any: boolean;

  /** @param store the region's. */
  constructor(store: Store) {
    // Earlier versions made the tables of every service in each folder.
    this.#any = !store.hasCollection("cloud.services") && store.hasCollection("logs.groups");
    this.#names = store.collection("cloud.services");
  }

  has(name: string): boolean {
    return this.#any || this.#names.has(name);
  }

  add(name: string): void {
    if (!this.#names.has(name)) this.#names.put(name, {});
  }
}
