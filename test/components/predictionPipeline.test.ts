import assert from "node:assert/strict";
import { ComponentResource } from "@pulumi/pulumi";
import { PredictionPipeline } from "../../components/predictionPipeline.ts";
import { createTable } from "../../components/table.ts";
import { check } from "../../policy/check.ts";
import { defaultTags, resourcesOf } from "../policy/support/resources.ts";
import { arn, grants, iris, made, namesOf, stream, types, variables, wine } from "./support/pipeline.ts";
import { type Recording, record } from "./support/record.ts";

describe("PredictionPipeline", () => {
  describe("with a model of the program's", () => {
    let iris1: Recording;
    before(async () => {
      iris1 = await made("iris", iris);
    });

    it("makes four functions, a table, a failure queue and a stream mapping", () => {
      assert.deepEqual(namesOf(iris1, types.function).sort(), [
        "iris-ingest",
        "iris-list",
        "iris-predict",
        "iris-read",
      ]);
      assert.deepEqual(namesOf(iris1, types.table), ["iris-records"]);
      assert.deepEqual(namesOf(iris1, types.queue), ["iris-failures"]);
      assert.deepEqual(namesOf(iris1, types.mapping), ["iris-stream"]);
    });

    it("is above all that it makes", () => {
      const above = iris1.all.filter(({ type, parent }) => type.startsWith("aws:") && parent === undefined);
      assert.deepEqual(above, []);
    });

    it("keeps records by id, with new images in a stream, and indexes by month and shard", () => {
      const { inputs } = iris1.get(types.table, "iris-records");
      assert.equal(inputs.hashKey, "id");
      assert.deepEqual([inputs.streamEnabled, inputs.streamViewType], [true, "NEW_IMAGE"]);
      assert.equal(inputs.billingMode, "PAY_PER_REQUEST");
      assert.deepEqual(inputs.pointInTimeRecovery, { enabled: true });
      assert.deepEqual(inputs.globalSecondaryIndexes, [
        { name: "byTime", hashKey: "time_bucket", rangeKey: "time_key", projectionType: "ALL" },
        { name: "byPrediction", hashKey: "prediction_bucket", rangeKey: "time_key", projectionType: "ALL" },
        { name: "unpredicted", hashKey: "unpredicted_bucket", rangeKey: "time_key", projectionType: "KEYS_ONLY" },
      ]);
      const keys = ["id", "time_key", "time_bucket", "prediction_bucket", "unpredicted_bucket"];
      assert.deepEqual(
        inputs.attributes,
        keys.map((name) => ({ name, type: "S" })),
      );
    });

    it("feeds the predictor with inserted records that have no prediction, and gives up at last", () => {
      const { filterCriteria, ...inputs } = iris1.get(types.mapping, "iris-stream").inputs;
      assert.deepEqual(inputs, {
        batchSize: 100,
        bisectBatchOnFunctionError: true,
        destinationConfig: { onFailure: { destinationArn: arn("sqs", "iris-failures") } },
        eventSourceArn: stream,
        functionName: arn("lambda", "function:iris-predict:live"),
        functionResponseTypes: ["ReportBatchItemFailures"],
        maximumBatchingWindowInSeconds: 0,
        maximumRecordAgeInSeconds: 3_600,
        maximumRetryAttempts: 5,
        parallelizationFactor: 2,
        startingPosition: "TRIM_HORIZON",
      });
      assert.deepEqual(
        filterCriteria.filters.map(({ pattern }: { pattern: string }) => JSON.parse(pattern)),
        [
          { eventName: ["INSERT"], dynamodb: { NewImage: { pred_target: { S: [{ exists: false }] } } } },
          {
            eventName: ["MODIFY"],
            dynamodb: { NewImage: { pred_target: { S: [{ exists: false }] }, redriven_at: { S: [{ exists: true }] } } },
          },
        ],
      );
    });

    it("has the predictor's rights before the mapping, which AWS checks", () => {
      const { dependencies } = iris1.get(types.mapping, "iris-stream");
      assert.ok(dependencies.includes("aws:iam/rolePolicy:RolePolicy iris-predict-policy"), dependencies.join());
    });

    it("grants each function exactly what it does", () => {
      const table = arn("dynamodb", "table/iris-records");
      assert.deepEqual(grants(iris1, "iris-ingest"), [[["dynamodb:PutItem"], [table]]]);
      assert.deepEqual(grants(iris1, "iris-read"), [[["dynamodb:GetItem"], [table]]]);
      assert.deepEqual(grants(iris1, "iris-list"), [[["dynamodb:Query"], [table, `${table}/index/*`]]]);
      const streams = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];
      assert.deepEqual(grants(iris1, "iris-predict"), [
        [["dynamodb:UpdateItem"], [table]],
        [["sqs:SendMessage"], [arn("sqs", "iris-failures")]],
        [["s3:GetObject"], ["arn:aws:s3:::iris-models/iris/model.json"]],
        [["s3:ListBucket"], ["arn:aws:s3:::iris-models"]],
        [streams.map((action) => `dynamodb:${action}`), [stream]],
      ]);
    });

    it("tells functions where things are, and which attributes count", () => {
      assert.deepEqual(variables(iris1, "iris-predict"), {
        FAILURE_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/iris-failures",
        FEATURES: "sepal_length,sepal_width,petal_length,petal_width",
        MODEL_CHECK_SECONDS: "60",
        MODEL_URI: "s3://iris-models/iris/model.json",
        PREDICTION_TABLE: "iris-records",
        WRITE_SHARDS: "8",
      });
    });

    it("uploads the model and its metrics under keys that a newer one has, too", () => {
      const objects = iris1.all.filter(({ type }) => type === types.object);
      assert.deepEqual(
        objects.map(({ inputs: { bucket, key, contentType } }) => [bucket, key, contentType]),
        [
          ["iris-models", "iris/metrics.json", "application/json"],
          ["iris-models", "iris/model.json", "application/json"],
        ],
      );
    });

    it("publishes what a record must have, and leaves refusing to the function, which names the field", () => {
      const { paths, components } = JSON.parse(iris1.get(types.api, "iris-api").inputs.body);
      assert.deepEqual(Object.keys(paths).sort(), ["/v0/iris", "/v0/iris/{id}"]);
      assert.deepEqual(Object.keys(paths["/v0/iris"]).sort(), ["get", "post"]);
      const { post } = paths["/v0/iris"];
      assert.equal(post["x-amazon-apigateway-request-validator"], "none");
      const schema = JSON.stringify([post.requestBody, components]);
      for (const feature of iris.features) assert.ok(schema.includes(feature), schema);
    });

    it("asks callers for their AWS identity", () => {
      const { paths } = JSON.parse(iris1.get(types.api, "iris-api").inputs.body);
      for (const { security } of [...Object.values(paths["/v0/iris"]), ...Object.values(paths["/v0/iris/{id}"])] as {
        security: object[];
      }[]) {
        assert.deepEqual(security, [{ iam: [] }]);
      }
    });
  });

  describe("with another schema, model and way in", () => {
    let wine1: Recording;
    before(async () => {
      wine1 = await made("wine", wine);
    });

    it("knows nothing of irises", () => {
      assert.deepEqual(
        wine1.all.filter((one) => /iris|sepal|petal/.test(JSON.stringify(one))),
        [],
      );
    });

    it("makes no bucket for a model that is elsewhere", () => {
      assert.deepEqual(
        wine1.names().filter((name) => name.startsWith("aws:s3")),
        [],
      );
      assert.equal(variables(wine1, "wine-predict").MODEL_URI, "s3://cellar/quality/model.json");
    });

    it("puts records into a queue that gives up on poison", () => {
      const { inputs } = wine1.get(types.queue, "wine-queue");
      assert.equal(inputs.visibilityTimeoutSeconds, 180);
      assert.deepEqual(JSON.parse(inputs.redrivePolicy), {
        deadLetterTargetArn: arn("sqs", "wine-failures"),
        maxReceiveCount: 6,
      });
      assert.match(variables(wine1, "wine-ingest").RECORD_QUEUE_URL, /wine-queue$/);
    });

    it("feeds the predictor from the queue alone", () => {
      assert.deepEqual(namesOf(wine1, types.mapping), ["wine-messages"]);
      assert.deepEqual(wine1.get(types.mapping, "wine-messages").inputs, {
        batchSize: 10,
        eventSourceArn: arn("sqs", "wine-queue"),
        functionName: arn("lambda", "function:wine-predict:live"),
        functionResponseTypes: ["ReportBatchItemFailures"],
        maximumBatchingWindowInSeconds: 0,
        scalingConfig: { maximumConcurrency: 10 },
      });
      const table = arn("dynamodb", "table/wine-records");
      assert.deepEqual(grants(wine1, "wine-ingest"), [
        [["dynamodb:GetItem"], [table]],
        [["sqs:SendMessage"], [arn("sqs", "wine-queue")]],
      ]);
      assert.deepEqual(grants(wine1, "wine-predict")[0], [
        ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
        [table],
      ]);
    });

    it("takes its path from its name", () => {
      const { paths } = JSON.parse(wine1.get(types.api, "wine-api").inputs.body);
      assert.deepEqual(Object.keys(paths).sort(), ["/wine", "/wine/{id}"]);
    });
  });

  it("takes a batch's settings, a table, handlers and topics of one's own", async () => {
    const recording = await record(() => {
      const group = new ComponentResource("test:index:Group", "group");
      const table = createTable("mine", { hashKey: "id", attributes: [{ name: "id", type: "S" }] }, group);
      new PredictionPipeline("wine", {
        ...wine,
        ingest: "table",
        table,
        batch: { size: 7, window: 3, retries: 2, maximumAge: 90, parallelization: 9 },
        handlers: { read: "handlers/whodis/index.ts" },
        memory: 1_024,
        timeout: 60,
        writeShards: 3,
        modelCheckSeconds: 5,
      });
    });
    assert.deepEqual(namesOf(recording, types.table), ["mine"]);
    const { inputs } = recording.get(types.mapping, "wine-stream");
    assert.deepEqual(
      [
        inputs.batchSize,
        inputs.maximumBatchingWindowInSeconds,
        inputs.maximumRetryAttempts,
        inputs.maximumRecordAgeInSeconds,
        inputs.parallelizationFactor,
      ],
      [7, 3, 2, 90, 9],
    );
    const { memorySize, timeout } = recording.get(types.function, "wine-predict").inputs;
    assert.deepEqual([memorySize, timeout], [1_024, 60]);
    assert.deepEqual(
      [variables(recording, "wine-list").WRITE_SHARDS, variables(recording, "wine-predict").MODEL_CHECK_SECONDS],
      ["3", "5"],
    );
  });

  it("waits for large batches of messages, as SQS wants it", async () => {
    const recording = await made("wine", { ...wine, batch: { size: 100 } });
    assert.equal(recording.get(types.mapping, "wine-messages").inputs.maximumBatchingWindowInSeconds, 1);
  });

  for (const [what, name, args] of [
    ["behind a stream", "iris", iris],
    ["behind a queue", "wine", wine],
  ] as const) {
    it(`keeps every rule of the policy pack, ${what}`, async () => {
      const recording = await made(name, args, "prod");
      assert.deepEqual(check(resourcesOf(recording), { stack: "prod", publicRoutes: [], defaultTags }), []);
    });
  }
});
