/** Functions of container images. https://docs.aws.amazon.com/lambda/latest/dg/images-create.html */
import { createHash } from "node:crypto";
import type { CreateFunctionCommandInput, FunctionConfiguration, ImageConfig } from "@aws-sdk/client-lambda";
import { commandOf, type Images, unknownImage } from "../../containers/images.ts";
import { AwsError } from "../../service.ts";
import { checkPattern, invalidParameter } from "./errors.ts";
import type { Package } from "./packages.ts";

/** What is run in place of an image. */
export interface ImageOptions {
  /** The commands that stand for container images. */
  images: Images;
  /** Folder that they are run in. */
  workingDirectory: string;
}

type Code = Pick<NonNullable<CreateFunctionCommandInput["Code"]>, "ImageUri" | "S3Bucket" | "ZipFile">;

/** What a function of an image may not have, and what it must have. @throws AwsError */
export function checkImage(input: Partial<CreateFunctionCommandInput>): void {
  const { Code: { ImageUri } = {}, Runtime, Handler, Layers } = input;
  if (!ImageUri) throw invalidParameter("Please provide ImageUri when creating a function with packageType Image.");
  if (Runtime || Handler || Layers?.length) {
    throw invalidParameter(
      "Please don't provide handler or runtime or layer when the intent is to create function via container image.",
    );
  }
}

/** The image in place of a package: nothing of it is stored. @throws AwsError for what is no image's URI, or comes with another source. */
export function imageCode({ ImageUri: uri = "", S3Bucket, ZipFile }: Code): Package & { image: string } {
  checkPattern(uri, "code.imageUri", /^[a-zA-Z0-9][\w.:/@-]{0,511}$/, 512);
  if (S3Bucket || ZipFile) throw invalidParameter("Please do not provide other FunctionCode parameters with ImageUri.");
  return { id: "", sha256: createHash("sha256").update(uri).digest("hex"), size: 0, image: uri };
}

/** As `ImageConfig` is shown: what it says, and nothing where it says nothing. */
export function shownImageConfig(given: ImageConfig = {}): Pick<FunctionConfiguration, "ImageConfigResponse"> {
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return Object.keys(said).length > 0 ? { ImageConfigResponse: { ImageConfig: said } } : {};
}

/**
 * The command that stands for an image; the image's own arguments, or those of `ImageConfig`, are its last.
 * @throws AwsError where none is configured.
 */
export function imageCommand(
  images: Images,
  uri: string,
  { ImageConfigResponse: said }: FunctionConfiguration,
): string[] {
  const command = commandOf(images, uri);
  if (!command) throw new AwsError("InvalidRuntimeException", unknownImage(uri), 502, { Type: "User" });
  return [...command, ...(said?.ImageConfig?.Command ?? [])];
}
