import assert from "node:assert/strict";
import {
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  PutObjectCommand,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";

/** Objects of one bucket. */
export class Objects {
  readonly #s3: S3Client;
  readonly #Bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#Bucket = bucket;
  }

  put(
    Key: string,
    Body: PutObjectCommandInput["Body"],
    more: Partial<PutObjectCommandInput> = {},
  ): Promise<PutObjectCommandOutput> {
    return this.#s3.send(new PutObjectCommand({ Bucket: this.#Bucket, Key, Body, ...more }));
  }

  get(Key: string, more: Partial<GetObjectCommandInput> = {}): Promise<GetObjectCommandOutput> {
    return this.#s3.send(new GetObjectCommand({ Bucket: this.#Bucket, Key, ...more }));
  }

  async text(Key: string, more: Partial<GetObjectCommandInput> = {}): Promise<string | undefined> {
    return (await this.get(Key, more)).Body?.transformToString();
  }
}

export const fails = (promise: Promise<unknown>, name: string, status: number): Promise<void> =>
  assert.rejects(promise, (error: { name: string; $metadata: { httpStatusCode: number } }) => {
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
    return true;
  });
