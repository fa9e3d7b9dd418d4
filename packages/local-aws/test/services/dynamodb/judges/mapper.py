"""PynamoDB against the endpoint of the environment."""
import os
import unittest
from datetime import datetime, timedelta, timezone

from pynamodb.attributes import (
    JSONAttribute, ListAttribute, MapAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute, UnicodeSetAttribute,
    UTCDateTimeAttribute, VersionAttribute,
)
from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, PutError, TransactWriteError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, LocalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite

host = os.environ["AWS_ENDPOINT_URL"]
region = os.environ["AWS_REGION"]


class ByAuthor(GlobalSecondaryIndex):
    class Meta:
        projection = AllProjection()

    author = UnicodeAttribute(hash_key=True)
    posted = UTCDateTimeAttribute(range_key=True)


class ByViews(LocalSecondaryIndex):
    class Meta:
        projection = AllProjection()

    forum = UnicodeAttribute(hash_key=True)
    views = NumberAttribute(range_key=True)


class Place(MapAttribute):
    city = UnicodeAttribute()
    floor = NumberAttribute(null=True)


class Thread(Model):
    class Meta:
        table_name = "threads"
        billing_mode = "PAY_PER_REQUEST"

    Meta.host = host
    Meta.region = region

    forum = UnicodeAttribute(hash_key=True)
    subject = UnicodeAttribute(range_key=True)
    author = UnicodeAttribute(default="nobody")
    posted = UTCDateTimeAttribute(default=lambda: datetime(2026, 1, 1, tzinfo=timezone.utc))
    views = NumberAttribute(default=0)
    tags = UnicodeSetAttribute(null=True)
    places = ListAttribute(of=Place, default=list)
    extra = JSONAttribute(null=True)
    until = TTLAttribute(null=True)
    version = VersionAttribute()
    by_author = ByAuthor()
    by_views = ByViews()


class Mapper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        Thread.create_table(wait=True)

    @classmethod
    def tearDownClass(cls):
        Thread.delete_table()

    def test_the_table_is_as_the_model_says(self):
        self.assertTrue(Thread.exists())
        described = Thread.describe_table()
        self.assertEqual([index["IndexName"] for index in described["GlobalSecondaryIndexes"]], ["by_author"])
        self.assertEqual([index["IndexName"] for index in described["LocalSecondaryIndexes"]], ["by_views"])
        expiry = Connection(host=host, region=region).client.describe_time_to_live(TableName="threads")
        self.assertEqual(expiry["TimeToLiveDescription"], {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"})

    def test_items_come_back_as_they_went(self):
        thread = Thread(
            "types", "one", tags={"a", "b"}, places=[Place(city="Bonn", floor=2), Place(city="Ulm")], extra={"deep": [1]},
            until=timedelta(days=1),
        )
        thread.save()
        found = Thread.get("types", "one", consistent_read=True)
        self.assertEqual((found.tags, found.extra, found.version), ({"a", "b"}, {"deep": [1]}, 1))
        self.assertEqual([(place.city, place.floor) for place in found.places], [("Bonn", 2), ("Ulm", None)])
        self.assertEqual(found.posted, thread.posted)
        found.delete()
        with self.assertRaises(DoesNotExist):
            Thread.get("types", "one")

    def test_versions_guard_against_lost_updates(self):
        Thread("versions", "one").save()
        first, second = Thread.get("versions", "one"), Thread.get("versions", "one")
        first.update(actions=[Thread.views.set(Thread.views + 1), Thread.tags.add({"new"})])
        self.assertEqual((first.views, first.tags, first.version), (1, {"new"}, 2))
        with self.assertRaises(UpdateError) as raised:
            second.update(actions=[Thread.views.set(9)])
        self.assertEqual(raised.exception.cause_response_code, "ConditionalCheckFailedException")
        with self.assertRaises(PutError):
            second.save()

    def test_batches_queries_and_indexes(self):
        day = datetime(2026, 2, 1, tzinfo=timezone.utc)
        with Thread.batch_write() as batch:
            for n in range(40):
                author = "anna" if n % 2 else "otto"
                batch.save(Thread("queries", f"s{n:02}", author=author, views=100 - n, posted=day + timedelta(days=n)))
        subjects = lambda found: [thread.subject for thread in found]
        self.assertEqual(
            subjects(Thread.query("queries", Thread.subject.startswith("s1"), Thread.author == "anna", page_size=3)),
            ["s11", "s13", "s15", "s17", "s19"],
        )
        late = Thread.by_author.query("otto", Thread.posted >= day + timedelta(days=30), scan_index_forward=False)
        self.assertEqual(subjects(late), ["s38", "s36", "s34", "s32", "s30"])
        self.assertEqual(subjects(Thread.by_views.query("queries", Thread.views < 64)), ["s39", "s38", "s37"])
        self.assertEqual(Thread.count("queries", filter_condition=Thread.views.between(81, 90)), 10)
        keys = [("queries", f"s{n:02}") for n in range(40)]
        self.assertEqual(sorted(subjects(Thread.batch_get(keys))), [key[1] for key in keys])
        parts = [list(Thread.scan(Thread.forum == "queries", segment=n, total_segments=3)) for n in range(3)]
        self.assertEqual(sorted(sum((subjects(part) for part in parts), [])), [key[1] for key in keys])

    def test_transactions(self):
        connection = Connection(host=host, region=region)
        with TransactWrite(connection=connection, client_request_token="token-of-one-request") as write:
            write.save(Thread("transactions", "one"))
            write.save(Thread("transactions", "two", views=3))
        with TransactGet(connection=connection) as get:
            futures = [get.get(Thread, "transactions", subject) for subject in ("one", "two")]
        self.assertEqual([future.get().views for future in futures], [0, 3])
        with self.assertRaises(TransactWriteError) as raised:
            with TransactWrite(connection=connection) as write:
                write.condition_check(Thread, "transactions", "none", condition=Thread.forum.exists())
                write.delete(Thread.get("transactions", "two"))
        self.assertEqual([reason and reason.code for reason in raised.exception.cancellation_reasons], ["ConditionalCheckFailed", None])
        self.assertEqual(Thread.get("transactions", "two").views, 3)


if __name__ == "__main__":
    unittest.main()
