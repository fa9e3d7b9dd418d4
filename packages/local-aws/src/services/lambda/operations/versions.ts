/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html */
import { isDeepStrictEqual } from "node:util";
import { revised } from "../configuration.ts";
import type { Lambda } from "../context.ts";
import { latest } from "../names.ts";
import type { VersionRecord } from "../records.ts";

/** Publishes `$LATEST`. If nothing changed since the latest version, returns that one. */
export function publish({ registry, cloud }: Lambda, name: string, description?: string): VersionRecord {
  const current = registry.version(name);
  const last = registry.published(name).at(-1);
  const { Description = "" } = current.configuration;
  const isSame = last && last.code === current.code && isDeepStrictEqual(essence(last), essence(current));
  if (isSame && (last.latestDescription ?? Description) === Description) return last;
  const record = registry.function(name);
  const Version = String(record.nextVersion);
  const configuration = revised({ ...current.configuration, Version });
  if (description !== undefined) configuration.Description = description;
  const version: VersionRecord = { ...current, configuration, latestDescription: Description };
  cloud.store.transaction(() => {
    registry.functions.put(name, { ...record, nextVersion: record.nextVersion + 1 });
    registry.versions.put(`${name}:${Version}`, version);
  });
  return version;
}

/** What distinguishes versions. */
function essence({ configuration }: VersionRecord): object {
  const { Version, LastModified, RevisionId, Description, ...rest } = configuration;
  return rest;
}

/** Whether that version exists, `$LATEST` included. */
export const exists = ({ registry }: Lambda, name: string, version: string = latest): boolean =>
  registry.versions.get(`${name}:${version}`) !== undefined;
