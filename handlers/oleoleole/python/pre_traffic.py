"""Judges a new version of oleoleole before any caller has it, as handlers/oleoleole/preTraffic.ts does.

A hook that is not done before its timeout has to say so itself, for CodeDeploy would wait an hour.
"""

import json
import logging
import os

import boto3
from botocore.config import Config

logger = logging.getLogger()
logger.setLevel("INFO")

# Milliseconds before the deadline in which the hook reports.
RESERVE = 5_000
GREETING = "Feelin' hot hot hot!"
# The part of a proxy event that a greeting reads.
REQUEST = {
    "resource": "/oleoleole",
    "path": "/oleoleole",
    "httpMethod": "GET",
    "headers": {},
    "requestContext": {"requestId": "pre-traffic", "identity": {"sourceIp": "192.0.2.1"}},
}

codedeploy = boto3.client("codedeploy")


def lambda_handler(event, context):
    version_arn = os.environ["TARGET_ARN"]
    remaining = context.get_remaining_time_in_millis()
    try:
        judge(version_arn, max(remaining - RESERVE, remaining / 2) / 1_000)
        status = "Succeeded"
        logger.info("fit for traffic: %s", version_arn)
    except Exception as error:
        status = "Failed"
        logger.exception("not fit for traffic: %s", error, extra={"version": version_arn})
    # A report that does not arrive is an error of the hook: Lambda tries it again.
    codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=status,
    )


def judge(version_arn, seconds):
    """Asks the version itself. Raises what is wrong with its answer, or that there is none within the seconds."""
    config = Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1})
    answer = boto3.client("lambda", config=config).invoke(FunctionName=version_arn, Payload=json.dumps(REQUEST))
    text = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        raise ValueError(f"it fails: {text}")
    result = json.loads(text)
    if result.get("statusCode") != 200:
        raise ValueError(f"it answers {result.get('statusCode')}: {result.get('body')}")
    body = json.loads(result["body"])
    if body.get("message") != GREETING:
        raise ValueError(f"its message is {body.get('message')!r}")
    wanted = os.environ["APP_VERSION"]
    if body.get("version") != wanted:
        raise ValueError(f"it says that it is version {body.get('version')}; {wanted} is deployed")
