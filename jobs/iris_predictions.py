"""Predictions of irises, day by day, as Parquet.

Reads the records of whole days (UTC) from the prediction pipeline's table by its index of time, never by a scan, and
writes one folder a day, `OUTPUT/day=2026-11-29/`. The same days again replace their folders.

    iris_predictions.py --table NAME --output s3://BUCKET/iris/predictions [--day 2026-11-29] [--days 7]
"""

import argparse
import datetime

import boto3
from boto3.dynamodb.conditions import Key
from pyspark.sql import SparkSession, types

SCHEMA = types.StructType(
    [
        types.StructField("day", types.StringType(), False),
        types.StructField("id", types.StringType(), False),
        types.StructField("created_at", types.StringType(), False),
        *[
            types.StructField(name, types.DoubleType())
            for name in ("sepal_length", "sepal_width", "petal_length", "petal_width", "pred_probability")
        ],
        types.StructField("pred_target", types.StringType()),
        types.StructField("model_version", types.StringType()),
        types.StructField("predicted_at", types.StringType()),
    ]
)


def arguments():
    parser = argparse.ArgumentParser(description="Predictions of irises, day by day, as Parquet")
    parser.add_argument("--table", required=True, help="name of the table of records")
    parser.add_argument("--output", required=True, help="s3://BUCKET/PREFIX that days are written below")
    parser.add_argument("--shards", type=int, default=8, help="write shards of the table's indexes")
    yesterday = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=1)
    parser.add_argument("--day", type=datetime.date.fromisoformat, default=yesterday, help="last day [yesterday, UTC]")
    parser.add_argument("--days", type=int, default=1, help="days up to that one")
    return parser.parse_args()


def records(table, day, shard):
    """The predicted records of one day in one shard, a page of DynamoDB at a time."""
    source = boto3.resource("dynamodb").Table(table)
    query = {
        "IndexName": "byTime",
        "KeyConditionExpression": Key("time_bucket").eq(f"{day[:7]}#{shard}") & Key("time_key").between(day, day + "U"),
    }
    while True:
        page = source.query(**query)
        for item in page["Items"]:
            if "pred_target" in item:
                yield row(day, item)
        if "LastEvaluatedKey" not in page:
            return
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def row(day, item):
    def value(field):
        found = day if field.name == "day" else item.get(field.name)
        return float(found) if isinstance(field.dataType, types.DoubleType) and found is not None else found

    return tuple(value(field) for field in SCHEMA.fields)


def main():
    options = arguments()
    spark = SparkSession.builder.config("spark.sql.sources.partitionOverwriteMode", "dynamic").getOrCreate()
    days = [(options.day - datetime.timedelta(days=back)).isoformat() for back in range(options.days)]
    parts = [(day, shard) for day in days for shard in range(options.shards)]
    table = options.table
    rows = spark.sparkContext.parallelize(parts, len(parts)).flatMap(lambda part: records(table, *part))
    predictions = spark.createDataFrame(rows, SCHEMA).cache()
    total = predictions.count()
    if total:
        # A day's records are few: one file each.
        predictions.repartition("day").write.mode("overwrite").partitionBy("day").parquet(options.output)
        for counted in predictions.groupBy("day", "pred_target").count().orderBy("day", "pred_target").collect():
            print(f"{counted['day']} {counted['pred_target']} {counted['count']}")
        print(f"{total} predictions of {len(days)} day(s) written to {options.output}")
    else:
        print(f"There are no predictions from {days[-1]} to {days[0]}: nothing is written")
    spark.stop()


if __name__ == "__main__":
    main()
