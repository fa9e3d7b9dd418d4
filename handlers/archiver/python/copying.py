"""Copies of files inside S3, each compared with the file as it was read."""

from concurrent.futures import ThreadPoolExecutor
from math import ceil
from urllib.parse import urlencode

from botocore.exceptions import ClientError

# The largest object that one request copies: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
WHOLE = 5 * 1024**3
# Of larger ones: 10,000 parts of it are more than S3's largest object.
PART = 1024**3
PARTS_AT_ONCE = 8

# Headers that a copy in parts does not take along by itself.
HEADERS = ("ContentType", "ContentEncoding", "ContentLanguage", "ContentDisposition", "CacheControl", "Metadata")


class FileVanished(Exception):
    """The file is gone: deleted or moved by someone else."""


class FileChanged(Exception):
    """Another file is in its place."""


def url_of(bucket, key):
    return f"s3://{bucket}/{key}"


def source_of(file):
    version = {"VersionId": file["versionId"]} if file.get("versionId") else {}
    return {"Bucket": file["bucket"], "Key": file["key"], **version}


def file_error(error, file):
    """S3's errors about the object as ours; any other is for the next try."""
    what = url_of(file["bucket"], file["key"])
    code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    if code in ("NoSuchKey", "NoSuchVersion", "NotFound", "MethodNotAllowed", "404", "405"):
        return FileVanished(f"{what} is gone")
    if code == "PreconditionFailed" or status == 412:
        return FileChanged(f"{what} was overwritten while it was archived")
    return error


def copy_file(s3, file, bucket, storage_class, whole=WHOLE, part=PART):
    """Copies exactly this version to the same key of another bucket. Raises FileVanished and FileChanged; the source is untouched.

    S3's own checksum of the copy has to be that of the file as it was read.
    """
    try:
        head = s3.head_object(**source_of(file), IfMatch=file["etag"])
    except ClientError as error:
        failure = file_error(error, file)
        # A try before this one may have moved it and never told.
        if isinstance(failure, FileVanished) and is_copy(s3, file, bucket):
            return
        raise failure from error
    to = {"Bucket": bucket, "Key": file["key"]}
    origin = {"CopySource": source_of(file), "CopySourceIfMatch": file["etag"]}
    try:
        if file["size"] > whole:
            crc64 = copy_in_parts(s3, file, origin, to, storage_class, head, part)
        else:
            copied = s3.copy_object(**to, **origin, StorageClass=storage_class, ChecksumAlgorithm="CRC64NVME")
            crc64 = copied["CopyObjectResult"].get("ChecksumCRC64NVME")
    except ClientError as error:
        raise file_error(error, file) from error
    if crc64 != file["crc64"]:
        what = url_of(file["bucket"], file["key"])
        raise FileChanged(f"{what}: its copy has checksum {crc64}, expected {file['crc64']}")


def is_copy(s3, file, bucket):
    """Whether the bucket holds this very content under the file's key."""
    try:
        head = s3.head_object(Bucket=bucket, Key=file["key"], ChecksumMode="ENABLED")
    except ClientError as error:
        if isinstance(file_error(error, file), FileVanished):
            return False
        raise
    return head["ContentLength"] == file["size"] and head.get("ChecksumCRC64NVME") == file["crc64"]


def copy_in_parts(s3, file, origin, to, storage_class, head, part):
    # A copy in one request takes tags along by itself, one in parts has those that it is given.
    tags = s3.get_object_tagging(**source_of(file))["TagSet"]
    tagging = {"Tagging": urlencode({one["Key"]: one["Value"] for one in tags})} if tags else {}
    headers = {name: head[name] for name in HEADERS if name in head}
    checksum = {"ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "FULL_OBJECT"}
    made = s3.create_multipart_upload(**to, StorageClass=storage_class, **tagging, **headers, **checksum)
    upload = {**to, "UploadId": made["UploadId"]}

    def copy_part(index):
        last = min(file["size"], (index + 1) * part) - 1
        copy_range = f"bytes={index * part}-{last}"
        copied = s3.upload_part_copy(**upload, **origin, PartNumber=index + 1, CopySourceRange=copy_range)
        result = copied["CopyPartResult"]
        return {"PartNumber": index + 1, "ETag": result["ETag"], "ChecksumCRC64NVME": result["ChecksumCRC64NVME"]}

    try:
        with ThreadPoolExecutor(PARTS_AT_ONCE) as threads:
            parts = list(threads.map(copy_part, range(ceil(file["size"] / part))))
        done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, ChecksumType="FULL_OBJECT")
        return done.get("ChecksumCRC64NVME")
    except Exception:
        try:
            s3.abort_multipart_upload(**upload)
        except ClientError:
            # Nobody needs it: what was wrong comes first.
            pass
        raise
