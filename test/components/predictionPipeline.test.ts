import assert from "node:assert/strict";
import { ComponentResource, RunError } from "@pulumi/pulumi";
import { PredictionPipeline, type PredictionPipelineArgs } from "../../components/predictionPipeline.ts";
import { createTable } from "../../components/table.ts";
import { check } from "../../policy/check.ts";
import { defaultTags, resourcesOf } from "../policy/support/resources.ts";
import { type Recording, record } from "./support/record.ts";

const iris: PredictionPipelineArgs = {
  model: { artifact: "models/iris/model.json", metrics: "models/iris/metrics.json" },
  features: ["sepal_length", "sepal_width", "petal_length", "petal_width"],
  path: "/v0/iris",
};
/** Another schema, and another model, which something else writes. */
const wine: PredictionPipelineArgs = {
  model: { bucket: "cellar", key: "quality/model.json" },
  features: ["acidity", "alcohol"],
  ingest: "queue",
};
const made = (name: string, args: PredictionPipelineArgs, stack?: string) =>
  record(() => new PredictionPipeline(name, args), stack ? { stack } : {});

const types = {
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  api: "aws:apigateway/restApi:RestApi",
  function: "aws:lambda/function:Function",
  mapping: "aws:lambda/eventSourceMapping:EventSourceMapping",
  object: "aws:s3/bucketObject:BucketObject",
  queue: "aws:sqs/queue:Queue",
  table: "aws:dynamodb/table:Table",
};
const namesOf = (recording: Recording, type: string) =>
  recording.all.filter((one) => one.type === type).map(({ name }) => name);

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const stream = arn("dynamodb", "table/iris-records/stream/2026-01-01T00:00:00.000");
/** What is granted besides logs and traces. */
const grants = (recording: Recording, name: string) =>
  (recording.statements(`${name}-policy`) as { Action: string[]; Resource: string[] }[])
    .filter(({ Action }) => !/^(logs|xray):/.test(Action[0]!))
    .map(({ Action, Resource }) => [Action, Resource]);
const variables = (recording: Recording, name: string) => {
  const { NODE_OPTIONS, POWERTOOLS_SERVICE_NAME, POWERTOOLS_METRICS_NAMESPACE, ...own } = recording.get(
    types.function,
    name,
  ).inputs.environment.variables;
  return own;
};

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

    it("watches failures, waiting, rejected records and the model", () => {
      const alarms = iris1.all.filter(({ type }) => type === types.alarm);
      assert.deepEqual(
        alarms
          .toSorted((a, b) => a.name.localeCompare(b.name))
          .map(({ name, inputs }) => [name, inputs.namespace, inputs.metricName, inputs.dimensions]),
        [
          [
            "iris-delay-alarm",
            "AWS/Lambda",
            "IteratorAge",
            { FunctionName: "iris-predict", Resource: "iris-predict:live" },
          ],
          ["iris-errors-alarm", "AWS/Lambda", "Errors", { FunctionName: "iris-predict" }],
          ["iris-model-alarm", "platform/test", "ModelLoadFailed", { service: "iris-predict" }],
          ["iris-rejected-alarm", "AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName: "iris-failures" }],
        ],
      );
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
        alarmTopics: ["arn:aws:sns:eu-west-1:123456789012:alerts"],
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
    for (const { inputs: alarm } of recording.all.filter(({ type }) => type === types.alarm)) {
      assert.deepEqual(alarm.alarmActions, ["arn:aws:sns:eu-west-1:123456789012:alerts"]);
    }
  });

  describe("with a model in Python", function () {
    this.timeout(60_000);
    const predictor = { entry: "models/iris/predictor.py" as const, memory: 1024 };

    for (const [what, settings] of [
      ["a function", {}],
      ["a container", { compute: "fargate" }],
    ] as const) {
      it(`has it in a function of its own, which ${what} asks, and which may read the model alone`, async () => {
        const recording = await made("iris", { ...iris, ...settings, predictor });
        const { runtime, handler, memorySize, timeout } = recording.get(types.function, "iris-model").inputs;
        assert.deepEqual([runtime, handler, memorySize, timeout], ["python3.13", "serve.lambda_handler", 1024, 30]);
        assert.deepEqual(variables(recording, "iris-model"), {
          PREDICTOR_MODULE: "predictor",
          MODEL_CHECK_SECONDS: "60",
          MODEL_URI: "s3://iris-models/iris/model.json",
        });
        assert.deepEqual(grants(recording, "iris-model"), [
          [["s3:GetObject"], ["arn:aws:s3:::iris-models/iris/model.json"]],
          [["s3:ListBucket"], ["arn:aws:s3:::iris-models"]],
        ]);
        const asks = grants(recording, "iris-predict");
        assert.deepEqual(
          asks.filter(([[action = ""] = []]) => action.startsWith("s3:")),
          [],
        );
        assert.ok(
          asks.some(
            ([actions, resources]) =>
              actions?.[0] === "lambda:InvokeFunction" && resources?.[0] === arn("lambda", "function:iris-model:live"),
          ),
        );
        assert.deepEqual(check(resourcesOf(recording), { stack: "test", publicRoutes: [], defaultTags }), []);
      });
    }

    it("is refused before anything is made, where it defines too little or is not there", async () => {
      const app = "test/components/function/python/fixtures/app/app.py" as const;
      const refusals: [PredictionPipelineArgs, RegExp][] = [
        [{ ...iris, predictor: { entry: "none.py" } }, /predictor\.entry is "none\.py"; allowed is a file/],
        [
          { ...iris, predictor: { entry: app } },
          /predictor\.entry is "load"; allowed is a function that \S+ defines: lamb/,
        ],
        [{ ...iris, predictor: { ...predictor, memory: 64 } }, /predictor\.memory is 64/],
        [
          { ...iris, predictor, handlers: { predict: "index.ts" } },
          /handlers\.predict is "index\.ts"; allowed is nothing/,
        ],
      ];
      const recording = await record(() => {
        for (const [args, message] of refusals) assert.throws(() => new PredictionPipeline("iris", args), message);
      });
      assert.deepEqual(recording.names(), []);
    });
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

  describe("refuses, before anything is made,", () => {
    const bad: [string, Partial<PredictionPipelineArgs>, RegExp][] = [
      ["no feature", { features: [] }, /features is \[\]; allowed is names of attributes/],
      ["a feature twice", { features: ["a", "a"] }, /features is .*; allowed is names of attributes, each once/],
      ["a feature with a comma", { features: ["a,b"] }, /features is "a,b"; allowed is names without commas/],
      ["a feature of its own name", { features: ["pred_target"] }, /features is "pred_target"/],
      ["a model that is no file", { model: { artifact: "models/none.json" } }, /model.artifact is "models\/none.json"/],
      [
        "a model of other features",
        { model: { artifact: "models/iris/model.json" } },
        /features is "acidity, alcohol"; allowed is what the model in models\/iris\/model.json predicts from: petal_l/,
      ],
      [
        "metrics that are no file",
        { ...iris, model: { artifact: "models/iris/model.json", metrics: "x" } },
        /model.metrics is "x"/,
      ],
      ["a path with a slash at its end", { path: "/wine/" }, /path is "\/wine\/"/],
      ["a path with a parameter", { path: "/wine/{id}" }, /path is/],
      ["another way in", { ingest: "mail" as "queue" }, /ingest is "mail"; allowed is one of table, queue/],
      ["too large a batch", { batch: { size: 10_001 } }, /batch.size is 10001/],
      ["endless retries", { batch: { retries: -1 } }, /batch.retries is -1/],
      [
        "an age of messages",
        { batch: { maximumAge: 60 } },
        /batch.maximumAge is 60; allowed is nothing with ingest "queue"/,
      ],
      ["an age beyond the stream's", { ingest: "table", batch: { maximumAge: 86_401 } }, /batch.maximumAge is 86401/],
      [
        "one batch of a queue",
        { batch: { parallelization: 1 } },
        /parallelization is 1; allowed is a whole number from 2/,
      ],
      ["11 batches of a shard", { ingest: "table", batch: { parallelization: 11 } }, /parallelization is 11/],
      ["large batches at once", { batch: { size: 11, window: 0 } }, /batch.window is 0; allowed is at least 1/],
      ["little memory", { memory: 64 }, /memory is 64/],
      ["a long batch", { timeout: 901 }, /timeout is 901/],
      ["a handler that is no file", { handlers: { read: "handlers/none.ts" } }, /handlers.read is "handlers\/none.ts"/],
      ["no shard", { writeShards: 0 }, /writeShards is 0/],
      ["a model that is never looked for", { modelCheckSeconds: 0 }, /modelCheckSeconds is 0/],
    ];
    for (const [what, change, message] of bad) {
      it(what, async () => {
        const recording = await record(() => {
          assert.throws(
            () => new PredictionPipeline("wine", { ...wine, ...change }),
            (error: Error) => error instanceof RunError && message.test(error.message),
          );
        });
        assert.deepEqual(recording.all, []);
      });
    }

    it("a name that functions cannot have", async () => {
      await record(() => assert.throws(() => new PredictionPipeline("x".repeat(40), wine), /name is "x+"/));
    });
  });
});
