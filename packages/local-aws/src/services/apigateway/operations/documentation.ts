import type {
  DocumentationPartLocation,
  DocumentationPart as PartShape,
  PatchOperation,
  DocumentationVersion as VersionShape,
} from "@aws-sdk/client-api-gateway";
import { parseJson } from "../../../jsonText.ts";
import { documentationOf, parseDocument } from "../definition/import.ts";
import type { DocumentationPart, DocumentationVersion } from "../model.ts";
import { applyPatch, only, property } from "../patch.ts";
import { badRequest, conflict, newId, notFound, pageOf, type Records } from "../records.ts";
import type { Handlers } from "./handlers.ts";

interface OfPart {
  restApiId: string;
  documentationPartId: string;
  patchOperations?: PatchOperation[];
}
interface OfVersion {
  restApiId: string;
  documentationVersion: string;
  patchOperations?: PatchOperation[];
}

/** Documentation of an API's parts, and its published versions. */
export function documentationOperations(records: Records): Handlers {
  return { ...partOperations(records), ...versionOperations(records) };
}

/** Below paths, a location's path is the root's unless it says another. */
const withPath = (location: DocumentationPartLocation): DocumentationPartLocation =>
  location.type === "API" || location.type === "MODEL" || location.type === "AUTHORIZER"
    ? location
    : { path: "/", ...location };

/** Stores what a document says about an API's parts. @returns their ids. */
export function putDocumentation(
  records: Records,
  restApiId: string,
  parts: Pick<DocumentationPart, "location" | "properties">[],
  mode: string,
): string[] {
  const before = records.documentationParts.entries(`${restApiId}/`);
  if (mode === "overwrite") for (const [key] of before) records.documentationParts.delete(key);
  return parts.map(({ location: given, properties }) => {
    const location = withPath(given);
    const known = mode === "overwrite" ? undefined : before.find(([, part]) => isSame(part.location, location))?.[1];
    const id = known?.id ?? newId(6);
    records.documentationParts.put(`${restApiId}/${id}`, { id, restApiId, location, properties });
    return id;
  });
}

const isSame = (a: DocumentationPartLocation, b: DocumentationPartLocation): boolean =>
  (["type", "path", "method", "statusCode", "name"] as const).every((name) => a[name] === b[name]);

function partOperations(records: Records): Handlers {
  const find = ({ restApiId, documentationPartId }: OfPart): DocumentationPart => {
    const found = records.documentationParts.get(`${restApiId}/${documentationPartId}`);
    if (!found) throw notFound("Invalid Documentation part identifier specified");
    return found;
  };
  const save = (part: DocumentationPart): PartShape => {
    records.documentationParts.put(`${part.restApiId}/${part.id}`, part);
    return describe(part);
  };
  return {
    CreateDocumentationPart(input) {
      const api = records.api(input.restApiId);
      const { properties = "" } = input;
      const location = withPath(input.location as DocumentationPartLocation);
      checkProperties(properties);
      const parts = records.documentationParts.values(`${api.id}/`);
      if (parts.some((part) => isSame(part.location, location))) {
        throw conflict("Documentation part already exists for the specified location");
      }
      return save({ id: newId(6), restApiId: api.id, location, properties });
    },
    GetDocumentationPart: (input: OfPart) => describe(find(input)),
    GetDocumentationParts(input) {
      const { id } = records.api(input.restApiId);
      const wanted = records.documentationParts
        .values(`${id}/`)
        .filter(
          ({ location }) =>
            (!input.type || location.type === input.type) &&
            (!input.nameQuery || location.name?.includes(input.nameQuery)) &&
            (!input.path || location.path === input.path),
        );
      const order = ({ location }: DocumentationPart) =>
        `${location.type}/${location.path ?? ""}/${location.name ?? ""}`;
      wanted.sort((a, b) => (order(a) < order(b) ? -1 : 1));
      const found = pageOf(wanted, input, (part) => `${order(part)}/${part.id}`);
      return { ...found, items: found.items.map(describe) };
    },
    UpdateDocumentationPart(input: OfPart) {
      const part = applyPatch(find(input), input.patchOperations, {
        "/properties": only(["replace"], (target, { value = "" }) => {
          checkProperties(value);
          target.properties = value;
        }),
      });
      return save(part);
    },
    DeleteDocumentationPart(input: OfPart) {
      records.api(input.restApiId);
      const { id, restApiId } = find(input);
      records.documentationParts.delete(`${restApiId}/${id}`);
      return {};
    },
    ImportDocumentationParts(input) {
      const { id } = records.api(input.restApiId);
      const parts = documentationOf(parseDocument(input.body));
      return { ids: putDocumentation(records, id, parts, input.mode ?? "merge") };
    },
  };
}

function checkProperties(properties: string): void {
  try {
    if (typeof parseJson(properties) === "object") return;
  } catch {
    // Refused below.
  }
  throw badRequest("Documentation part properties must be non-empty and valid JSON");
}

const describe = ({ restApiId: _, ...part }: DocumentationPart): PartShape => part;

function versionOperations(records: Records): Handlers {
  const find = ({ restApiId, documentationVersion }: OfVersion): DocumentationVersion => {
    const found = records.documentationVersions.get(`${restApiId}/${documentationVersion}`);
    if (!found) throw notFound("Invalid Documentation version specified");
    return found;
  };
  const save = (version: DocumentationVersion): VersionShape => {
    records.documentationVersions.put(`${version.restApiId}/${version.version}`, version);
    return describeVersion(version);
  };
  return {
    CreateDocumentationVersion(input) {
      const api = records.api(input.restApiId);
      const { documentationVersion: version = "", description, stageName } = input;
      if (!version) throw badRequest("Documentation version must be non-empty");
      if (records.documentationVersions.has(`${api.id}/${version}`)) {
        throw conflict("Documentation version already exists");
      }
      const created = { restApiId: api.id, version, createdDate: Date.now(), ...(description && { description }) };
      if (stageName) {
        const stage = records.stage(api.id, stageName);
        records.stages.put(`${api.id}/${stageName}`, { ...stage, documentationVersion: version });
      }
      return save(created);
    },
    GetDocumentationVersion: (input: OfVersion) => describeVersion(find(input)),
    GetDocumentationVersions(input) {
      const { id } = records.api(input.restApiId);
      const found = pageOf(records.documentationVersions.values(`${id}/`), input, ({ version }) => version);
      return { ...found, items: found.items.map(describeVersion) };
    },
    UpdateDocumentationVersion: (input: OfVersion) =>
      save(applyPatch(find(input), input.patchOperations, { "/description": property("description") })),
    DeleteDocumentationVersion(input: OfVersion) {
      const { restApiId, version } = find(input);
      records.documentationVersions.delete(`${restApiId}/${version}`);
      return {};
    },
  };
}

const describeVersion = ({ restApiId: _, createdDate, ...version }: DocumentationVersion): VersionShape => ({
  ...version,
  createdDate: new Date(createdDate),
});
