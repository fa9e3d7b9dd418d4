"""GET /whodis: message, version and the caller's address, as handlers/whodis/index.ts answers it."""

import json
import logging
import os

logger = logging.getLogger()

MESSAGE = "Whoop whoop! This is the sound of the Python"


def lambda_handler(event, context):
    version = os.environ.get("APP_VERSION", "unknown")
    # What API Gateway saw, not where the function itself runs.
    location = event["requestContext"]["identity"]["sourceIp"]
    logger.info("greeted", extra={"version": version})
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"message": MESSAGE, "version": version, "location": location}, separators=(",", ":")),
    }
