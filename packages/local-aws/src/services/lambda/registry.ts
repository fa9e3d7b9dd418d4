/**
 * The functions of the account with their versions, aliases and policies. Everything is read through here: documents
 * are parsed once and kept until the next write, so that an invocation touches no disk.
 */

import { AwsError, type PolicyDocument } from "../../service.ts";
import type { Collection, Store } from "../../store.ts";
import { functionNotFound, resourceNotFound } from "./errors.ts";
import { type Arns, type FunctionReference, functionReference, isVersion, latest } from "./names.ts";
import type {
  AliasRecord,
  CodeSigningRecord,
  EventInvokeConfig,
  FunctionRecord,
  PolicyRecord,
  ProvisionedRecord,
  UrlRecord,
  VersionRecord,
} from "./records.ts";

/** What a name and qualifier resolve to when invoked. */
export interface Target {
  record: FunctionRecord;
  /** As given: version, alias, or none. */
  qualifier?: string;
  /** As invoked, the qualifier included. */
  arn: string;
  /** The policy attached to that qualifier. */
  policy?: PolicyDocument;
  /** The one version, or for an alias its main one. */
  version: VersionRecord;
  /** For an alias with routing: the other version and its share of the requests, 0 to 1. */
  additional?: { version: VersionRecord; weight: number };
}

export class Registry {
  readonly functions: Cached<FunctionRecord>;
  readonly versions: Cached<VersionRecord>;
  readonly aliases: Cached<AliasRecord>;
  readonly policies: Cached<PolicyRecord>;
  readonly eventInvokeConfigs: Cached<EventInvokeConfig>;
  readonly provisioned: Cached<ProvisionedRecord>;
  /** By `name:alias`, or `name:` for the function itself. One of an alias outlives it. */
  readonly urls: Cached<UrlRecord>;
  /** By ARN. */
  readonly codeSigning: Collection<CodeSigningRecord>;
  readonly arns: Arns;
  /** Called with `name:version` when code or configuration of a version changed, or it was deleted; `isNew`: it was not there before. */
  onVersionChange: (key: string, isNew: boolean) => void = () => {};
  /** Counts the changes of anything. */
  revision = 0;
  readonly #targets = new Map<string, Target>();

  constructor(store: Store, arns: Arns) {
    const changed = () => {
      this.revision++;
      this.#targets.clear();
    };
    const cached = <T>(name: string, also?: (key: string, isNew: boolean) => void) =>
      new Cached<T>(store.collection<T>(`lambda.${name}`), (key, isNew) => {
        changed();
        also?.(key, isNew);
      });
    this.functions = cached("functions");
    this.versions = cached("versions", (key, isNew) => this.onVersionChange(key, isNew));
    this.aliases = cached("aliases");
    this.policies = cached("policies");
    this.eventInvokeConfigs = cached("eventInvokeConfigs");
    this.provisioned = cached("provisioned");
    this.urls = cached("urls");
    this.codeSigning = store.collection("lambda.codeSigningConfigs");
    this.arns = arns;
  }

  /** @throws AwsError ResourceNotFoundException */
  function(name: string): FunctionRecord {
    const record = this.functions.get(name);
    if (!record) throw functionNotFound(this.arns.function(name));
    return record;
  }

  /** @throws AwsError ResourceNotFoundException. Default version: `$LATEST`. */
  version(name: string, version = latest): VersionRecord {
    const record = this.versions.get(`${name}:${version}`);
    if (!record) throw functionNotFound(this.arns.function(name, version === latest ? undefined : version));
    return record;
  }

  alias(name: string, alias: string): AliasRecord {
    const record = this.aliases.get(`${name}:${alias}`);
    if (!record) throw resourceNotFound(`Cannot find alias arn: ${this.arns.function(name, alias)}`);
    return record;
  }

  codeSigningConfig(arn = ""): CodeSigningRecord {
    const record = this.codeSigning.get(arn);
    if (!record)
      throw new AwsError(
        "CodeSigningConfigNotFoundException",
        `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`,
        404,
        { Type: "User" },
      );
    return record;
  }

  /** Concurrency that is provisioned for a function, by its versions and aliases. */
  provisionedOf(name: string): number {
    return this.provisioned.values(`${name}:`).reduce((sum, { requested }) => sum + requested, 0);
  }

  /** Concurrency that is provisioned for a version: by itself, or by an alias that points to it. */
  provisionedFor(name: string, version: string): number {
    const own = (qualifier: string) =>
      qualifier === version || this.aliases.get(`${name}:${qualifier}`)?.FunctionVersion === version;
    return this.provisioned
      .entries(`${name}:`)
      .reduce((sum, [key, { requested }]) => sum + (own(key.slice(name.length + 1)) ? requested : 0), 0);
  }

  /** Published versions, oldest first. */
  published(name: string): VersionRecord[] {
    return this.versions
      .values(`${name}:`)
      .filter(({ configuration }) => configuration.Version !== latest)
      .sort((a, b) => Number(a.configuration.Version) - Number(b.configuration.Version));
  }

  /** What `FunctionName` and `Qualifier` of a request resolve to. */
  target(functionName: string, givenQualifier?: string): Target {
    const key = givenQualifier === undefined ? functionName : `${functionName}\n${givenQualifier}`;
    let target = this.#targets.get(key);
    if (!target) {
      target = this.#resolve(functionReference(functionName, givenQualifier));
      this.#targets.set(key, target);
    }
    return target;
  }

  #resolve({ name, qualifier }: FunctionReference): Target {
    const record = this.functions.get(name);
    const arn = this.arns.function(name, qualifier);
    if (!record) throw functionNotFound(arn);
    const policy = this.policies.get(policyKey(name, qualifier))?.document;
    const common = { record, arn, ...(qualifier !== undefined && { qualifier }), ...(policy && { policy }) };
    if (qualifier === undefined || qualifier === latest || isVersion(qualifier)) {
      const version = this.versions.get(`${name}:${qualifier ?? latest}`);
      if (!version) throw functionNotFound(arn);
      return { ...common, version };
    }
    const alias = this.aliases.get(`${name}:${qualifier}`);
    if (!alias) throw functionNotFound(arn);
    const version = this.version(name, alias.FunctionVersion);
    const [additional] = Object.entries(alias.RoutingConfig?.AdditionalVersionWeights ?? {});
    if (!additional) return { ...common, version };
    const [number, weight] = additional;
    return { ...common, version, additional: { version: this.version(name, number), weight } };
  }
}

/** Where a policy is kept: one per qualifier, and one of the function itself. */
export const policyKey = (name: string, qualifier?: string) => `${name}:${qualifier ?? ""}`;

/** A collection that is also held in memory. Documents are shared: to change one, write a new one. */
export class Cached<T> {
  readonly #collection: Collection<T>;
  readonly #documents: Map<string, T>;
  readonly #changed: (key: string, isNew: boolean) => void;

  constructor(collection: Collection<T>, changed: (key: string, isNew: boolean) => void) {
    this.#collection = collection;
    this.#documents = new Map(collection.entries());
    this.#changed = changed;
  }

  get(key: string): T | undefined {
    return this.#documents.get(key);
  }

  put(key: string, document: T): void {
    const isNew = !this.#documents.has(key);
    this.#collection.put(key, document);
    this.#documents.set(key, document);
    this.#changed(key, isNew);
  }

  delete(key: string): boolean {
    const deleted = this.#collection.delete(key);
    this.#documents.delete(key);
    this.#changed(key, false);
    return deleted;
  }

  /** Sorted by key. */
  entries(prefix = ""): [string, T][] {
    const found = [...this.#documents].filter(([key]) => key.startsWith(prefix));
    return found.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  values(prefix = ""): T[] {
    return this.entries(prefix).map(([, document]) => document);
  }
}
