/**
 * The contract between the engine, which knows Pulumi and nothing of AWS, and `pulumi-local/src/resources`, which know AWS's
 * resource types and nothing of the engine. It is Pulumi's own provider protocol, reduced to what one machine needs:
 * check, diff, create, read, update, delete, invoke.
 *
 * Property names are those on Pulumi's wire (`memorySize`, `loggingConfig`). Values are plain JSON, with secrets and
 * outputs unwrapped by the engine; assets and archives arrive as {@link Asset} and {@link Archive}.
 */

export type Properties = Record<string, unknown>;

/** A file of a deployment package, by path or by text. `hash` is the SHA-256 of its content, in hex. */
export interface Asset {
  kind: "asset";
  path?: string;
  text?: string;
  hash: string;
}

/** A deployment package: either a folder or zip file by path, or entries by their path within the archive. */
export interface Archive {
  kind: "archive";
  path?: string;
  assets?: Record<string, Asset | Archive>;
  hash: string;
}

export const isAsset = (value: unknown): value is Asset => isHashed(value, "asset");
export const isArchive = (value: unknown): value is Archive => isHashed(value, "archive");

/** A program's own object may well have a `kind`, but hardly a `hash` beside it. */
function isHashed(value: unknown, kind: string): boolean {
  const given = value as Asset | undefined | null;
  return given?.kind === kind && typeof given.hash === "string";
}

/** What a provider has been given: an explicit one in the program, the default one in the stack's configuration. */
export interface ProviderSettings {
  region: string;
  defaultTags: Record<string, string>;
  config: Properties;
  /** In a preview: some of it only a deployment will know. Default: false. */
  incomplete?: boolean;
}

/** What the engine tells of the resource that it asks for. */
export interface ResourceContext {
  /** Pulumi's URN. */
  urn: string;
  /** Type token, as in `aws:lambda/function:Function`. */
  type: string;
  /** Logical name: the second argument of `new`. */
  name: string;
  project: string;
  stack: string;
  /** Region and `defaultTags` of the provider that the resource uses, and the rest of its configuration. */
  provider: ProviderSettings;
  /**
   * The resource as the last `up` left it. An empty `id` means that its creation was interrupted (the process was
   * killed): something with these inputs may exist or not.
   */
  previous?: { id: string; inputs: Properties; outputs: Properties };
  /** Inputs that only a deployment will know: a preview checks and compares without them. */
  unknowns?: readonly string[];
  /** A line under the resource in what `npm start` prints. */
  log(severity: "debug" | "info" | "warning" | "error", message: string): void;
  /** Aborted when the run is interrupted, or when the program's `customTimeouts` for this operation has passed. */
  signal: AbortSignal;
}

/** One thing wrong with the inputs: the property's path (`environment.variables.A`) and a sentence for the user. */
export interface CheckFailure {
  property: string;
  reason: string;
}

export interface Checked {
  inputs: Properties;
  failures: CheckFailure[];
}

export interface Diff {
  /** Property paths that differ; empty means that nothing changes. */
  changes: string[];
  /** Those of them that AWS cannot change in place. */
  replaces: string[];
  /** The old one must go before the new one comes (a fixed physical name). */
  deleteBeforeReplace: boolean;
  /** Outputs that an update will change: a preview does not know them. Default: none. */
  unknownOutputs?: string[];
  /** What outputs will most probably be after an update, these or others. Default: nothing is known of that. */
  expectedOutputs?: Properties;
}

export interface Made {
  id: string;
  /** Every output property, the inputs included. */
  outputs: Properties;
}

/**
 * Thrown by create or update when the thing exists but is not whole: it is recorded, the run fails, and the next one
 * updates it.
 */
export class PartlyMade extends Error {
  override readonly name = "PartlyMade";
  readonly made: Made;

  constructor(made: Made, message: string) {
    super(message);
    this.made = made;
  }
}

/** A resource type as the engine sees it. Errors thrown by its verbs reach the user beside the resource's URN. */
export interface ResourceProvider {
  /** Validates inputs and fills in defaults (the physical name, above all). Never calls AWS. */
  check(inputs: Properties, context: ResourceContext): Checked | Promise<Checked>;
  diff(before: Properties, after: Properties, context: ResourceContext): Diff | Promise<Diff>;
  create(inputs: Properties, context: ResourceContext): Promise<Made>;
  update(id: string, before: Properties, after: Properties, context: ResourceContext): Promise<Made>;
  /** What is gone already is no error: a run that was killed may have deleted it and not lived to record that. */
  delete(id: string, outputs: Properties, context: ResourceContext): Promise<void>;
  /**
   * For `Resource.get` and `import`; `undefined` when AWS has no such thing.
   * @param inputs what the program gives beside the id.
   */
  read?(id: string, context: ResourceContext, inputs?: Properties): Promise<Made | undefined>;
  /** Outputs that are secret whatever the program says (`aws:iam/accessKey:AccessKey` has one). */
  secretOutputs?: string[];
}

/** A function of a package (`aws:index/getCallerIdentity:getCallerIdentity`), or a method of one of its resources. */
export type Invoke = (args: Properties, context: Pick<ResourceContext, "provider" | "signal">) => Promise<Properties>;

/** Another resource, as an output of a {@link Component}: the program reads the whole resource through it. */
interface ResourceReference {
  kind: "resource";
  urn: string;
  id?: string;
}

export const isResourceReference = (value: unknown): value is ResourceReference =>
  (value as ResourceReference | undefined)?.kind === "resource";

export interface Child extends Made {
  urn: string;
  reference: ResourceReference;
}

/** What a component is made with: what a resource gets, and the way to make its children. */
export interface ComponentContext
  extends Pick<ResourceContext, "urn" | "name" | "type" | "project" | "stack" | "log" | "signal"> {
  /** Settings of the provider with which its children of a package are made. */
  providerOf(packageName: string): ProviderSettings;
  /**
   * Makes a child as the program would with `parent: this`: planned, remembered, and deleted when no longer asked for.
   * In a preview, a child that does not exist yet has its inputs as outputs and no id.
   * @param dependsOn URNs of children that must be there before it.
   */
  resource(type: string, name: string, inputs: Properties, dependsOn?: string[]): Promise<Child>;
}

/** Makes a component whose children a package makes, not the program (`awsx:ec2:Vpc`). @returns its outputs. */
export type Component = (inputs: Properties, context: ComponentContext) => Promise<Properties>;

/** Everything that the engine can make. A token that is in none of the maps is an error naming it. */
export interface Registry {
  resources: ReadonlyMap<string, ResourceProvider>;
  invokes: ReadonlyMap<string, Invoke>;
  components?: ReadonlyMap<string, Component>;
  /**
   * Called once in a run for each provider that is registered or used, unless it is incomplete.
   * @throws Error that says what is wrong with its settings.
   */
  configure?(packageName: string, settings: ProviderSettings): Promise<void>;
}
