"""model_status(name) of Snowflake, as handlers/recommender/status.ts answers it: of a training job, or of a deployed model."""

import json
import logging
import os
import re
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from external_function import LATER, RowError, external_function

logger = logging.getLogger()
logger.setLevel("INFO")

PREFIX = f"{os.environ['NAME_PREFIX']}-"
# How many bytes a name in SageMaker may have; an endpoint configuration's is the endpoint's, and a hash.
LONGEST_MODEL = 63 - len(PREFIX) - 9

sagemaker = boto3.client("sagemaker", config=Config(retries={"total_max_attempts": 5, "mode": "standard"}))


def answer_rows(rows, until):
    """For each row an answer, a RowError, or LATER. A name that several rows ask for is asked for once."""
    known, answers = {}, []
    for row in rows:
        name = row["args"][0] if row["args"] else None
        key = json.dumps(name, sort_keys=True)
        # One at least, so that each poll gets further.
        if key not in known and answers and time.time() > until:
            answers.append(LATER)
            continue
        if key not in known:
            try:
                known[key] = status_of(name)
            except RowError as error:
                known[key] = error
        answers.append(known[key])
    return answers


lambda_handler = external_function("status", answer_rows)


def status_of(name):
    job = job_of(name) if isinstance(name, str) else None
    return job_status(job) if job else endpoint_status(model_name(name))


def job_of(name):
    """A job's name is the stack's prefix and a hash; no model's name is that."""
    arn = re.fullmatch(r"arn:aws[\w-]*:sagemaker:[\w-]+:\d{12}:training-job/(.+)", name, re.ASCII)
    given = arn[1] if arn else name
    if given.startswith(PREFIX) and re.fullmatch(r"[0-9a-f]{16}", given.removeprefix(PREFIX)):
        return given
    if arn:
        raise RowError(f"name is {json.dumps(name[:120], ensure_ascii=False)}; expected a training job of this stack")
    return None


def model_name(value):
    shown = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    shown = f"{shown[:80]}…" if len(shown) > 80 else shown
    if not isinstance(value, str) or not value:
        raise RowError(f"model_name is {'missing' if value is None else shown}; expected text")
    if len(value) > LONGEST_MODEL or not re.fullmatch(r"[A-Za-z0-9](-*[A-Za-z0-9])*", value):
        raise RowError(f"model_name is {shown}; expected 1 to {LONGEST_MODEL} letters, digits and hyphens between them")
    return value


def job_status(name):
    job = described(lambda: sagemaker.describe_training_job(TrainingJobName=name))
    if job is None:
        raise RowError(f"there is no training job {name}")
    answer = {
        "kind": "training",
        "name": name,
        "status": job["TrainingJobStatus"],
        "secondary_status": job["SecondaryStatus"],
    }
    if job.get("FailureReason"):
        answer["reason"] = job["FailureReason"]
    url = job.get("ModelArtifacts", {}).get("S3ModelArtifacts")
    if url and job["TrainingJobStatus"] == "Completed":
        answer["model_url"] = url
    metrics = {metric["MetricName"]: metric["Value"] for metric in job.get("FinalMetricDataList", [])}
    if metrics:
        answer["metrics"] = metrics
    return answer


def endpoint_status(model):
    endpoint = described(lambda: sagemaker.describe_endpoint(EndpointName=PREFIX + model))
    if endpoint is None:
        return {"kind": "endpoint", "name": model, "status": "NotDeployed"}
    answer = {"kind": "endpoint", "name": model, "status": endpoint["EndpointStatus"]}
    if endpoint.get("FailureReason"):
        answer["reason"] = endpoint["FailureReason"]
    return answer


def described(ask):
    """None for what is not there, for which SageMaker has no error of its own."""
    try:
        return ask()
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        missing = re.search("could not find|does not exist|not found", message, re.IGNORECASE)
        if code == "ResourceNotFound" or (code in ("ValidationException", "ValidationError") and missing):
            return None
        raise
