"""boto3, client and resource, against the endpoint and with the credentials of the environment."""
import unittest
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.exceptions import ClientError

client = boto3.client("dynamodb")
streams = boto3.client("dynamodbstreams")
resource = boto3.resource("dynamodb")


class Client(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        client.create_table(
            TableName="orders",
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in (("customer", "S"), ("at", "N"))],
            KeySchema=[
                {"AttributeName": "customer", "KeyType": "HASH"},
                {"AttributeName": "at", "KeyType": "RANGE"},
            ],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        client.get_waiter("table_exists").wait(TableName="orders", WaiterConfig={"Delay": 1})

    @classmethod
    def tearDownClass(cls):
        client.delete_table(TableName="orders")
        client.get_waiter("table_not_exists").wait(TableName="orders", WaiterConfig={"Delay": 1})

    def order(self, customer, at, **more):
        return {"customer": {"S": customer}, "at": {"N": str(at)}, **more}

    def test_paginators_go_through_everything(self):
        put = [{"PutRequest": {"Item": self.order("pages", n, text={"S": "x" * 1000})}} for n in range(25)]
        self.assertEqual(client.batch_write_item(RequestItems={"orders": put})["UnprocessedItems"], {})
        pages = client.get_paginator("query").paginate(
            TableName="orders",
            KeyConditionExpression="customer = :c",
            ExpressionAttributeValues={":c": {"S": "pages"}},
            ScanIndexForward=False,
            PaginationConfig={"PageSize": 10},
        )
        found = [[int(item["at"]["N"]) for item in page["Items"]] for page in pages]
        self.assertEqual([len(page) for page in found], [10, 10, 5])
        self.assertEqual(sum(found, []), list(range(24, -1, -1)))
        scanned = client.get_paginator("scan").paginate(TableName="orders", PaginationConfig={"PageSize": 7})
        self.assertLessEqual(set(range(25)), {int(item["at"]["N"]) for page in scanned for item in page["Items"]})

    def test_errors_are_classes_with_the_item_that_was_there(self):
        item = self.order("errors", 1, total={"N": "5"})
        client.put_item(TableName="orders", Item=item)
        with self.assertRaises(client.exceptions.ConditionalCheckFailedException) as raised:
            client.put_item(
                TableName="orders",
                Item=item,
                ConditionExpression="attribute_not_exists(customer)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        self.assertEqual(raised.exception.response["Item"], item)
        with self.assertRaises(client.exceptions.ResourceNotFoundException):
            client.get_item(TableName="nowhere", Key={"p": {"S": "1"}})
        with self.assertRaises(client.exceptions.ResourceInUseException):
            client.create_table(
                TableName="orders",
                AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )

    def test_transactions_give_a_reason_for_each_item(self):
        client.put_item(TableName="orders", Item=self.order("reasons", 1))
        put = {"TableName": "orders", "Item": self.order("reasons", 2)}
        taken = {"TableName": "orders", "Item": self.order("reasons", 1), "ConditionExpression": "attribute_not_exists(customer)"}
        with self.assertRaises(client.exceptions.TransactionCanceledException) as raised:
            client.transact_write_items(TransactItems=[{"Put": put}, {"Put": taken}])
        reasons = raised.exception.response["CancellationReasons"]
        self.assertEqual([reason["Code"] for reason in reasons], ["None", "ConditionalCheckFailed"])
        self.assertNotIn("Item", client.get_item(TableName="orders", Key=self.order("reasons", 2)))
        read = client.transact_get_items(
            TransactItems=[{"Get": {"TableName": "orders", "Key": self.order("reasons", n)}} for n in (1, 2)]
        )
        self.assertEqual(read["Responses"], [{"Item": self.order("reasons", 1)}, {}])

    def test_streams_tell_what_changed(self):
        key = self.order("streams", 1)
        client.put_item(TableName="orders", Item={**key, "n": {"N": "1"}})
        client.update_item(
            TableName="orders", Key=key, UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": {"N": "2"}}
        )
        client.delete_item(TableName="orders", Key=key)
        arn = client.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
        shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shards[0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = streams.get_records(ShardIterator=iterator)["Records"]
        own = [one for one in records if one["dynamodb"]["Keys"] == key]
        self.assertEqual([one["eventName"] for one in own], ["INSERT", "MODIFY", "REMOVE"])
        self.assertEqual(own[1]["dynamodb"]["OldImage"]["n"], {"N": "1"})
        self.assertEqual(own[1]["dynamodb"]["NewImage"]["n"], {"N": "3"})
        self.assertNotIn("NewImage", own[2]["dynamodb"])

    def test_statements_of_partiql(self):
        client.execute_statement(
            Statement="INSERT INTO orders VALUE {'customer': ?, 'at': ?, 'tags': <<'a', 'b'>>}",
            Parameters=[{"S": "partiql"}, {"N": "1"}],
        )
        found = client.execute_statement(
            Statement="SELECT tags FROM orders WHERE customer = ? AND at = 1", Parameters=[{"S": "partiql"}]
        )
        self.assertEqual(sorted(found["Items"][0]["tags"]["SS"]), ["a", "b"])


class Resource(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.table = resource.create_table(
            TableName="flowers",
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "kind", "AttributeType": "S"},
                {"AttributeName": "width", "AttributeType": "N"},
            ],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "byKind",
                    "KeySchema": [
                        {"AttributeName": "kind", "KeyType": "HASH"},
                        {"AttributeName": "width", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        cls.table.wait_until_exists()
        with cls.table.batch_writer() as batch:
            for n in range(60):
                batch.put_item(Item={"id": f"f{n}", "kind": "even" if n % 2 == 0 else "odd", "width": Decimal(n) / 10, "n": n})

    @classmethod
    def tearDownClass(cls):
        cls.table.delete()

    def test_every_type_comes_back_as_it_went(self):
        item = {
            "id": "types",
            "text": "ü 💐",
            "number": Decimal("-12345678901234567890.123456789012345678"),
            "small": Decimal("1E-130"),
            "bytes": Binary(b"\x00\xff"),
            "truth": True,
            "nothing": None,
            "list": ["a", Decimal(1), {"deep": [False]}],
            "texts": {"a", "b"},
            "numbers": {Decimal("1.5"), Decimal(2)},
            "blobs": {Binary(b"1"), Binary(b"2")},
        }
        self.table.put_item(Item=item)
        self.assertEqual(self.table.get_item(Key={"id": "types"}, ConsistentRead=True)["Item"], item)

    def test_conditions_are_expressions(self):
        page = self.table.query(
            IndexName="byKind",
            KeyConditionExpression=Key("kind").eq("even") & Key("width").between(Decimal(1), Decimal(3)),
            FilterExpression=Attr("id").begins_with("f2") | Attr("n").eq(12) | Attr("none").exists(),
        )
        self.assertEqual([item["id"] for item in page["Items"]], ["f12", "f20", "f22", "f24", "f26", "f28"])
        self.assertEqual((page["Count"], page["ScannedCount"]), (6, 11))

    def test_updates_return_what_is_asked_for(self):
        self.table.put_item(Item={"id": "update", "n": 1, "kept": "x", "list": [1]})
        updated = self.table.update_item(
            Key={"id": "update"},
            UpdateExpression="SET n = n + :n, #l = list_append(#l, :more), made = if_not_exists(made, :n) REMOVE kept",
            ExpressionAttributeNames={"#l": "list"},
            ExpressionAttributeValues={":n": 2, ":more": [2]},
            ConditionExpression=Attr("n").lt(5) & Attr("kept").attribute_type("S"),
            ReturnValues="ALL_NEW",
            ReturnConsumedCapacity="TOTAL",
        )
        self.assertEqual(updated["Attributes"], {"id": "update", "n": 3, "list": [1, 2], "made": 2})
        self.assertEqual(updated["ConsumedCapacity"], {"TableName": "flowers", "CapacityUnits": 1.0})

    def test_batches_are_read_whole(self):
        keys = [{"id": f"f{n}"} for n in range(60)]
        found = resource.batch_get_item(RequestItems={"flowers": {"Keys": keys, "ProjectionExpression": "id"}})
        self.assertEqual(sorted(item["id"] for item in found["Responses"]["flowers"]), sorted(key["id"] for key in keys))
        self.assertEqual(found["UnprocessedKeys"], {})

    def test_a_wrong_request_is_refused_in_words(self):
        with self.assertRaises(ClientError) as raised:
            self.table.put_item(Item={"kind": "no id"})
        self.assertEqual(raised.exception.response["Error"]["Code"], "ValidationException")
        self.assertIn("Missing the key id in the item", str(raised.exception))


if __name__ == "__main__":
    unittest.main()
