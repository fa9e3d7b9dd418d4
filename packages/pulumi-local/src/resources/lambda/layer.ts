/** Layers: every change is a new version. */
import type { PublishLayerVersionCommandOutput } from "@aws-sdk/client-lambda";
import type { Cloud } from "local-aws/service";
import { type Archive, isArchive } from "../../engine/provider.ts";
import { archiveZip } from "../archiveZip.ts";
import type { ResourceType } from "../resourceType.ts";

export const layerType = (cloud: Cloud): ResourceType => ({
  type: "aws:lambda/layerVersion:LayerVersion",
  docs: "https://www.pulumi.com/registry/packages/aws/api-docs/lambda/layerversion/",
  required: ["layerName"],
  properties: [
    ...["layerName", "code", "s3Bucket", "s3Key", "s3ObjectVersion", "sourceCodeHash", "description", "licenseInfo"],
    ...["compatibleRuntimes", "compatibleArchitectures", "skipDestroy"],
  ],
  validate: (inputs) =>
    inputs.code || inputs.s3Bucket ? [] : [{ property: "code", reason: "or s3Bucket must be given" }],

  async create(inputs) {
    const { code, s3Bucket: S3Bucket, s3Key: S3Key, s3ObjectVersion: S3ObjectVersion } = inputs;
    const made = await cloud.call<PublishLayerVersionCommandOutput>("lambda", "PublishLayerVersion", {
      LayerName: inputs.layerName,
      Content: isArchive(code) ? { ZipFile: await archiveZip(code as Archive) } : { S3Bucket, S3Key, S3ObjectVersion },
      Description: inputs.description,
      LicenseInfo: inputs.licenseInfo,
      CompatibleRuntimes: inputs.compatibleRuntimes,
      CompatibleArchitectures: inputs.compatibleArchitectures,
    });
    return {
      id: made.LayerVersionArn as string,
      outputs: {
        ...inputs,
        arn: made.LayerVersionArn,
        layerArn: made.LayerArn,
        version: String(made.Version),
        createdDate: made.CreatedDate,
        codeSha256: made.Content?.CodeSha256,
        sourceCodeHash: made.Content?.CodeSha256,
        sourceCodeSize: made.Content?.CodeSize,
        signingJobArn: "",
        signingProfileVersionArn: "",
        region: cloud.region,
      },
    };
  },

  async delete(_id, { layerName, version, skipDestroy }) {
    if (skipDestroy) return;
    await cloud.call("lambda", "DeleteLayerVersion", { LayerName: layerName, VersionNumber: Number(version) });
  },
});
