"""GET /notebooks and GET /notebooks/{id}, as handlers/notebooks/read.ts answers them."""

import base64
import json
import logging
import os
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

logger = logging.getLogger()
logger.setLevel("INFO")

LARGEST_PAGE = 100
# Seconds that a URL can be opened within: SageMaker's own.
URL_SECONDS = 300
# Fields that are nobody's business but the table's.
INTERNAL = {"Listed", "TimeKey", "Modified", "Started", "Revision"}
# A time and an id: a token is a place in time, and stays valid.
TIME_KEY = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})Z#.{1,900}", re.ASCII)

table = boto3.resource("dynamodb").Table(os.environ["NOTEBOOKS_TABLE"])
sagemaker = boto3.client("sagemaker")


class RequestError(Exception):
    """A request that is at fault: its message is for the caller."""

    def __init__(self, status, message, field):
        super().__init__(message)
        self.status, self.field = status, field


def lambda_handler(event, context):
    routes = {"GET /notebooks": list_notebooks, "GET /notebooks/{id}": read_notebook}
    try:
        return routes[f"{event['httpMethod']} {event['resource']}"](event)
    except RequestError as error:
        logger.warning("refused: %s", error)
        return answer(error.status, {"message": str(error), "field": error.field})


def list_notebooks(event):
    """Newest first, a page at a time."""
    query = event.get("queryStringParameters") or {}
    limit, before = limit_of(query.get("limit", "20")), place_of(query.get("token"))
    condition = Key("Listed").eq("notebooks")
    if before is not None:
        condition &= Key("TimeKey").lt(before)
    # One more than asked for says whether there is another page; a page of DynamoDB ends at 1 MB, too.
    found = table.query(IndexName="byTime", KeyConditionExpression=condition, ScanIndexForward=False, Limit=limit + 1)
    items = found["Items"][:limit]
    page = {"items": [public(item) for item in items]}
    if items and (len(found["Items"]) > limit or "LastEvaluatedKey" in found):
        page["token"] = base64.urlsafe_b64encode(items[-1]["TimeKey"].encode()).decode().rstrip("=")
    return answer(200, page)


def read_notebook(event):
    """With a URL that opens it, where it runs."""
    notebook_id = (event.get("pathParameters") or {}).get("id", "")
    # An id is a name; what is none is not asked for, and can be no key of another kind.
    is_id = re.fullmatch(r"[a-z0-9-]{1,32}", notebook_id)
    item = table.get_item(Key={"NotebookId": notebook_id}, ConsistentRead=True).get("Item") if is_id else None
    if item is None:
        raise RequestError(404, "there is no such notebook", "id")
    expires = datetime.now(timezone.utc) + timedelta(seconds=URL_SECONDS)
    url = presigned_url(notebook_id) if item["Nb_status"] == "InService" else None
    opened = {"Url": url, "UrlExpires": expires.isoformat(timespec="milliseconds").replace("+00:00", "Z")} if url else {}
    return answer(200, {**public(item), **opened}, {"etag": f'"{item["Revision"]}"'})


def presigned_url(notebook_id):
    """None while it does not run."""
    name = f"{os.environ['NAME_PREFIX']}-{notebook_id}"
    try:
        return sagemaker.create_presigned_notebook_instance_url(NotebookInstanceName=name)["AuthorizedUrl"]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ValidationException", "ValidationError"):
            return None
        raise


def limit_of(text):
    if re.fullmatch(r"\d{1,3}", text, re.ASCII) and 1 <= int(text) <= LARGEST_PAGE:
        return int(text)
    raise RequestError(400, f"limit: is not an integer from 1 to {LARGEST_PAGE}", "limit")


def place_of(token):
    """Where the page before ended: a date of the calendar, and none that is yet to come."""
    if token is None:
        return None
    try:
        key = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        when = datetime.fromisoformat(TIME_KEY.fullmatch(key)[1] + "+00:00")
        if when < datetime.now(timezone.utc) + timedelta(days=1):
            return key
    except (ValueError, TypeError):
        # Said below.
        pass
    raise RequestError(400, "token: is not one of ours", "token")


def public(item):
    return {name: value for name, value in sorted(item.items()) if name not in INTERNAL}


def answer(status, body, headers=None):
    """JSON, with what the API's CORS settings leave to the function."""
    headers = headers or {}
    origin, credentials = os.environ.get("CORS_ALLOW_ORIGIN"), os.environ.get("CORS_ALLOW_CREDENTIALS")
    cors = {"access-control-allow-origin": origin} if origin else {}
    if origin and headers:
        cors["access-control-expose-headers"] = ",".join(headers)
    if credentials:
        cors["access-control-allow-credentials"] = credentials
    all_headers = {"content-type": "application/json", **headers, **cors}
    return {"statusCode": status, "headers": all_headers, "body": json.dumps(body, default=plain, ensure_ascii=False)}


def plain(value):
    """DynamoDB's numbers and sets as JSON has them."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")
