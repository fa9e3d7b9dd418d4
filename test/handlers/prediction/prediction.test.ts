import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { APIGatewayProxyHandler, DynamoDBStreamEvent, SQSEvent } from "aws-lambda";
import { answer, proxyEvent } from "../support/proxyEvent.ts";
import { context, features, modelText, modelVersion, type Pipeline, startPipeline } from "./support.ts";

type Body = Record<string, unknown> & { id: string; items: Body[]; token?: string };

/** The functions of the pipeline, invoked one by one against the local cloud. */
describe("prediction handlers", () => {
  let pipeline: Pipeline;
  let handlers: Record<"ingest" | "read" | "list", APIGatewayProxyHandler>;
  let predictStream: (images: (Record<string, AttributeValue> | undefined)[], eventName?: string) => Promise<string[]>;
  let predictQueue: (bodies: string[]) => Promise<string[]>;

  before(async () => {
    pipeline = await startPipeline();
    // The clients are made when the handlers are loaded, and take the environment as it is then.
    const load = async (name: string) => (await import(`../../../handlers/prediction/${name}.ts`)).handler;
    handlers = { ingest: await load("ingest"), read: await load("read"), list: await load("list") };
    const [stream, queue] = [await load("predictStream"), await load("predictQueue")];
    const failed = (response: { batchItemFailures: { itemIdentifier: string }[] }) =>
      response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    predictStream = async (images, eventName = "INSERT") => {
      const Records = images.map((NewImage, index) => ({
        eventName,
        dynamodb: { SequenceNumber: String(index), ...(NewImage && { NewImage }) },
      }));
      return failed(await stream({ Records } as unknown as DynamoDBStreamEvent, context));
    };
    predictQueue = async (bodies) => {
      const Records = bodies.map((body, index) => ({ messageId: `m${index}`, body, eventSource: "aws:sqs" }));
      return failed(await queue({ Records } as unknown as SQSEvent, context));
    };
  });
  after(() => pipeline.stop());

  const post = async (body: unknown) => {
    const event = proxyEvent("POST", "/v0/iris", { body: typeof body === "string" ? body : JSON.stringify(body) });
    const { statusCode, body: answered } = await answer(handlers.ingest, event);
    return { statusCode, body: answered as Body };
  };
  const get = async (id: string) => {
    const { statusCode, body } = await answer(
      handlers.read,
      proxyEvent("GET", `/v0/iris/${id}`, { pathParameters: { id } }),
    );
    return { statusCode, body: body as Body };
  };
  const list = async (queryStringParameters: Record<string, string> | null = null) => {
    const { statusCode, body } = await answer(handlers.list, proxyEvent("GET", "/v0/iris", { queryStringParameters }));
    return { statusCode, body: body as Body };
  };
  let made = 0;
  /** A measurement that no other test has, of the class in mind. */
  const flower = (kind: "setosa" | "virginica" = "setosa") => {
    made++;
    const values = kind === "setosa" ? [5.1, 3.5, 1.4, 0.2] : [6.9, 3.1, 5.8, 2.2];
    return Object.fromEntries(
      features.map((feature, index) => [feature, values[index]! + (index === 0 ? made / 1e6 : 0)]),
    );
  };
  const posted = async (record: Record<string, unknown>) => {
    const { body } = await post(record);
    return { id: body.id, image: (await pipeline.read(body.id))! };
  };

  describe("POST", () => {
    it("takes a measurement, numbers or strings, and keeps other attributes as given", async () => {
      const others = { color: "blue", garden: { row: 3, tags: ["a", null, true] }, note: "" };
      const { statusCode, body } = await post({ ...flower(), petal_width: "0.20", ...others });
      assert.equal(statusCode, 201);
      assert.deepEqual(Object.keys(body), ["id"]);
      const { body: item } = await get(body.id);
      assert.equal(item.petal_width, 0.2);
      assert.deepEqual({ color: item.color, garden: item.garden, note: item.note }, others);
    });

    it("takes numbers of any size that DynamoDB stores", async () => {
      const { body } = await post({ ...flower(), sepal_width: "1e30", petal_length: 1e-30 });
      const { body: item } = await get(body.id);
      assert.deepEqual([item.sepal_width, item.petal_length], [1e30, 1e-30]);
    });

    it("gives the same measurement the same id, whatever its spelling and order", async () => {
      const record = flower();
      const first = await post(record);
      const turned = Object.fromEntries(
        Object.entries(record)
          .reverse()
          .map(([name, value]) => [name, `${value}0`]),
      );
      const second = await post({ more: 1, ...turned });
      assert.deepEqual([first.statusCode, second.statusCode], [201, 200]);
      assert.equal(second.body.id, first.body.id);
      assert.equal((await get(first.body.id)).body.more, undefined);
    });

    it("makes one record of a hundred posts at once", async () => {
      const record = flower();
      const answers = await Promise.all(Array.from({ length: 100 }, () => post(record)));
      assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
      assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [...new Array(99).fill(200), 201]);
    });

    const good = { sepal_length: 5, sepal_width: 3, petal_length: 1, petal_width: 0.2 };
    const refused: [string, unknown, number, object][] = [
      ["an empty body", "", 400, { message: "the body is empty" }],
      ["no JSON", "{", 400, { message: "the body is not JSON" }],
      [
        "a missing key",
        { ...good, petal_width: undefined },
        400,
        { message: "petal_width: is missing", field: "petal_width" },
      ],
      ["null", { ...good, sepal_width: null }, 400, { message: "sepal_width: is not a number", field: "sepal_width" }],
      [
        "NaN as text",
        { ...good, sepal_width: "NaN" },
        400,
        { message: "sepal_width: is not a number", field: "sepal_width" },
      ],
      [
        "an overflowing number",
        '{"sepal_length":1e999}',
        400,
        { message: "sepal_length: is not a number", field: "sepal_length" },
      ],
      [
        "an attribute of ours",
        { ...good, pred_target: "x" },
        400,
        { message: "pred_target: is set by the service", field: "pred_target" },
      ],
      ["an id", { ...good, id: "x" }, 400, { message: "id: is set by the service", field: "id" }],
      [
        "a number that DynamoDB has not",
        { ...good, mass: 1e200 },
        400,
        { message: "the record has attributes that cannot be stored" },
      ],
      [
        "a body that is too large",
        { ...good, note: "x".repeat(400_000) },
        413,
        { message: "the body is larger than 307200 bytes" },
      ],
    ];
    for (const [name, body, statusCode, expected] of refused) {
      it(`refuses ${name}`, async () => assert.deepEqual(await post(body), { statusCode, body: expected }));
    }

    for (const body of ["null", "[]", "5", '"text"']) {
      it(`refuses the JSON ${body}`, async () => assert.equal((await post(body)).statusCode, 400));
    }
  });

  describe("the predictor of the stream", () => {
    it("writes class, probability and model version, and GET goes from 202 to 200", async () => {
      const { id, image } = await posted(flower("virginica"));
      const pending = await get(id);
      assert.deepEqual(
        [pending.statusCode, pending.body.status, pending.body.pred_target],
        [202, "pending", undefined],
      );
      assert.deepEqual(await predictStream([image]), []);
      const { statusCode, body } = await get(id);
      assert.deepEqual(
        [statusCode, body.status, body.pred_target, body.model_version],
        [200, "predicted", "virginica", modelVersion],
      );
      assert.ok((body.pred_probability as number) > 0.9);
      for (const hidden of ["time_key", "time_bucket", "prediction_bucket", "unpredicted_bucket"])
        assert.ok(!(hidden in body));
      const stored = (await pipeline.read(id))!;
      assert.equal(stored.unpredicted_bucket, undefined);
      assert.match(stored.prediction_bucket!.S!, /^virginica#\d{4}-\d\d#[0-7]$/);
    });

    it("predicts once: again, and posted again, changes nothing", async () => {
      const record = flower();
      const { id, image } = await posted(record);
      await predictStream([image, image]);
      const before = await pipeline.read(id);
      assert.deepEqual(await predictStream([image]), []);
      await post(record);
      assert.deepEqual(await pipeline.read(id), before);
    });

    it("does not bring back a record that is gone", async () => {
      const { image } = await posted(flower());
      assert.deepEqual(await predictStream([{ ...image, id: { S: "gone" } }]), []);
      assert.equal(await pipeline.read("gone"), undefined);
    });

    it("does not answer to its own update", async () => {
      const { id, image } = await posted(flower());
      await predictStream([image], "MODIFY");
      assert.equal((await get(id)).statusCode, 202);
      await predictStream([{ ...image, pred_target: { S: "x" } }]);
      assert.equal((await get(id)).statusCode, 202);
    });

    it("sends poison to the failure queue and predicts what is around it", async () => {
      await pipeline.failures();
      const good = [await posted(flower()), await posted(flower("virginica"))];
      const poison = [
        { id: "null", ...flower(), sepal_width: null },
        { id: "text", ...flower(), petal_length: "long" },
        { id: "nested", ...flower(), petal_width: { cm: 2 } },
        { id: "missing", color: "blue" },
        { id: "large", ...flower(), blob: "x".repeat(409_400) },
      ];
      const images: Record<string, AttributeValue>[] = [];
      for (const item of poison) images.push(await pipeline.put(item));
      assert.deepEqual(await predictStream([good[0]!.image, ...images, good[1]!.image]), []);
      assert.deepEqual(
        [(await get(good[0]!.id)).body.pred_target, (await get(good[1]!.id)).body.pred_target],
        ["setosa", "virginica"],
      );
      const found = (await pipeline.failures()).sort((a, b) =>
        JSON.stringify(a.key).localeCompare(JSON.stringify(b.key)),
      );
      assert.deepEqual(
        found.map(({ key, reason }) => [(key as { id: string }).id, reason]),
        [
          ["large", "The record cannot be stored with its prediction"],
          ["missing", "sepal_length: is missing"],
          ["nested", "petal_width: is not a number"],
          ["null", "sepal_width: is not a number"],
          ["text", "petal_length: is not a number"],
        ],
      );
      assert.deepEqual(found[1]!.body, poison[3]);
      assert.equal(found[0]!.body, undefined, "too large for a message");
    });

    it("reports what it could not do, and only that, for another try", async () => {
      const [first, second] = [await posted(flower()), await posted(flower())];
      const table = process.env.FAILURE_QUEUE_URL;
      process.env.FAILURE_QUEUE_URL = `${table}-gone`;
      try {
        const bad = await pipeline.put({ id: "bad", color: "red" });
        assert.deepEqual(await predictStream([first.image, bad, second.image]), ["1"]);
      } finally {
        process.env.FAILURE_QUEUE_URL = table;
      }
      assert.equal((await get(second.id)).statusCode, 200);
    });

    it("says when the stream has no images", async () => {
      assert.deepEqual(await predictStream([undefined]), ["0"]);
    });
  });

  describe("the model", () => {
    /** The artifact with other class names, under the version that it then has. */
    const renamed = async () => {
      const { versionOf } = await import("../../../handlers/lib/model.ts");
      const model = { ...JSON.parse(modelText), classes: ["iris setosa", "iris versicolor", "iris virginica"] };
      return JSON.stringify({ ...model, version: versionOf(model) });
    };
    const predicted = async () => {
      const { id, image } = await posted(flower());
      await predictStream([image]);
      return (await get(id)).body.pred_target;
    };

    it("is replaced when the object is, and the last good one kept when the object is no use", async () => {
      assert.equal(await predicted(), "setosa");
      for (const broken of [
        modelText.slice(0, 200),
        "",
        modelText.replace('"schemaVersion": 1', '"schemaVersion": 9'),
      ]) {
        await pipeline.putModel(broken);
        await delay(1010);
        assert.equal(await predicted(), "setosa");
      }
      await pipeline.putModel(await renamed());
      assert.equal(await predicted(), "setosa", "not looked for before its time");
      await delay(1010);
      assert.equal(await predicted(), "iris setosa");
      await pipeline.putModel(modelText);
      await delay(1010);
      assert.equal(await predicted(), "setosa");
    });

    it("must be there at first, and be for these features", async () => {
      const { ModelSource } = await import("../../../handlers/prediction/modelSource.ts");
      await assert.rejects(new ModelSource("s3://models/none.json", features, 60).current(), { name: "NoSuchKey" });
      await pipeline.putModel(modelText.slice(0, 99), "truncated.json");
      await assert.rejects(
        new ModelSource("s3://models/truncated.json", features, 60).current(),
        /The model is not JSON/,
      );
      await assert.rejects(
        new ModelSource("s3://models/iris/model.json", ["height"], 60).current(),
        /The model predicts from petal_length, petal_width, sepal_length, sepal_width; records have height/,
      );
      assert.throws(
        () => new ModelSource("models/iris", features, 60),
        /MODEL_URI is models\/iris, expected s3:\/\/BUCKET\/KEY/,
      );
    });

    it("is loaded once by many at once", async () => {
      const { ModelSource } = await import("../../../handlers/prediction/modelSource.ts");
      const source = new ModelSource("s3://models/iris/model.json", features, 60);
      const models = await Promise.all(Array.from({ length: 20 }, () => source.current()));
      assert.equal(new Set(models).size, 1);
    });
  });

  describe("the queue instead of the table", () => {
    before(() => {
      process.env.RECORD_QUEUE_URL = pipeline.recordQueueUrl;
    });
    after(() => {
      delete process.env.RECORD_QUEUE_URL;
    });

    it("takes what is posted, and the predictor writes it whole, once", async () => {
      const record = { ...flower("virginica"), color: "blue" };
      const { statusCode, body } = await post(record);
      assert.equal(statusCode, 201);
      assert.equal((await get(body.id)).statusCode, 404);
      const messages = (await pipeline.records()).map((message) => JSON.stringify(message));
      assert.deepEqual(await predictQueue([...messages, ...messages]), []);
      const { body: item } = await get(body.id);
      assert.deepEqual([item.status, item.pred_target, item.color], ["predicted", "virginica", "blue"]);
      assert.equal((await pipeline.read(body.id))!.unpredicted_bucket, undefined);
      const again = await post(record);
      assert.deepEqual([again.statusCode, again.body.id], [200, body.id]);
      assert.deepEqual(await pipeline.records(), []);
    });

    it("predicts a record of the table that is named by its id: so a rejected one is put back", async () => {
      await pipeline.put({ id: "put-back", created_at: "2026-01-05T00:00:00.000Z", ...flower(), petal_width: "wide" });
      await predictQueue([JSON.stringify({ id: "put-back" })]);
      assert.deepEqual(
        (await pipeline.failures()).map(({ reason }) => reason),
        ["petal_width: is not a number"],
      );
      await pipeline.put({ id: "put-back", created_at: "2026-01-05T00:00:00.000Z", ...flower() });
      assert.deepEqual(await predictQueue([JSON.stringify({ id: "put-back" })]), []);
      assert.equal((await get("put-back")).body.pred_target, "setosa");
    });

    it("sends messages that are no records to the failure queue", async () => {
      const bodies = [
        "no JSON",
        "{}",
        '{"id":""}',
        '{"id":"x","record":5}',
        '{"id":"nobody"}',
        '{"id":"a","record":{"sepal_length":null}}',
      ];
      assert.deepEqual(await predictQueue(bodies), []);
      const found = (await pipeline.failures())
        .map(({ key, body, reason }) => JSON.stringify([key, body, reason]))
        .sort();
      const malformed = "The message is not a record: expected {id, record, created_at}";
      assert.deepEqual(found, [
        JSON.stringify([{ id: "a" }, { sepal_length: null }, "sepal_length: is not a number"]),
        JSON.stringify([{ id: "nobody" }, undefined, "There is no such record"]),
        ...bodies.slice(0, 4).map((body, index) => JSON.stringify([{ messageId: `m${index}` }, body, malformed])),
      ]);
    });
  });

  describe("GET", () => {
    it("of what is not there is 404", async () => {
      assert.deepEqual(await get("nothing"), {
        statusCode: 404,
        body: { message: "there is no such record", field: "id" },
      });
    });

    it("of all is newest first, page by page, each record once", async () => {
      for (let count = 0; count < 30; count++) await post(flower());
      // Older records, of other months.
      const { newItem } = await import("../../../handlers/prediction/item.ts");
      const month = (back: number) => {
        const date = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - back, 15));
        return date.toISOString();
      };
      for (const back of [1, 5, 5, 23, 24]) {
        const id = `${(++made).toString(16).padStart(8, "0")}older`;
        await pipeline.put(newItem(id, flower(), month(back)));
      }
      const seen: Body[] = [];
      let token: string | undefined;
      let pages = 0;
      do {
        const { statusCode, body } = await list({ limit: "7", ...(token && { token }) });
        assert.equal(statusCode, 200);
        assert.ok(body.items.length === 7 || body.token === undefined);
        seen.push(...body.items);
        token = body.token;
        pages++;
      } while (token);
      assert.equal(pages, Math.ceil(seen.length / 7));
      assert.equal(new Set(seen.map(({ id }) => id)).size, seen.length);
      const times = seen.map(({ created_at }) => String(created_at));
      assert.deepEqual(times, times.toSorted().reverse());
      assert.deepEqual(times.slice(-4), [month(1), month(5), month(5), month(23)], "not older than 24 months");
      assert.ok(seen.every((item) => !("time_key" in item) && "status" in item));
    });

    it("of a class has that class alone", async () => {
      const { id, image } = await posted(flower("virginica"));
      await predictStream([image]);
      const { body } = await list({ class: "virginica", limit: "100" });
      assert.ok(body.items.some((item) => item.id === id));
      assert.deepEqual(new Set(body.items.map(({ pred_target }) => pred_target)), new Set(["virginica"]));
      assert.deepEqual((await list({ class: "rose" })).body, { items: [] });
    });

    it("has 20 at a time unless told otherwise", async () => assert.equal((await list()).body.items.length, 20));

    const refused: [Record<string, string>, string][] = [
      [{ limit: "0" }, "limit: is not an integer from 1 to 100"],
      [{ limit: "101" }, "limit: is not an integer from 1 to 100"],
      [{ limit: "ten" }, "limit: is not an integer from 1 to 100"],
      [{ token: "abc" }, "token: is not one of ours"],
      [{ class: "" }, "class: is empty"],
    ];
    for (const [query, message] of refused) {
      it(`refuses ${JSON.stringify(query)}`, async () => {
        const { statusCode, body } = await list(query);
        assert.deepEqual([statusCode, body.message, body.field], [400, message, Object.keys(query)[0]]);
      });
    }
  });
});
