/** Secrets as they are stored: their versions, and the stages that refer to them. */
import { randomBytes } from "node:crypto";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";

export interface Version {
  id: string;
  /** Milliseconds since 1970, like all times here. */
  created: number;
  text?: string;
  /** Base64. */
  binary?: string;
  stages: string[];
  accessed?: number;
}

export interface Rotation {
  enabled: boolean;
  lambda?: string;
  rules?: {
    AutomaticallyAfterDays?: number | undefined;
    Duration?: string | undefined;
    ScheduleExpression?: string | undefined;
  };
  rotated?: number;
  next?: number;
}

export interface Secret {
  arn: string;
  name: string;
  description?: string;
  kmsKeyId?: string;
  created: number;
  changed: number;
  accessed?: number;
  deletion?: number;
  deleted?: number;
  /** Absent until a tag is set. */
  tags?: Record<string, string>;
  policy?: string;
  rotation?: Rotation;
  versions: Version[];
}

export const invalidRequest = (message: string) => new AwsError("InvalidRequestException", message);
export const invalidParameter = (message: string) => new AwsError("InvalidParameterException", message);
const notFound = (what = "secret") =>
  new AwsError("ResourceNotFoundException", `Secrets Manager can't find the specified ${what}.`);

/** @throws AwsError `ValidationException` */
export function checkName(name: string): void {
  if (/^[A-Za-z0-9/_+=.@!-]{1,512}$/.test(name)) return;
  const allowed = "alphanumeric characters, or any of the following: -/_+=.@!";
  throw new AwsError("ValidationException", `Invalid name. Must be a valid name containing ${allowed}`);
}

const current = "AWSCURRENT";
const previous = "AWSPREVIOUS";

export class Secrets {
  /** By name. */
  readonly #records: Collection<Secret>;
  readonly #prefix: string;

  constructor({ store, region, accountId }: Pick<Cloud, "store" | "region" | "accountId">) {
    this.#records = store.collection("secretsmanager.secrets");
    this.#prefix = `arn:aws:secretsmanager:${region}:${accountId}:secret:`;
  }

  all = (): Secret[] => this.#records.values();
  put = (secret: Secret): void => this.#records.put(secret.name, secret);
  remove = ({ name }: Secret): void => void this.#records.delete(name);
  named = (name: string): Secret | undefined => this.#records.get(name);
  newArn = (name: string): string =>
    `${this.#prefix}${name}-${randomBytes(12).toString("base64").replace(/\W/g, "").slice(0, 6)}`;

  /** The resource of permissions on a secret that does not exist: for a name, with any suffix. */
  unknownArn(id = ""): string {
    return id.startsWith("arn:") ? id : `${this.#prefix}${id}-??????`;
  }

  /** By name, ARN, or ARN without its six random characters, unless these could be part of a name. */
  find(id = ""): Secret | undefined {
    if (!id.startsWith("arn:")) return this.#records.get(id);
    const name = id.startsWith(this.#prefix) ? id.slice(this.#prefix.length) : "";
    const whole = this.#records.get(name.slice(0, -7));
    if (whole?.arn === id) return whole;
    return /-[A-Za-z0-9]{6}$/.test(name) ? undefined : this.#records.get(name);
  }

  /** @throws AwsError `ResourceNotFoundException` */
  known(id: string): Secret {
    if (!id.startsWith("arn:")) checkName(id);
    const secret = this.find(id);
    if (!secret) throw notFound();
    return secret;
  }

  /** @throws AwsError `InvalidRequestException` when it is pending deletion. */
  usable(id: string): Secret {
    const secret = this.known(id);
    if (secret.deletion !== undefined)
      throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
    return secret;
  }

  change(secret: Secret, changes: Partial<Secret>): Secret {
    const changed = { ...secret, changed: Date.now(), ...changes };
    this.put(changed);
    return changed;
  }

  /** @throws AwsError `ResourceNotFoundException` */
  version({ versions }: Secret, id: string | undefined, stage: string | undefined): Version {
    const found =
      id === undefined
        ? versions.find(({ stages }) => stages.includes(stage ?? current))
        : versions.find((one) => one.id === id);
    if (!found)
      throw notFound(
        id === undefined ? `secret value for staging label: ${stage ?? current}` : `secret value for VersionId: ${id}`,
      );
    if (id !== undefined && stage !== undefined && !found.stages.includes(stage))
      throw invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.");
    return found;
  }

  /** Stores a value under a token; repeating it changes nothing. @param stages that refer to it from now on. */
  addVersion(
    secret: Secret,
    id: string,
    value: Pick<Version, "text" | "binary">,
    stages: string[] = [current],
  ): Secret {
    const known = secret.versions.find((one) => one.id === id);
    if (known) {
      if (known.text === value.text && known.binary === value.binary) return secret;
      throw new AwsError(
        "ResourceExistsException",
        `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
      );
    }
    // The first value is the current one, whatever it is called.
    const named = secret.versions.length === 0 && !stages.includes(current) ? [...stages, current] : stages;
    let { versions } = secret;
    versions = [...versions, { id, created: Date.now(), ...value, stages: [] }];
    for (const stage of named) versions = moved(versions, stage, id);
    return this.change(secret, { versions });
  }

  moveStage(secret: Secret, stage: string, to: string | undefined, from: string | undefined): Secret {
    const holder = secret.versions.find(({ stages }) => stages.includes(stage));
    if (to !== undefined) this.version(secret, to, undefined);
    if (from !== undefined) this.version(secret, from, undefined);
    if (to !== undefined && holder && holder.id !== from && holder.id !== to) {
      throw invalidParameter(
        `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    }
    if (to === undefined && stage === current)
      throw invalidParameter(
        "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
      );
    return this.change(secret, { versions: moved(secret.versions, stage, to) });
  }
}

/** A stage refers to one version at most; the current version becomes the previous one. */
function moved(versions: Version[], stage: string, to: string | undefined): Version[] {
  const before = versions.find(({ stages }) => stages.includes(stage))?.id;
  const set = (list: Version[], name: string, id: string | undefined) =>
    list.map((one) => {
      const others = one.stages.filter((other) => other !== name);
      return { ...one, stages: one.id === id ? [...others, name].sort() : others };
    });
  const after = set(versions, stage, to);
  return stage === current && before !== undefined && before !== to ? set(after, previous, before) : after;
}
