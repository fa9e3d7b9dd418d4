/** What ECR keeps: repositories, their images, and layers. */
import type {
  EncryptionConfiguration,
  ImageTagMutabilityExclusionFilter,
  Repository as Shape,
} from "@aws-sdk/client-ecr";
import { policyOf } from "../../kit/permissions.ts";
import type { Tags } from "../../kit/tags.ts";
import { type Access, AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";

export interface Repository {
  name: string;
  /** Milliseconds since 1970. */
  created: number;
  mutability: NonNullable<Shape["imageTagMutability"]>;
  exclusions?: ImageTagMutabilityExclusionFilter[];
  scanOnPush: boolean;
  encryption: EncryptionConfiguration;
  tags: Tags;
  policy?: string;
  lifecycle?: string;
}

export interface Image {
  digest: string;
  manifest: string;
  mediaType: string;
  tags: string[];
  /** Bytes of its configuration and layers. */
  size: number;
  /** Milliseconds since 1970. */
  pushed: number;
}

export class Records {
  readonly repositories: Collection<Repository>;
  readonly region: string;
  readonly accountId: string;
  readonly #images: Collection<Image>;

  constructor({ store, region, accountId }: Pick<Cloud, "store" | "region" | "accountId">) {
    this.repositories = store.collection("ecr.repositories");
    this.#images = store.collection("ecr.images");
    this.region = region;
    this.accountId = accountId;
  }

  arn(name: string): string {
    return `arn:aws:ecr:${this.region}:${this.accountId}:repository/${name}`;
  }

  uri(name: string): string {
    return `${this.accountId}.dkr.ecr.${this.region}.amazonaws.com/${name}`;
  }

  /** `in the registry with id '000000000000'` */
  get registry(): string {
    return `in the registry with id '${this.accountId}'`;
  }

  /** @throws AwsError `RepositoryNotFoundException`, also for the registry of another account. */
  repository(name = "", registry = this.accountId): Repository {
    const found = registry === this.accountId ? this.repositories.get(name) : undefined;
    if (found) return found;
    const message = `The repository with name '${name}' does not exist in the registry with id '${registry}'`;
    throw new AwsError("RepositoryNotFoundException", message);
  }

  put(repository: Repository): void {
    this.repositories.put(repository.name, repository);
  }

  images(name: string): Image[] {
    return this.#images.values(`${name}@`);
  }

  putImage(name: string, image: Image): void {
    this.#images.put(`${name}@${image.digest}`, image);
  }

  deleteImage(name: string, digest: string): void {
    this.#images.delete(`${name}@${digest}`);
  }

  /** What a call needs on repositories, each of which may have a policy. */
  needs(action: string, ...names: (string | undefined)[]): Access[] {
    return names.map((name = "*") => {
      const resourcePolicy = policyOf(this.repositories.get(name)?.policy);
      return { action: `ecr:${action}`, resource: this.arn(name), ...(resourcePolicy && { resourcePolicy }) };
    });
  }
}

/** @param constraint `must satisfy regular expression '…'` */
export const invalidParameter = (member: string, constraint: string): AwsError =>
  new AwsError(
    "InvalidParameterException",
    `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`,
  );

export const invalidToken = (): AwsError => invalidParameter("nextToken", "must be one that was returned");
