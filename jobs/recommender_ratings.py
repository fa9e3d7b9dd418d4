"""The recommender's ratings, from raw events of users.

Events are lines of JSON, `{"user": "7", "item": "42", "event": "view", "timestamp": "2026-11-29T10:00:00Z"}`; an event
`rating` has a number `rating`, 1 to 5. A user's last rating of an item counts; where there is none, what the user did with
it is summed up: the more, and the more telling, the higher, from 1 to 5. The file is what the recommender trains on:
`userid,movieid,rating,timestamp`. Where there is no event as yet, nothing is written.

    recommender_ratings.py --events s3://BUCKET/events --output s3://BUCKET/training/ratings_train_data
"""

import argparse

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession, Window, functions as f

# How telling an event is: a purchase is as good as a rating of 5.
WEIGHTS = {"view": 0.5, "like": 2.0, "cart": 2.5, "purchase": 4.0}
LOWEST, HIGHEST = 1.0, 5.0
SCHEMA = "user STRING, item STRING, event STRING, rating DOUBLE, timestamp STRING, broken STRING"


def arguments():
    parser = argparse.ArgumentParser(description="The recommender's ratings, from raw events of users")
    parser.add_argument("--events", required=True, help="s3://BUCKET/PREFIX of files of JSON lines")
    parser.add_argument("--output", required=True, help="s3://BUCKET/PREFIX that one CSV file is written to")
    return parser.parse_args()


def read_events(spark, folder):
    """Every line of the folder's files; none where there is no such folder as yet."""
    try:
        return spark.read.schema(SCHEMA).option("columnNameOfCorruptRecord", "broken").json(folder)
    except AnalysisException as error:
        if error.getErrorClass() != "PATH_NOT_FOUND":
            raise
        return spark.createDataFrame([], SCHEMA)


def main():
    options = arguments()
    # The recommender reads every file of the folder: none but ratings.
    spark = SparkSession.builder.config(
        "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs", "false"
    ).getOrCreate()
    events = read_events(spark, options.events).withColumn("time", f.to_timestamp("timestamp")).cache()
    known = f.col("event").isin(*WEIGHTS)
    rated = (f.col("event") == "rating") & f.col("rating").between(LOWEST, HIGHEST)
    named = f.col("user").isNotNull() & f.col("item").isNotNull() & f.col("time").isNotNull()
    valid = events.where(f.col("broken").isNull() & named & (known | rated))
    total, used = events.count(), valid.count()
    if used:
        count = write_ratings(valid, rated, options.output)
        print(f"{count} ratings from {used} events written to {options.output}")
    else:
        print(f"There are no events in {options.events}: nothing is written")
    if used < total:
        print(f"{total - used} events were left out: not JSON, or without user, item, time and a known event")
    spark.stop()


def write_ratings(valid, rated, output):
    """One file of ratings from events that say who did what when. Returns how many they are."""
    newest = Window.partitionBy("user", "item").orderBy(f.col("time").desc(), f.col("rating").desc())
    explicit = (
        valid.where(rated)
        .withColumn("place", f.row_number().over(newest))
        .where("place = 1")
        .select("user", "item", f.col("rating").alias("explicit"))
    )
    weight = f.create_map(*[f.lit(one) for pair in WEIGHTS.items() for one in pair])[f.col("event")]
    everything = valid.groupBy("user", "item").agg(f.sum(weight).alias("weight"), f.max("time").alias("last"))
    ratings = everything.join(explicit, ["user", "item"], "left").select(
        f.col("user").alias("userid"),
        f.col("item").alias("movieid"),
        f.round(f.coalesce("explicit", f.least(f.lit(HIGHEST), f.lit(LOWEST) + f.col("weight"))), 2).alias("rating"),
        f.unix_timestamp("last").alias("timestamp"),
    )
    ratings.orderBy("userid", "movieid").coalesce(1).write.mode("overwrite").csv(output, header=True)
    return ratings.count()


if __name__ == "__main__":
    main()
