import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { logger } from "../lib/logger.ts";
import { metrics } from "../lib/metrics.ts";
import { type Model, ModelError, parseModel } from "../lib/model.ts";
import { retrying } from "./clients.ts";

const s3 = new S3Client(retrying);

/**
 * The model in S3: loaded once, looked at again after `checkSeconds` at the earliest, and replaced when the object is
 * another one. A model that cannot be used is logged and counted, and the last good one kept.
 */
export class ModelSource {
  private readonly bucket: string;
  private readonly key: string;
  private readonly features: readonly string[];
  private readonly checkMilliseconds: number;
  private model: Model | undefined;
  private etag: string | undefined;
  private nextCheck = 0;
  private loading: Promise<Model> | undefined;

  /**
   * @param uri `s3://BUCKET/KEY`
   * @param features that records have: a model of others is of no use
   */
  constructor(uri: string, features: readonly string[], checkSeconds: number) {
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    if (!bucket || !key) throw new Error(`MODEL_URI is ${uri}, expected s3://BUCKET/KEY`);
    this.bucket = bucket;
    this.key = key;
    this.features = features;
    this.checkMilliseconds = checkSeconds * 1000;
  }

  /** @throws ModelError or S3's error when there is no model, not even an older one */
  async current(): Promise<Model> {
    if (this.model && Date.now() < this.nextCheck) return this.model;
    this.loading ??= this.check().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  private async check(): Promise<Model> {
    try {
      this.model = await this.load();
    } catch (error) {
      if (!this.model) throw error;
      logger.error("the model cannot be used, the last good one is kept", error as Error);
      metrics.addMetric("ModelLoadFailed", "Count", 1);
    }
    this.nextCheck = Date.now() + this.checkMilliseconds;
    return this.model;
  }

  private async load(): Promise<Model> {
    const known = this.model && this.etag;
    try {
      const { Body, ETag } = await s3.send(
        new GetObjectCommand({ Bucket: this.bucket, Key: this.key, ...(known && { IfNoneMatch: known }) }),
      );
      const model = parseModel((await Body?.transformToString()) ?? "");
      const needed = [...model.features].sort().join(", ");
      const given = [...this.features].sort().join(", ");
      if (needed !== given) throw new ModelError(`The model predicts from ${needed}; records have ${given}`);
      logger.info("model loaded", { version: model.version });
      this.etag = ETag;
      return model;
    } catch (error) {
      const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
      if (this.model && $metadata?.httpStatusCode === 304) return this.model;
      throw error;
    }
  }
}
