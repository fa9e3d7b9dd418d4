"""Handlers of Snowflake's external functions: https://docs.snowflake.com/en/sql-reference/external-functions-data-format

Every row is answered under its own number, in order. A row that is wrong becomes {"error": ...} and costs no other its answer; only a
batch that is none is a 400. Work that takes longer than a call may is 202, and goes on with each poll by GET.
"""

import base64
import gzip
import hashlib
import io
import json
import logging
import os
import time
import zlib

import boto3

logger = logging.getLogger()

# API Gateway ends a call after 29 seconds; what is left then is answered to a poll.
PATIENCE = 20
# Bytes of a batch, unpacked: far above what Snowflake sends, and below what fills a function's memory.
LARGEST_BATCH = 32 * 1024 * 1024
# What Lambda returns at most, less a little.
LARGEST_ANSWER = 6 * 1024 * 1024 - 1_024

# Levels of nesting that are read.
DEEPEST = 30

# A row that could not be answered within the time; it is asked for again.
LATER = object()

s3 = boto3.client("s3")


class RowError(Exception):
    """What is wrong with one row; the others are answered. Its message is for whoever wrote the query."""


class RequestError(Exception):
    """A request that is at fault: its message is for the caller."""

    def __init__(self, status, message, field=None):
        super().__init__(message)
        self.status, self.field = status, field


def external_function(name, answer_rows):
    """A handler of the function of that name.

    answer_rows(rows, until) is given rows, {"number", "args"}, and the time, in seconds since 1970, until which it may take. It returns
    for each row an answer, a RowError, or LATER. Two calls for one row do what one does.
    """

    def lambda_handler(event, context):
        try:
            return answered(event, context)
        except RequestError as error:
            logger.warning("refused: %s", error)
            field = {} if error.field is None else {"field": error.field}
            return reply(error.status, {"message": str(error), **field})

    def answered(event, context):
        batch_id = header(event, "sf-external-function-query-batch-id") or context.aws_request_id
        until = time.time() + min(PATIENCE, context.get_remaining_time_in_millis() / 1_000 - 3)
        if event["httpMethod"] == "GET":
            batch = load(name, batch_id)
        else:
            rows = read_batch(event)
            batch = {"rows": rows, "answers": [None] * len(rows)}
        left = proceed(batch, lambda rows: answer_rows(rows, until))
        logger.info("answered", extra={"function": name, "batch": batch_id, "rows": len(batch["rows"]), "left": left})
        if left:
            save(name, batch_id, batch)
            return reply(202, {})
        data = [[row["number"], one[0]] for row, one in zip(batch["rows"], batch["answers"], strict=True)]
        result = reply(200, {"data": data})
        if len(result["body"].encode()) > LARGEST_ANSWER:
            lower = "lower MAX_BATCH_ROWS of the function"
            raise RequestError(413, f"the answer is larger than {LARGEST_ANSWER} bytes: {lower}")
        return result

    return lambda_handler


def proceed(batch, answer_rows):
    """Answers what is not answered yet, and returns how many rows are left. An answer is kept as [answer], for null is one as well."""
    rows, answers = batch["rows"], batch["answers"]
    for index, row in enumerate(rows):
        if "flaw" in row:
            answers[index] = [{"error": f"the row {row['flaw']}"}]
    open_rows = [index for index, answer in enumerate(answers) if answer is None]
    if not open_rows:
        return 0
    found = answer_rows([rows[index] for index in open_rows])
    for index, answer in zip(open_rows, found, strict=True):
        if answer is not LATER:
            answers[index] = [{"error": str(answer)} if isinstance(answer, RowError) else answer]
    return answers.count(None)


def read_batch(event):
    """The rows of a request, mostly compressed."""
    for name, allowed in (("sf-external-function-format", "json"), ("sf-external-function-format-version", "1.0")):
        given = header(event, name)
        if given not in (None, allowed):
            what = "format's version" if allowed == "1.0" else "format"
            raise RequestError(400, f"the {what} is {given}; allowed is {allowed}")
    body = event.get("body") or ""
    content = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    try:
        batch = json.loads(unpack(content), parse_constant=refuse)
    except (ValueError, RecursionError):
        raise RequestError(400, "the body is not JSON") from None
    data = batch.get("data") if isinstance(batch, dict) else None
    if not isinstance(data, list):
        raise RequestError(400, 'the batch is not an object with an array "data"', "data")
    rows, numbers = [], set()
    for index, row in enumerate(data):
        if not isinstance(row, list) or not row or type(row[0]) is not int or row[0] < 0:
            raise RequestError(400, f"data[{index}] is not an array that begins with the row's number", f"data.{index}")
        number, *args = row
        if number in numbers:
            raise RequestError(400, f"data[{index}] has number {number} again", f"data.{index}")
        numbers.add(number)
        flaw = {"flaw": f"is nested more than {DEEPEST} levels deep"} if is_deep(args) else {}
        rows.append({"number": number, "args": [] if flaw else args, **flaw})
    return rows


def refuse(constant):
    """NaN and Infinity, which Python reads, and JSON has not."""
    raise ValueError(f"{constant} is not JSON")


def is_deep(value):
    """Whether code that calls itself had better not look at it. One level after the other: a loop has no stack to exhaust."""
    level = [value]
    for _ in range(DEEPEST):
        containers = [one for one in level if isinstance(one, (list, dict))]
        level = [each for one in containers for each in (one.values() if isinstance(one, dict) else one)]
    return any(isinstance(one, (list, dict)) for one in level)


def unpack(content):
    """A proxy may have unpacked the body and kept the header that says otherwise: the bytes themselves say what they are."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            unpacked = file.read(LARGEST_BATCH + 1)
    except (OSError, EOFError, zlib.error):
        unpacked = None
    if unpacked is None or len(unpacked) > LARGEST_BATCH:
        raise RequestError(400, f"the body cannot be unpacked, or is larger than {LARGEST_BATCH} bytes")
    return unpacked


def key_of(name, batch_id):
    """The bucket's lifecycle forgets what is below it after a day."""
    return f"batches/{name}/{hashlib.sha256(batch_id.encode()).hexdigest()}.json"


def save(name, batch_id, batch):
    body = json.dumps(batch).encode()
    s3.put_object(Bucket=os.environ["BUCKET"], Key=key_of(name, batch_id), Body=body, ContentType="application/json")


def load(name, batch_id):
    try:
        found = s3.get_object(Bucket=os.environ["BUCKET"], Key=key_of(name, batch_id))
    except s3.exceptions.NoSuchKey:
        field = "sf-external-function-query-batch-id"
        raise RequestError(404, "there is no such batch", field) from None
    return json.loads(found["Body"].read())


def header(event, name):
    return next((value for key, value in (event.get("headers") or {}).items() if key.lower() == name), None)


def reply(status, body):
    text = json.dumps(body, ensure_ascii=False)
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": text}
