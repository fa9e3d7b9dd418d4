import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BucketObject } from "@pulumi/aws/s3";
import { interpolate, type Output, output, type Resource } from "@pulumi/pulumi";
import { FileAsset } from "@pulumi/pulumi/asset";
import { createBucket } from "../bucket.ts";
import { root } from "../function/cache.ts";
import type { Binding } from "../function/statement.ts";
import { fileRule } from "../function/validate.ts";
import type { Rule } from "../validation.ts";
import type { ModelArgs } from "./args.ts";

/** Where predictors find the model. */
interface ModelLocation {
  /** `s3://BUCKET/KEY` */
  uri: Output<string>;
  /** The URI as an environment variable, with the right to read exactly this object. */
  binding: Binding;
}

/** What the pipeline reads of an artifact: the rest is between training and predictor. */
interface Artifact {
  features?: string[];
}

/**
 * A model of other attributes would reject every record: said before anything is made.
 * @param ofAnyKind whether a module of the user's reads it: then only its being there is ours to check.
 */
export function modelRules(model: ModelArgs, features: readonly string[], ofAnyKind: boolean): Rule[] {
  if (model.artifact === undefined) return [];
  if (ofAnyKind) return [fileRule("model.artifact", model.artifact), fileRule("model.metrics", model.metrics)];
  const read = readArtifact(model.artifact);
  const names = (list: readonly string[]) => [...list].sort().join(", ");
  return [
    { ok: read !== undefined, field: "model.artifact", value: model.artifact, allowed: "a JSON file of the program" },
    {
      ok: !read?.features || names(read.features) === names(features),
      field: "features",
      value: names(features),
      allowed: `what the model in ${model.artifact} predicts from: ${names(read?.features ?? [])}`,
    },
    {
      ok: model.metrics === undefined || readArtifact(model.metrics) !== undefined,
      field: "model.metrics",
      value: model.metrics,
      allowed: "a JSON file of the program",
    },
  ];
}

function readArtifact(path: string): Artifact | undefined {
  try {
    return JSON.parse(readFileSync(join(root, path), "utf8"));
  } catch {
    return undefined;
  }
}

/** Uploads the model where it is the program's, and says where it is. */
export function locateModel(name: string, model: ModelArgs, parent: Resource): ModelLocation {
  if (model.artifact === undefined) return locationOf(output(model.bucket), output(model.key));
  const bucket = createBucket(`${name}-models`, {}, parent);
  const upload = (label: string, path: string) =>
    new BucketObject(
      `${name}-${label}`,
      {
        bucket: bucket.bucket,
        // The same key for every version: predictors look there, and the bucket keeps what was before.
        key: `${basename(dirname(path))}/${basename(path)}`,
        source: new FileAsset(join(root, path)),
        contentType: path.endsWith(".json") ? "application/json" : "application/octet-stream",
      },
      { parent },
    );
  if (model.metrics !== undefined) upload("metrics", model.metrics);
  return locationOf(bucket.bucket, upload("model", model.artifact).key);
}

function locationOf(bucket: Output<string>, key: Output<string>): ModelLocation {
  const uri = interpolate`s3://${bucket}/${key}`;
  const arn = interpolate`arn:aws:s3:::${bucket}`;
  return {
    uri,
    binding: {
      value: uri,
      statements: [
        { Effect: "Allow", Action: ["s3:GetObject"], Resource: [interpolate`${arn}/${key}`] },
        // Without it, a model that is missing is reported as access denied.
        { Effect: "Allow", Action: ["s3:ListBucket"], Resource: [arn] },
      ],
    },
  };
}
