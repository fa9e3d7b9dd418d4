/** https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html */
import type { GetLayerVersionCommandOutput } from "@aws-sdk/client-lambda";
import type { OperationOf, Operations } from "../../../operations.ts";
import type { Lambda } from "../context.ts";
import { checkPattern, resourceNotFound } from "../errors.ts";
import type { LayerRecord } from "../layers.ts";
import { listed } from "./paging.ts";

/** The name in a layer's name or ARN. */
export const layerName = (given: string | undefined) =>
  (given?.startsWith("arn:") ? given.split(":")[6] : given) as string;

export function layerOperations({ layers, packages, arns, codeUrl }: Lambda): Operations<"lambda"> {
  const access = (action: string) => (input: { LayerName?: string; VersionNumber?: number }) => [
    { action: `lambda:${action}`, resource: arns.layer(layerName(input.LayerName), input.VersionNumber) },
  ];

  const shown = (record: LayerRecord): Omit<GetLayerVersionCommandOutput, "$metadata"> => ({
    LayerArn: arns.layer(record.name),
    LayerVersionArn: record.arn,
    Version: record.version,
    Description: record.description,
    CreatedDate: record.created,
    CompatibleRuntimes: record.runtimes as GetLayerVersionCommandOutput["CompatibleRuntimes"],
    CompatibleArchitectures: record.architectures as GetLayerVersionCommandOutput["CompatibleArchitectures"],
    ...(record.license && { LicenseInfo: record.license }),
  });
  const located = (record: LayerRecord) => ({
    ...shown(record),
    Content: { ...record.content, Location: codeUrl(record.code) },
  });

  function existing(record: LayerRecord | undefined): LayerRecord {
    if (!record) throw resourceNotFound("The resource you requested does not exist.");
    return record;
  }

  const PublishLayerVersion: OperationOf<"lambda", "PublishLayerVersion"> = {
    access: ({ LayerName }) => [{ action: "lambda:PublishLayerVersion", resource: arns.layer(layerName(LayerName)) }],
    async run(input, { principal }) {
      const name = layerName(input.LayerName);
      checkPattern(name, "layerName", /^[a-zA-Z0-9-_]+$/, 140);
      checkPattern(input.Description, "description", /^[\s\S]*$/, 256);
      const record = await packages.add(input.Content, principal, (code) => {
        const version = (layers.numbers.get(name) ?? 0) + 1;
        const made: LayerRecord = {
          name,
          version,
          arn: arns.layer(name, version),
          description: input.Description ?? "",
          created: new Date().toISOString().replace("Z", "+0000"),
          runtimes: input.CompatibleRuntimes ?? [],
          architectures: input.CompatibleArchitectures ?? [],
          ...(input.LicenseInfo && { license: input.LicenseInfo }),
          code: code.id,
          content: { CodeSha256: code.sha256, CodeSize: code.size },
        };
        layers.numbers.put(name, version);
        layers.records.put(`${name}:${version}`, made);
        return made;
      });
      return located(record);
    },
  };

  const GetLayerVersion: OperationOf<"lambda", "GetLayerVersion"> = {
    access: access("GetLayerVersion"),
    run: ({ LayerName, VersionNumber }) => located(existing(layers.get(layerName(LayerName), VersionNumber as number))),
  };

  const GetLayerVersionByArn: OperationOf<"lambda", "GetLayerVersionByArn"> = {
    access: ({ Arn }) => [{ action: "lambda:GetLayerVersion", resource: Arn as string }],
    run: ({ Arn }) => located(existing(layers.byArn(Arn as string))),
  };

  const ListLayerVersions: OperationOf<"lambda", "ListLayerVersions"> = {
    access: () => [{ action: "lambda:ListLayerVersions", resource: "*" }],
    run(input) {
      const versions = layers.versions(layerName(input.LayerName));
      const { items, ...paging } = listed(versions, input, ({ version }) => version, { descending: true });
      return { LayerVersions: items.map(shown), ...paging };
    },
  };

  const ListLayers: OperationOf<"lambda", "ListLayers"> = {
    access: () => [{ action: "lambda:ListLayers", resource: "*" }],
    run(input) {
      const names = [...new Set(layers.records.values().flatMap(({ name, deleted }) => (deleted ? [] : name)))];
      const { items, ...paging } = listed(names, input, String);
      const list = items.map((name) => ({
        LayerName: name,
        LayerArn: arns.layer(name),
        LatestMatchingVersion: shown(layers.versions(name)[0] as LayerRecord),
      }));
      return { Layers: list, ...paging };
    },
  };

  /** Functions that use it keep its files; others can no longer use it. */
  const DeleteLayerVersion: OperationOf<"lambda", "DeleteLayerVersion"> = {
    access: access("DeleteLayerVersion"),
    run({ LayerName, VersionNumber }) {
      const record = layers.get(layerName(LayerName), VersionNumber as number);
      if (record) layers.records.put(`${record.name}:${record.version}`, { ...record, deleted: true });
      return {};
    },
  };

  return {
    PublishLayerVersion,
    GetLayerVersion,
    GetLayerVersionByArn,
    ListLayerVersions,
    ListLayers,
    DeleteLayerVersion,
  };
}
