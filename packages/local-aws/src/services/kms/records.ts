import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { GrantConstraints, KeySpec, KeyState, KeyUsageType, OriginType } from "@aws-sdk/client-kms";
import type { Tags } from "../../kit/tags.ts";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";

export interface Key {
  id: string;
  description: string;
  policy: string;
  rotates: boolean;
  /** Days between rotations. Absent: 365. */
  rotationPeriod?: number;
  enabled: boolean;
  multiRegion: boolean;
  /** Absent: `SYMMETRIC_DEFAULT`. */
  spec?: KeySpec;
  /** Absent: `ENCRYPT_DECRYPT`. */
  usage?: KeyUsageType;
  tags?: Tags;
  /** Its key material, in base64. Absent until first used. */
  material?: string;
  /** Absent: `AWS_KMS`. */
  origin?: OriginType;
  /** Of imported material, milliseconds since 1970; null: never. */
  expires?: number | null;
  /** Imported material that the next rotation takes, in base64. */
  pending?: string;
  /** A multi-Region key's: where it can be replicated, and everywhere it is. Absent: in its own region alone. */
  primary?: string;
  regions?: string[];
  /** Whether AWS made it for a service of its own. */
  managed?: boolean;
  /** Key material from before rotations on demand, latest first: what was encrypted with it can still be decrypted. */
  retired?: { material: string; rotated: number }[];
  /** Milliseconds since 1970. */
  created: number;
  /** When it is to be deleted. */
  deletion?: number;
}

export interface Grant {
  id: string;
  keyId: string;
  token: string;
  name?: string;
  /** ARN of a user, role or session, or the name of a service. */
  grantee: string;
  retiring?: string;
  operations: string[];
  constraints?: GrantConstraints;
  created: number;
  account: string;
}

/** What wraps key material on its way. */
export interface Import {
  keyId: string;
  algorithm: string;
  /** The private half, PKCS #8 in base64. */
  secret: string;
  /** Milliseconds since 1970. */
  until: number;
}

/** Whether a key can be used. */
export function keyState({ deletion, origin, material, enabled }: Key): KeyState {
  if (deletion !== undefined) return "PendingDeletion";
  if (origin === "EXTERNAL" && material === undefined) return "PendingImport";
  return enabled ? "Enabled" : "Disabled";
}

export interface Alias {
  keyId: string;
  /** Milliseconds since 1970. */
  created: number;
  updated: number;
}

/** All that KMS stores. */
export class Records {
  readonly keys: Collection<Key>;
  /** By `alias/name`. Those of older states are the key's id alone. */
  readonly aliases: Collection<Alias | string>;
  /** `arn:aws:kms:REGION:ACCOUNT:` */
  readonly prefix: string;
  /** By key and id. */
  readonly grants: Collection<Grant>;
  readonly imports: Collection<Import>;
  readonly #accountId: string;

  constructor({ store, region, accountId }: Pick<Cloud, "store" | "region" | "accountId">) {
    this.grants = store.collection("kms.grants");
    this.imports = store.collection("kms.imports");
    this.#accountId = accountId;
    this.keys = store.collection("kms.keys");
    this.aliases = store.collection("kms.aliases");
    this.prefix = `arn:aws:kms:${region}:${accountId}:`;
  }

  arn(id: string): string {
    return `${this.prefix}key/${id}`;
  }

  /** Id of the key that an alias refers to. */
  aliased(name: string): string | undefined {
    const alias = this.aliases.get(name);
    return typeof alias === "object" ? alias.keyId : alias;
  }

  /** @param given an id, an alias, or an ARN of either. @throws AwsError `NotFoundException` */
  found(given: string): Key {
    const name = given.startsWith(this.prefix) ? given.slice(this.prefix.length).replace(/^key\//, "") : given;
    const isAlias = name.startsWith("alias/");
    if (/^alias\/aws\/[a-z0-9-]+$/.test(name) && !this.aliases.has(name)) this.#makeManaged(name);
    const key = this.keys.get(isAlias ? (this.aliased(name) ?? "") : name);
    if (key?.expires && key.expires <= Date.now()) {
      const { material: _, expires: __, ...emptied } = key;
      this.keys.put(key.id, emptied);
      return emptied;
    }
    if (key && !(key.deletion !== undefined && key.deletion <= Date.now())) return key;
    if (key) this.#delete(key.id);
    throw notFound(
      isAlias
        ? `Alias ${this.prefix}${name} is not found.`
        : `Key '${given.startsWith("arn:") ? given : this.arn(name)}' does not exist`,
    );
  }

  /** As {@link found}, for operations that a key pending deletion refuses. */
  usable(given: string): Key {
    const key = this.found(given);
    if (key.deletion === undefined) return key;
    throw invalidState(`${this.arn(key.id)} is pending deletion.`);
  }

  /** The 256 bits that a symmetric key encrypts with. */
  material(key: Key): Buffer {
    if (key.material !== undefined) return Buffer.from(key.material, "base64");
    const made = randomBytes(32);
    this.change(key, { material: made.toString("base64") });
    return made;
  }

  /** All key material that a ciphertext may have been made with, the current one first. */
  materials(key: Key): Buffer[] {
    const before = (key.retired ?? []).map(({ material }) => Buffer.from(material, "base64"));
    return [this.material(key), ...before];
  }

  /** Sixty-four hexadecimal digits that name a symmetric key's current material, or the next. */
  materialId({ id, retired = [] }: Key, next = false): string {
    return createHash("sha256")
      .update(`${id} ${retired.length + Number(next)}`)
      .digest("hex");
  }

  grantsOf(keyId: string): Grant[] {
    return this.grants.values(`${keyId}/`);
  }

  change(key: Key, changed: Partial<Key>): void {
    this.keys.put(key.id, { ...key, ...changed });
  }

  /** The key of an AWS service, made when it is first asked for. */
  #makeManaged(name: string): void {
    const service = name.slice("alias/aws/".length);
    const now = Date.now();
    const id = randomUUID();
    const root = { AWS: `arn:aws:iam::${this.#accountId}:root` };
    // As AWS writes it: through the service everybody in the account, and to look at directly whoever may.
    const Statement = [
      {
        Sid: `Allow access through ${service.toUpperCase()} for all principals in the account that are authorized to use it`,
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:CreateGrant",
          "kms:DescribeKey",
        ],
        Resource: "*",
        Condition: {
          StringEquals: {
            "kms:CallerAccount": this.#accountId,
            "kms:ViaService": `${service}.${this.prefix.split(":")[3]}.amazonaws.com`,
          },
        },
      },
      {
        Sid: "Allow direct access to key metadata to the account",
        Effect: "Allow",
        Principal: root,
        Action: ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
        Resource: "*",
      },
    ];
    this.keys.put(id, {
      id,
      description: `Default key that protects my ${protectedBy[service] ?? `${service.toUpperCase()} resources`} when no other key is defined`,
      policy: JSON.stringify({ Version: "2012-10-17", Id: `auto-${service}-1`, Statement }),
      rotates: true,
      enabled: true,
      multiRegion: false,
      managed: true,
      created: now,
    });
    this.aliases.put(name, { keyId: id, created: now, updated: now });
  }

  /** The waiting time is over: the key goes, and its aliases and grants with it. */
  #delete(id: string): void {
    for (const [name] of this.aliases.entries()) if (this.aliased(name) === id) this.aliases.delete(name);
    for (const grant of this.grantsOf(id)) this.grants.delete(`${id}/${grant.id}`);
    this.keys.delete(id);
  }
}

/** What the key of a service protects, in AWS's words. */
const protectedBy: Record<string, string> = {
  dynamodb: "DynamoDB data",
  ebs: "EBS volumes",
  lambda: "Lambda functions",
  s3: "S3 objects",
  secretsmanager: "Secrets Manager data",
  sns: "SNS data",
  sqs: "SQS messages",
  ssm: "SSM parameters",
};

export const notFound = (message: string): AwsError => new AwsError("NotFoundException", message);
export const invalidState = (message: string): AwsError => new AwsError("KMSInvalidStateException", message);
