/** S3's errors. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList */
import { AwsError } from "../../service.ts";

export const noSuchBucket = (BucketName: string): AwsError =>
  new AwsError("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName });

export const noSuchKey = (Key: string): AwsError =>
  new AwsError("NoSuchKey", "The specified key does not exist.", 404, { Key });

export const noSuchVersion = (Key: string, VersionId: string): AwsError =>
  new AwsError("NoSuchVersion", "The specified version does not exist.", 404, { Key, VersionId });

export const noSuchUpload = (UploadId: string): AwsError =>
  new AwsError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    404,
    { UploadId },
  );

export const invalidArgument = (message: string, ArgumentName: string, ArgumentValue: unknown): AwsError =>
  new AwsError("InvalidArgument", message, 400, { ArgumentName, ArgumentValue: String(ArgumentValue ?? "") });

export const invalidRequest = (message: string): AwsError => new AwsError("InvalidRequest", message, 400);

export const malformedXml = (): AwsError =>
  new AwsError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
    400,
  );

export const preconditionFailed = (Condition: string): AwsError =>
  new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412, {
    Condition,
  });

export const notImplemented = (what: string): AwsError =>
  new AwsError("NotImplemented", `The local cloud does not model ${what}`, 501);

/** A header that S3 has for other kinds of buckets or other operations only. */
export const notForThis = (members: Record<string, string>): AwsError =>
  new AwsError("NotImplemented", "A header you provided implies functionality that is not implemented", 501, members);
