"""A pipeline's model in Python: asked by the pipeline's predictor, with the records of a batch.

Takes {"records": [{feature: number, ...}, ...]} and answers {"version": text, "results": [...]}, in which each record has
{"target": text, "probability": number} or {"error": text}. What a module has to define is in docs/python.md.
"""

import hashlib
import importlib
import json
import logging
import os
import tempfile
import time

import boto3
from botocore.exceptions import ClientError

logger = logging.getLogger()
logger.setLevel("INFO")

predictor = importlib.import_module(os.environ["PREDICTOR_MODULE"])
bucket, _, key = os.environ["MODEL_URI"].removeprefix("s3://").partition("/")
check_seconds = int(os.environ.get("MODEL_CHECK_SECONDS", "60"))
s3 = boto3.client("s3")


class Source:
    """The model in S3: loaded once, looked at again after check_seconds, and replaced when the object is another one."""

    def __init__(self):
        self.model = self.version = self.etag = None
        self.next_check = 0.0

    def current(self):
        """The model and its version. One that cannot be used is logged and counted, and the last good one kept."""
        if time.monotonic() >= self.next_check:
            try:
                self.load()
            except Exception:
                if self.version is None:
                    raise
                logger.exception("the model cannot be used, the last good one is kept")
                count("ModelLoadFailed")
            self.next_check = time.monotonic() + check_seconds
        return self.model, self.version

    def load(self):
        known = {"IfNoneMatch": self.etag} if self.etag else {}
        try:
            found = s3.get_object(Bucket=bucket, Key=key, **known)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 304:
                return
            raise
        content = found["Body"].read()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, os.path.basename(key))
            with open(path, "wb") as file:
                file.write(content)
            model = predictor.load(path)
        own = getattr(predictor, "version", None)
        version = str(own(model)) if own else hashlib.sha256(content).hexdigest()[:16]
        self.model, self.version, self.etag = model, version, found["ETag"]
        logger.info("model loaded: %s", version)


source = Source()


def lambda_handler(event, context):
    records = event["records"]
    model, version = source.current()
    try:
        results = list(predictor.predict(model, records))
    except Exception:
        # Whose fault it is shows when each is alone.
        logger.exception("the batch failed")
        results = [alone(model, record) for record in records]
    if len(results) != len(records):
        raise ValueError(f"predict answered {len(results)} results for {len(records)} records")
    return {"version": version, "results": [checked(result) for result in results]}


def alone(model, record):
    try:
        return next(iter(predictor.predict(model, [record])))
    except Exception as error:
        return error


def checked(result):
    """A result as the pipeline takes it: an exception is this record's error."""
    if isinstance(result, Exception):
        return {"error": str(result) or type(result).__name__}
    if isinstance(result, str):
        return {"target": result}
    if "error" in result:
        return {"error": str(result["error"])}
    probability = result.get("probability")
    return {"target": str(result["target"]), **({} if probability is None else {"probability": float(probability)})}


def count(name):
    """A metric, as a log line: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html"""
    directive = {
        "Namespace": os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "platform"),
        "Dimensions": [["service"]],
        "Metrics": [{"Name": name, "Unit": "Count"}],
    }
    embedded = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    print(json.dumps({"_aws": embedded, "service": os.environ.get("POWERTOOLS_SERVICE_NAME"), name: 1}))
