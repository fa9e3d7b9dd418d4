import { isDeepStrictEqual } from "node:util";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { withHash } from "./assets.ts";
import { type Archive, type Asset, isArchive, isAsset, type Properties } from "./provider.ts";

/**
 * Property values between Pulumi's wire and the engine. On the wire, what JSON cannot say is an object with a signature
 * key; in the engine it is a {@link Secret}, {@link unknown}, an Asset, an Archive or a {@link Reference}.
 * https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts names the signatures.
 */
const signature = "4dabf18193072939515e22adb298388d";
const kinds = {
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
  secret: "1b47061264138c4ac30d75fd1eb44270",
  reference: "5cf8f73096256a8f31e491e813e4eb8e",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
} as const;
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value that must not be shown: never in a log, and encrypted in what is kept. */
export class Secret {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** Another resource, as a value. */
export class Reference {
  readonly urn: string;
  readonly id: string | undefined;
  constructor(urn: string, id: string | undefined) {
    this.urn = urn;
    this.id = id;
  }
}

/** A value that only a deployment will know: what a preview has in its place. */
export const unknown = Symbol("unknown");

/** Whether a text on the wire, such as an id, stands for {@link unknown}. */
export const isUnknownText = (text: string): boolean => text === unknownText;

export const isObject = (value: unknown): value is Properties => typeof value === "object" && value !== null;
const isPlainObject = (value: unknown): value is Properties =>
  isObject(value) && !(value instanceof Secret) && !(value instanceof Reference);

/** Replaces each leaf (anything but plain arrays and objects), from the leaves up. */
export function mapValues(value: unknown, leaf: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapValues(item, leaf));
  if (!isPlainObject(value) || isAsset(value) || isArchive(value)) return leaf(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapValues(item, leaf)]));
}

/**
 * Reads wire values. Assets are hashed here, so that a changed file is a changed input.
 * @param directory what relative asset paths are relative to: the program's folder.
 * @param dependencies collects the URNs that output values name.
 */
export const fromWire = (value: unknown, directory: string, dependencies?: Set<string>): unknown =>
  read(value, { asset: (given) => withHash(given, directory), dependencies });

/** Reads what {@link toWire} has written for the state. An asset is known by its hash: the file may be gone meanwhile. */
export const fromState = (value: unknown): unknown => read(value, { asset: (given) => given });

interface Reading {
  /** Makes an asset or archive from its description; an archive's own assets have been read already. */
  asset(given: object): unknown;
  dependencies?: Set<string> | undefined;
}

function read(value: unknown, how: Reading): unknown {
  const inner = (item: unknown): unknown => read(item, how);
  if (value === unknownText) return unknown;
  if (Array.isArray(value)) return value.map(inner);
  if (!isObject(value)) return value;
  const { [signature]: kind, ...rest } = value;
  switch (kind) {
    case undefined:
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item)]));
    case kinds.secret:
      return secret(inner(rest.value));
    case kinds.output: {
      for (const urn of (rest.dependencies as string[] | undefined) ?? []) how.dependencies?.add(urn);
      const content = "value" in rest ? inner(rest.value) : unknown;
      return rest.secret ? secret(content) : content;
    }
    case kinds.reference:
      return new Reference(String(rest.urn), typeof rest.id === "string" ? rest.id : undefined);
    case kinds.asset:
      return how.asset({ kind: "asset", ...rest } as object);
    case kinds.archive: {
      const assets = rest.assets ? { assets: inner(rest.assets) } : {};
      return how.asset({ kind: "archive", ...rest, ...assets } as object);
    }
    default:
      throw new Error(`a property value has the unknown signature ${String(kind)}`);
  }
}

const secret = (value: unknown): Secret => (value instanceof Secret ? value : new Secret(value));

/** Writes engine values for the wire. Values without a counterpart in JSON keep their signature. */
export function toWire(value: unknown): unknown {
  return mapValues(value, (leaf) => {
    if (leaf === unknown) return unknownText;
    if (leaf instanceof Secret) return { [signature]: kinds.secret, value: toWire(leaf.value) };
    if (leaf instanceof Reference) return { [signature]: kinds.reference, urn: leaf.urn, id: leaf.id ?? "" };
    if (isAsset(leaf)) {
      const { kind, ...rest } = leaf;
      return { [signature]: kinds[kind], ...rest };
    }
    if (isArchive(leaf)) {
      const { kind, assets, ...rest } = leaf;
      return { [signature]: kinds[kind], ...rest, ...(assets && { assets: Object.fromEntries(entries(assets)) }) };
    }
    return leaf;
  });
}

const entries = (assets: Record<string, Asset | Archive>) =>
  Object.entries(assets).map(([name, asset]) => [name, toWire(asset)]);

/** {@link toWire} as protobuf's Struct, which has no `undefined`. */
export const toStruct = (properties: Properties): struct.Struct =>
  struct.Struct.fromJavaScript(
    JSON.parse(JSON.stringify(toWire(properties))) as Record<string, struct.JavaScriptValue>,
  );

/** As a provider sees them: secrets opened, references by their URN, unknown values left out. */
export function toProvider(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toProvider);
  if (value instanceof Secret) return toProvider(value.value);
  if (value instanceof Reference) return value.id ?? value.urn;
  if (value === unknown) return undefined;
  if (!isObject(value) || isAsset(value) || isArchive(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, toProvider(item)])
      .filter(([, item]) => item !== undefined),
  );
}

/** Whether two values are the same to a provider. */
export const sameValue = (a: unknown, b: unknown): boolean => isDeepStrictEqual(toProvider(a), toProvider(b));

/** {@link toProvider} of a resource's properties. */
export const plain = (properties: Properties): Properties => toProvider(properties) as Properties;

export const containsSecret = (value: unknown): boolean => contains(value, (leaf) => leaf instanceof Secret);
export const containsUnknown = (value: unknown): boolean => contains(value, (leaf) => leaf === unknown);

function contains(value: unknown, test: (leaf: unknown) => boolean): boolean {
  if (test(value)) return true;
  if (value instanceof Secret) return contains(value.value, test);
  if (Array.isArray(value)) return value.some((item) => contains(item, test));
  return isPlainObject(value) && Object.values(value).some((item) => contains(item, test));
}

/** Secrets of the inputs stay secrets in the outputs of the same name, as Pulumi's providers keep them. */
export function keepSecrets(outputs: Properties, inputs: Properties, alsoSecret: Iterable<string>): Properties {
  const names = new Set(alsoSecret);
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      key,
      names.has(key) || containsSecret(inputs[key]) ? secret(value) : value,
    ]),
  );
}
