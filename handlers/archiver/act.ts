import {
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { logger } from "../lib/logger.ts";
import { s3 } from "./clients.ts";
import { copyFile, type Destination } from "./copy.ts";
import { type FileInfo, fileError, type Granule, urlOf } from "./granule.ts";
import { type Outcome, settings } from "./settings.ts";

export interface ActEvent {
  outcome: Outcome;
  granule: Granule;
}

/** What was done, and where the file is now. */
export interface Done {
  action: Outcome;
  url: string;
}

/** The action tasks: what the stack's policy says for the outcome. May be done again after a crash at any step. */
export async function handler({ outcome, granule: { id, url, file } }: ActEvent): Promise<Done> {
  // A simulated granule has nothing to be moved.
  if (!file) return { action: outcome, url };
  const policy = settings.actions[outcome];
  const { bucket, ...destination } = destinationOf(outcome);
  switch (policy) {
    case "move":
    case "copy":
      await copyFile(file, { bucket, ...destination });
      if (policy === "move") await remove(file);
      break;
    case "tag":
      await tag(file, outcome);
      break;
    case "delete":
      await remove(file);
      break;
    case "leave":
      break;
    default:
      throw new Error(`ACTIONS says "${policy satisfies never}" for ${outcome}`);
  }
  logger.info("acted", { id, outcome, policy });
  return { action: outcome, url: policy === "move" || policy === "copy" ? urlOf(bucket, file.key) : url };
}

const destinationOf = (outcome: Outcome): Destination =>
  outcome === "Archived"
    ? { bucket: settings.archiveBucket, storageClass: settings.storageClass }
    : { bucket: settings.quarantineBucket, storageClass: "STANDARD" };

const named = ({ bucket, key, versionId }: FileInfo) => ({
  Bucket: bucket,
  Key: key,
  ...(versionId && { VersionId: versionId }),
});

/** Exactly the version that was read; in a bucket without versions only while it is still the same. */
async function remove(file: FileInfo): Promise<void> {
  if (!file.versionId) {
    try {
      await s3.send(new HeadObjectCommand({ ...named(file), IfMatch: file.etag }));
    } catch (error) {
      const failure = fileError(error, urlOf(file.bucket, file.key));
      if (failure.name === "FileVanished") return;
      throw failure;
    }
  }
  await s3.send(new DeleteObjectCommand(named(file)));
}

/** Adds `archiver-outcome` to the tags that the version has. */
async function tag(file: FileInfo, outcome: Outcome): Promise<void> {
  try {
    const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand(named(file)));
    const others = TagSet.filter(({ Key }) => Key !== "archiver-outcome");
    const Tagging = { TagSet: [...others, { Key: "archiver-outcome", Value: outcome }] };
    await s3.send(new PutObjectTaggingCommand({ ...named(file), Tagging }));
  } catch (error) {
    throw fileError(error, urlOf(file.bucket, file.key));
  }
}
