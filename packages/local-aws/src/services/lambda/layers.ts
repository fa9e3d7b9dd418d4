/** Layers: versions of archives that functions unpack over each other, in order. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { LayerVersionContentOutput } from "@aws-sdk/client-lambda";
import { regionOf } from "../../arn.ts";
import type { Cloud, PolicyStatement } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { invalidParameter, outsideConstraint } from "./errors.ts";
import type { Packages } from "./packages.ts";
import type { VersionRecord } from "./records.ts";

export interface LayerRecord {
  name: string;
  version: number;
  arn: string;
  description: string;
  created: string;
  runtimes: string[];
  architectures: string[];
  license?: string;
  /** Folder of the package. */
  code: string;
  content: LayerVersionContentOutput;
  /** Which accounts may use it. */
  policy?: { revision: string; statements: PolicyStatement[] };
  /** Deleted: it can no longer be found, but functions that use it keep it. */
  deleted?: boolean;
}

const LAYER_VERSION = /^arn:aws[\w-]*:lambda:[\w-]*:\d*:(layer:[\w-]+:\d+|awslayer:[\w-]+)$/;
/** As AWS words it. */
const LAYER_PATTERN =
  "(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)";

/** A layer's ARN, without the version. */
const bare = (arn: string): string => arn.split(":").slice(0, 7).join(":");

export class Layers {
  readonly records: Collection<LayerRecord>;
  /** The latest number, by layer: numbers are never reused. */
  readonly numbers: Collection<number>;
  readonly #packages: Packages;
  readonly #region: string;

  constructor({ store, region }: Pick<Cloud, "store" | "region">, packages: Packages) {
    this.#region = region;
    this.records = store.collection("lambda.layers");
    this.numbers = store.collection("lambda.layerNumbers");
    this.#packages = packages;
  }

  /** Newest first. */
  versions(name: string): LayerRecord[] {
    const there = this.records.values(`${name}:`).filter(({ deleted }) => !deleted);
    return there.sort((a, b) => b.version - a.version);
  }

  get(name: string, version: number): LayerRecord | undefined {
    const record = this.records.get(`${name}:${version}`);
    return record?.deleted ? undefined : record;
  }

  byArn(arn: string): LayerRecord | undefined {
    const record = this.#ofArn(arn);
    return record?.arn === arn && !record.deleted ? record : undefined;
  }

  #ofArn(arn: string): LayerRecord | undefined {
    const [name, version] = arn.split(":").slice(6);
    return this.records.get(`${name}:${version}`);
  }

  /** Layers of a function as its configuration shows them. @throws AwsError when one does not exist. */
  references(arns: string[]): { Arn: string; CodeSize: number }[] {
    for (const [index, arn] of arns.entries()) {
      const other = arns.slice(0, index).find((one) => bare(one) === bare(arn));
      if (other) {
        throw invalidParameter(
          `Two different versions of the same layer are not allowed to be referenced in the same function. ${other} and ${arn} are versions of the same layer.`,
        );
      }
    }
    return arns.map((arn) => {
      if (!LAYER_VERSION.test(arn)) {
        const constraint = `Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ${LAYER_PATTERN}, Member must not be null]`;
        throw outsideConstraint(`[${arns.join(", ")}]`, "layers", constraint);
      }
      if (regionOf(arn) !== this.#region) {
        throw invalidParameter(
          `Layers are not in the same region as the function. Layers are expected to be in region ${this.#region}.`,
        );
      }
      const layer = this.byArn(arn);
      if (!layer) throw invalidParameter(`Layer version ${arn} does not exist.`);
      return { Arn: arn, CodeSize: layer.content.CodeSize ?? 0 };
    });
  }

  /** The folder that stands for `/opt`: the function's layers, one over the other. */
  async root({ configuration }: VersionRecord): Promise<string | undefined> {
    const arns = (configuration.Layers ?? []).map(({ Arn }) => Arn as string);
    if (arns.length === 0) return undefined;
    const codes = arns.flatMap((arn) => this.#ofArn(arn)?.code ?? []);
    const { directory } = this.#packages;
    const folder = join(directory, `opt-${createHash("sha256").update(codes.join()).digest("hex").slice(0, 32)}`);
    if (existsSync(folder)) return folder;
    const temporary = await mkdtemp(join(directory, "new-"));
    for (const code of codes) await cp(this.#packages.folder(code), temporary, { recursive: true });
    try {
      await rename(temporary, folder);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      // Another environment was faster.
      if (!existsSync(folder)) throw error;
    }
    return folder;
  }
}
