/** Functions: created, changed and shown. */
import { createHash, randomUUID } from "node:crypto";
import type { CreateFunctionCommandInput, FunctionConfiguration } from "@aws-sdk/client-lambda";
import { passRole } from "../../../kit/passRole.ts";
import type { OperationOf, Operations } from "../../../operations.ts";
import { AwsError, type Principal } from "../../../service.ts";
import { configure, revised } from "../configuration.ts";
import type { Lambda } from "../context.ts";
import { checkEnum, checkRevision, conflict, invalidParameter } from "../errors.ts";
import { imageCode } from "../images.ts";
import { checkFunctionName, functionReference, latest } from "../names.ts";
import type { CodeLocation, Package } from "../packages.ts";
import type { VersionRecord } from "../records.ts";
import { checkSignature } from "./codeSigning.ts";
import { usedPackages } from "./deletion.ts";
import { listed } from "./paging.ts";
import { created, shown, updating } from "./states.ts";
import { checkedTags } from "./tags.ts";
import { publish } from "./versions.ts";
import { vpcOf } from "./vpc.ts";

/** `$LATEST` comes before the published versions. */
const versionKey = ({ FunctionName = "", Version }: FunctionConfiguration) => [FunctionName, Number(Version) || 0];

/** Bytes of a request, code in base64 included. */
const MAX_REQUEST = 70_167_211;

function checkRequestSize({ Code, ...rest }: CreateFunctionCommandInput): void {
  const size = Math.ceil((Code?.ZipFile?.length ?? 0) / 3) * 4 + Buffer.byteLength(JSON.stringify(rest));
  if (size <= MAX_REQUEST) return;
  const message = `Request must be smaller than ${MAX_REQUEST} bytes for the CreateFunction operation`;
  throw new AwsError("RequestEntityTooLargeException", message, 413);
}

const newFunction = (given: string | undefined): string => functionReference(given as string, undefined, 140).name;

/** A runtime's version is named by a hash. */
const runtimeArn = (region: string, runtime: string): string =>
  `arn:aws:lambda:${region}::runtime:${createHash("sha256").update(runtime).digest("hex")}`;

/** One of a list: without its state, and how its last update went. */
const inList = ({
  State: _state,
  StateReason: _reason,
  StateReasonCode: _code,
  LastUpdateStatus: _last,
  LastUpdateStatusReason: _lastReason,
  LastUpdateStatusReasonCode: _lastCode,
  ...configuration
}: FunctionConfiguration): FunctionConfiguration => configuration;

export function functionOperations(lambda: Lambda): Operations<"lambda"> {
  const { registry, packages, layers, arns, targets, cloud } = lambda;
  const now = (version: VersionRecord, qualified = false) => shown(version, lambda.preparing(version), qualified);

  const onFunction = (action: string) => (input: { FunctionName?: string; Qualifier?: string }) => {
    const { name, qualifier } = functionReference(input.FunctionName as string, input.Qualifier);
    return [{ action: `lambda:${action}`, resource: arns.function(name, qualifier) }];
  };

  /** The role must trust Lambda, and be allowed to send to the dead-letter queue, if there is one. */
  async function checkRole(configuration: FunctionConfiguration, before?: FunctionConfiguration): Promise<void> {
    const { Role, FunctionName, FunctionArn, DeadLetterConfig } = configuration;
    if (Role !== before?.Role) {
      try {
        await cloud.assumeRole(Role as string, "lambda.amazonaws.com", FunctionName as string, FunctionArn);
      } catch {
        throw invalidParameter("The role defined for the function cannot be assumed by Lambda.");
      }
    }
    const dead = DeadLetterConfig?.TargetArn;
    if (dead && (dead !== before?.DeadLetterConfig?.TargetArn || Role !== before?.Role)) {
      await targets.check(dead, { configuration } as VersionRecord, "deadLetter");
    }
  }

  /** An archive, or an image. */
  const added = async <Kept>(
    code: CodeLocation & { ImageUri?: string | undefined },
    principal: Principal,
    keep: (added: Package & { image?: string }) => Kept,
  ): Promise<Kept> => (code.ImageUri === undefined ? packages.add(code, principal, keep) : keep(imageCode(code)));

  const CreateFunction: OperationOf<"lambda", "CreateFunction"> = {
    access: ({ FunctionName, Role, Layers = [] }) => [
      { action: "lambda:CreateFunction", resource: arns.function(newFunction(FunctionName)) },
      ...passRole("lambda.amazonaws.com", Role),
      ...Layers.map((resource) => ({ action: "lambda:GetLayerVersion", resource })),
    ],
    async run(input, { principal }) {
      checkRequestSize(input as CreateFunctionCommandInput);
      const name = newFunction(input.FunctionName);
      checkFunctionName(name);
      if (!input.Role) throw invalidParameter("The Role of the function must be given.");
      const settings = configure({ ...input, FunctionName: name });
      const isImage = settings.PackageType === "Image";
      if (!isImage && (!input.Runtime || !input.Handler)) {
        throw invalidParameter(
          "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        );
      }
      const tags = checkedTags({}, input.Tags ?? {});
      const Layers = input.Layers?.length ? layers.references(input.Layers) : undefined;
      if (registry.functions.get(name)) throw conflict(`Function already exist: ${name}`);
      const arn = arns.function(name);
      const configuration = revised({
        ...settings,
        FunctionName: name,
        FunctionArn: arn,
        Role: input.Role,
        Version: latest,
        ...(Layers && { Layers }),
        ...(input.Runtime && { RuntimeVersionConfig: { RuntimeVersionArn: runtimeArn(cloud.region, input.Runtime) } }),
      });
      checkSignature(lambda, input.CodeSigningConfigArn);
      if (input.VpcConfig) configuration.VpcConfig = await vpcOf(cloud, input.VpcConfig);
      await checkRole(configuration);
      const version = await added(input.Code ?? {}, principal, (code) => {
        if (registry.functions.get(name)) throw conflict(`Function already exist: ${name}`);
        const made: VersionRecord = {
          configuration: { ...configuration, CodeSha256: code.sha256, CodeSize: code.size },
          code: code.id,
          ...(code.image !== undefined && { image: code.image }),
          generation: randomUUID(),
        };
        cloud.store.transaction(() => {
          registry.functions.put(name, {
            name,
            arn,
            nextVersion: 1,
            tags,
            ...(input.CodeSigningConfigArn && { codeSigning: input.CodeSigningConfigArn }),
          });
          registry.versions.put(`${name}:${latest}`, made);
        });
        return made;
      });
      return created(shown(input.Publish ? publish(lambda, name) : version, undefined, input.Publish));
    },
  };

  const UpdateFunctionCode: OperationOf<"lambda", "UpdateFunctionCode"> = {
    access: onFunction("UpdateFunctionCode"),
    async run(input, { principal }) {
      const { name } = functionReference(input.FunctionName);
      checkRevision(input.RevisionId, registry.version(name).configuration.RevisionId);
      const { PackageType } = registry.version(name).configuration;
      if ((PackageType === "Image") !== Boolean(input.ImageUri)) {
        const what = input.ImageUri ? "ImageUri" : "a .zip file";
        throw invalidParameter(
          `Please don't provide ${what} when updating a function with packageType ${PackageType}.`,
        );
      }
      checkSignature(lambda, registry.function(name).codeSigning);
      let replaced = "";
      const after = await added(input, principal, (code) => {
        const before = registry.version(name);
        replaced = before.code;
        const { Architectures = before.configuration.Architectures } = input;
        const changed: VersionRecord = {
          configuration: revised({
            ...before.configuration,
            Architectures,
            CodeSha256: code.sha256,
            CodeSize: code.size,
          }),
          code: code.id,
          ...(code.image !== undefined && { image: code.image }),
          generation: randomUUID(),
        };
        if (!input.DryRun) registry.versions.put(`${name}:${latest}`, changed);
        return changed;
      });
      if (input.DryRun) return now(after);
      packages.sweepLater(replaced, () => usedPackages(lambda));
      return updating(shown(input.Publish ? publish(lambda, name) : after, undefined, input.Publish));
    },
  };

  const UpdateFunctionConfiguration: OperationOf<"lambda", "UpdateFunctionConfiguration"> = {
    access: (input) => [
      ...onFunction("UpdateFunctionConfiguration")(input),
      ...passRole("lambda.amazonaws.com", input.Role),
    ],
    async run(input) {
      const { name } = functionReference(input.FunctionName);
      const before = registry.version(name);
      checkRevision(input.RevisionId, before.configuration.RevisionId);
      const settings = configure(
        { ...input, FunctionName: name },
        before.configuration,
      ) as VersionRecord["configuration"];
      if (input.Layers?.length) settings.Layers = layers.references(input.Layers);
      else if (input.Layers) delete settings.Layers;
      if (input.VpcConfig) settings.VpcConfig = await vpcOf(cloud, { ...settings.VpcConfig, ...input.VpcConfig });
      await checkRole(settings, before.configuration);
      const after = { ...before, configuration: revised(settings), generation: randomUUID() };
      registry.versions.put(`${name}:${latest}`, after);
      return updating(shown(after));
    },
  };

  const GetFunctionConfiguration: OperationOf<"lambda", "GetFunctionConfiguration"> = {
    access: onFunction("GetFunctionConfiguration"),
    run({ FunctionName, Qualifier }) {
      const target = registry.target(FunctionName, Qualifier);
      return { ...now(target.version), FunctionArn: target.arn };
    },
  };

  const GetFunction: OperationOf<"lambda", "GetFunction"> = {
    access: onFunction("GetFunction"),
    run({ FunctionName, Qualifier }) {
      const { record, version, arn } = registry.target(FunctionName, Qualifier);
      const { reserved } = record;
      return {
        Configuration: { ...now(version), FunctionArn: arn },
        Code:
          version.image === undefined
            ? { RepositoryType: "S3", Location: lambda.codeUrl(version.code) }
            : { RepositoryType: "ECR", ImageUri: version.image, ResolvedImageUri: version.image },
        ...(Object.keys(record.tags).length > 0 && { Tags: record.tags }),
        ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: reserved } }),
      };
    },
  };

  const ListFunctions: OperationOf<"lambda", "ListFunctions"> = {
    access: () => [{ action: "lambda:ListFunctions", resource: "*" }],
    run(input) {
      checkEnum(input.FunctionVersion, "functionVersion", ["ALL"]);
      const all = input.FunctionVersion === "ALL";
      const found = registry.functions.values().flatMap(({ name }) => {
        const newest = registry.version(name);
        return all ? [now(newest, true), ...registry.published(name).map((one) => now(one, true))] : [now(newest)];
      });
      const { items: Functions, ...paging } = listed(found, input, versionKey);
      return { Functions: Functions.map(inList), ...paging };
    },
  };

  const PublishVersion: OperationOf<"lambda", "PublishVersion"> = {
    access: onFunction("PublishVersion"),
    run(input) {
      const { name } = functionReference(input.FunctionName);
      const { configuration } = registry.version(name);
      checkRevision(input.RevisionId, configuration.RevisionId);
      if (input.CodeSha256 !== undefined && input.CodeSha256 !== configuration.CodeSha256) {
        throw invalidParameter(
          `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${configuration.CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
        );
      }
      return now(publish(lambda, name, input.Description), true);
    },
  };

  const ListVersionsByFunction: OperationOf<"lambda", "ListVersionsByFunction"> = {
    access: onFunction("ListVersionsByFunction"),
    run(input) {
      const { name } = functionReference(input.FunctionName);
      const all = [registry.version(name), ...registry.published(name)];
      const { items, ...paging } = listed(all, input, ({ configuration }) => versionKey(configuration));
      return { Versions: items.map((one) => inList(now(one, true))), ...paging };
    },
  };

  return {
    CreateFunction,
    UpdateFunctionCode,
    UpdateFunctionConfiguration,
    GetFunctionConfiguration,
    GetFunction,
    ListFunctions,
    PublishVersion,
    ListVersionsByFunction,
  };
}
