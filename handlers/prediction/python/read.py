"""GET of one record, as handlers/prediction/read.ts answers it: 200 when it is predicted, 202 while it waits, 404 when there is none."""

import json
import logging
import os
from decimal import Decimal

import boto3

logger = logging.getLogger()
logger.setLevel("INFO")

# DynamoDB takes no longer key, so there is no record under one.
LONGEST_ID = 1024
# Attributes that are for the pipeline alone.
INTERNAL = {"time_key", "redriven_at", "time_bucket", "prediction_bucket", "unpredicted_bucket"}

table = boto3.resource("dynamodb").Table(os.environ["PREDICTION_TABLE"])


def lambda_handler(event, context):
    record_id = (event.get("pathParameters") or {}).get("id", "")
    item = None
    if 0 < len(record_id.encode()) <= LONGEST_ID:
        item = table.get_item(Key={"id": record_id}, ConsistentRead=True).get("Item")
    if item is None:
        logger.warning("refused: there is no such record")
        return answer(404, {"message": "there is no such record", "field": "id"})
    visible = {name: value for name, value in sorted(item.items()) if name not in INTERNAL}
    predicted = "pred_target" in item
    return answer(200 if predicted else 202, {**visible, "status": "predicted" if predicted else "pending"})


def answer(status, body):
    text = json.dumps(body, default=plain, ensure_ascii=False)
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": text}


def plain(value):
    """DynamoDB's numbers and sets as JSON has them."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")
