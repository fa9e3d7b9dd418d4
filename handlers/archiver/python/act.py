"""The archiver's action tasks, as handlers/archiver/act.ts does them: what the stack's policy says for an outcome.

Takes {"outcome": ..., "granule": {"id", "url", "file"}} and answers {"action", "url"}: what was done, and where the file is now. May be
done again after a crash at any step.
"""

import json
import logging
import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from copying import FileVanished, copy_file, file_error, source_of, url_of

logger = logging.getLogger()
logger.setLevel("INFO")

# Throttled and failed calls are tried again after a random, growing time.
s3 = boto3.client("s3", config=Config(retries={"total_max_attempts": 6, "mode": "standard"}, max_pool_connections=10))


def lambda_handler(event, context):
    outcome, granule = event["outcome"], event["granule"]
    file, url = granule.get("file"), granule["url"]
    # A simulated granule has nothing to be moved.
    if not file:
        return {"action": outcome, "url": url}
    policy = json.loads(os.environ["ACTIONS"])[outcome]
    archived = outcome == "Archived"
    bucket = os.environ["ARCHIVE_BUCKET" if archived else "QUARANTINE_BUCKET"]
    if policy in ("move", "copy"):
        copy_file(s3, file, bucket, os.environ["STORAGE_CLASS"] if archived else "STANDARD")
        url = url_of(bucket, file["key"])
    if policy in ("move", "delete"):
        remove(file)
    if policy == "tag":
        tag(file, outcome)
    if policy not in ("move", "copy", "delete", "tag", "leave"):
        raise ValueError(f'ACTIONS says "{policy}" for {outcome}')
    logger.info("acted", extra={"granule": granule["id"], "outcome": outcome, "policy": policy})
    return {"action": outcome, "url": url}


def remove(file):
    """Exactly the version that was read; in a bucket without versions only while it is still the same."""
    if not file.get("versionId"):
        try:
            s3.head_object(**source_of(file), IfMatch=file["etag"])
        except ClientError as error:
            failure = file_error(error, file)
            if isinstance(failure, FileVanished):
                return
            raise failure from error
    s3.delete_object(**source_of(file))


def tag(file, outcome):
    """Adds archiver-outcome to the tags that the version has."""
    try:
        tags = s3.get_object_tagging(**source_of(file))["TagSet"]
        others = [one for one in tags if one["Key"] != "archiver-outcome"]
        tagging = {"TagSet": [*others, {"Key": "archiver-outcome", "Value": outcome}]}
        s3.put_object_tagging(**source_of(file), Tagging=tagging)
    except ClientError as error:
        raise file_error(error, file) from error
