import assert from "node:assert/strict";
import { S3 } from "@aws-sdk/client-s3";
import * as sfn from "@aws-sdk/client-sfn";
import { Machines, pass } from "./support.ts";

describe("distributed Maps", () => {
  let machines: Machines;
  let s3: S3;
  let roleArn: string;
  const Bucket = "items";
  before(async () => {
    machines = await Machines.start();
    s3 = machines.test.client(S3, { config: { forcePathStyle: true } });
    await s3.createBucket({ Bucket });
    await s3.putObject({ Bucket, Key: "a.csv", Body: 'id,name\n1,"Ada, L."\n2,Bob\n3,"say ""hi"""\n' });
    await s3.putObject({ Bucket, Key: "a.jsonl", Body: '{"n":1}\n{"n":2}\n' });
    await s3.putObject({ Bucket, Key: "a.json", Body: '{"deep":[1,2,3]}' });
    const statement = { Effect: "Allow", Action: "s3:*", Resource: "*" };
    ({ roleArn } = await machines.test.mintRole([statement], { name: "mapper", trust: "states.amazonaws.com" }));
  });
  after(() => machines.test.stop());

  const each = (more: object, States: object = { One: pass }) => ({
    Type: "Map",
    ItemProcessor: {
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
      StartAt: Object.keys(States)[0],
      States,
    },
    End: true,
    ...more,
  });
  const reader = (Key: string, ReaderConfig: object) => ({
    ItemReader: { Resource: "arn:aws:states:::s3:getObject", ReaderConfig, Parameters: { Bucket, Key } },
  });
  const run = async (map: object, input: unknown = {}) =>
    machines.run(await machines.make({ Each: map }, {}, roleArn), input);

  for (const [what, more, expected] of [
    [
      "rows of CSV",
      reader("a.csv", { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" }),
      [
        { id: "1", name: "Ada, L." },
        { id: "2", name: "Bob" },
        { id: "3", name: 'say "hi"' },
      ],
    ],
    [
      "some of them, under given names",
      reader("a.csv", { InputType: "CSV", CSVHeaderLocation: "GIVEN", CSVHeaders: ["a", "b", "c"], MaxItems: 2 }),
      [
        { a: "id", b: "name", c: "" },
        { a: "1", b: "Ada, L.", c: "" },
      ],
    ],
    ["lines of JSON", reader("a.jsonl", { InputType: "JSONL" }), [{ n: 1 }, { n: 2 }]],
    ["a list in an object", reader("a.json", { InputType: "JSON", ItemsPointer: "/deep" }), [1, 2, 3]],
    [
      "batches, with what they share",
      {
        ...reader("a.json", { InputType: "JSON", ItemsPointer: "/deep" }),
        ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { "of.$": "$.name" } },
      },
      [
        { BatchInput: { of: "x" }, Items: [1, 2] },
        { BatchInput: { of: "x" }, Items: [3] },
      ],
    ],
  ] as const) {
    it(`work on ${what}`, async () => {
      assert.deepEqual(await machines.output(await run(each(more), { name: "x" })), expected);
    });
  }

  it("find objects that tasks put, with the checksum and type that the AWS SDK sends", async () => {
    const put = {
      Type: "Task",
      Resource: "arn:aws:states:::aws-sdk:s3:putObject",
      Parameters: { Bucket, Key: "put/a.txt", Body: "123456789" },
      End: true,
    };
    const answer = await machines.output(await machines.run(await machines.make({ Put: put }, {}, roleArn)));
    // The check value of CRC-32/ISO-HDLC, cbf43926.
    assert.equal(answer.ChecksumCRC32, "y/Q5Jg==");
    assert.equal((await s3.headObject({ Bucket, Key: "put/a.txt" })).ContentType, "text/plain; charset=UTF-8");
    await s3.deleteObject({ Bucket, Key: "put/a.txt" });
  });

  it("work on the objects of a bucket", async () => {
    const ItemReader = { Resource: "arn:aws:states:::s3:listObjectsV2", Parameters: { Bucket } };
    const found = await machines.output(await run(each({ ItemReader })));
    assert.deepEqual(
      found.map(({ Key }: { Key: string }) => Key),
      ["a.csv", "a.json", "a.jsonl"],
    );
  });

  it("tolerate as many failures as they say, and tell of their run", async () => {
    const Odd = { Type: "Choice", Choices: [{ Variable: "$", NumericEquals: 2, Next: "Fail" }], Default: "One" };
    const states = { Odd, One: pass, Fail: { Type: "Fail", Error: "Two" } };
    const executionArn = await run(each({ ToleratedFailureCount: 1, Label: "mine" }, states), [1, 2, 3]);
    assert.deepEqual(await machines.output(executionArn), [1, 3]);
    const { mapRuns = [] } = await machines.client.send(new sfn.ListMapRunsCommand({ executionArn }));
    assert.match(mapRuns[0]!.mapRunArn!, /:mapRun:machine-\d+\/mine:/);
    const described = await machines.client.send(new sfn.DescribeMapRunCommand({ mapRunArn: mapRuns[0]!.mapRunArn }));
    const { succeeded, failed, total } = described.itemCounts!;
    assert.deepEqual([described.status, succeeded, failed, total], ["SUCCEEDED", 2, 1, 3]);
    const strict = await machines.ended(await run(each({}, states), [1, 2, 3]));
    assert.equal(strict.error, "States.ExceedToleratedFailureThreshold");
  });

  it("write their results to S3", async () => {
    const ResultWriter = {
      Resource: "arn:aws:states:::s3:putObject",
      Parameters: { Bucket, Prefix: "out" },
      WriterConfig: { Transformation: "COMPACT", OutputType: "JSON" },
    };
    const { MapRunArn, ResultWriterDetails } = await machines.output(await run(each({ ResultWriter }), [1, 2]));
    assert.equal(ResultWriterDetails.Key, `out/${MapRunArn.split(":").at(-1)}/manifest.json`);
    const read = async (Key: string) =>
      JSON.parse(await (await s3.getObject({ Bucket, Key })).Body!.transformToString());
    const { ResultFiles } = await read(ResultWriterDetails.Key);
    assert.deepEqual(await read(ResultFiles.SUCCEEDED[0].Key), [1, 2]);
  });

  it("fail by what they cannot read", async () => {
    const { error } = await machines.ended(await run(each(reader("none.json", { InputType: "JSON" }))));
    assert.equal(error, "States.ItemReaderFailed");
  });
});
