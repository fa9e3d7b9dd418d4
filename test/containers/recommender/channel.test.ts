import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { findChannel, readChannel } from "../../../containers/recommender/channel.ts";
import { RatingsBuilder } from "../../../containers/recommender/ratings.ts";
import { jobFolder, requiredHyperparameters } from "./support.ts";

/** Reads the files as a channel: `user/item` to rating. */
async function read(files: Record<string, string | Uint8Array>, maxBadRows = 0) {
  const { folders, remove } = await jobFolder(requiredHyperparameters, files);
  try {
    const builder = new RatingsBuilder({ maxBadRows });
    const count = await readChannel(join(folders.data, "training"), builder);
    const { matrix, userIds, itemIds, badRows } = builder.finish();
    const found: Record<string, number> = {};
    for (let user = 0; user < matrix.userCount; user++) {
      for (let at = matrix.starts[user]!; at < matrix.starts[user + 1]!; at++) {
        found[`${userIds[user]}/${itemIds[matrix.items[at]!]}`] = matrix.values[at]!;
      }
    }
    return { count, found, badRows };
  } finally {
    await remove();
  }
}

describe("an input channel", () => {
  const expected = { "1/10": 4, "2/10": 3.5, "2/11": 1 };
  const same: [string, string][] = [
    ["without header", "1,10,4\n2,10,3.5\n2,11,1\n"],
    ["with header", "userid,movieid,rating\n1,10,4\n2,10,3.5\n2,11,1"],
    [
      "with other columns in another order",
      'RATING,"Title",Movie_Id,USER_ID\n4,"a, ""b""",10,1\n3.5,,10,2\n1,x,11,2\n',
    ],
    ["with timestamps", "user,item,rating,timestamp\n1,10,4,881250949\n2,10,3.5,881250949\n2,11,1,881250949\n"],
    ["with tabs, as u.data of MovieLens", "1\t10\t4\t881250949\n2\t10\t3.5\t881250949\n2\t11\t1\t881250949\n"],
    [
      "with CRLF, a byte order mark and empty lines",
      "\ufeffuser,item,rating\r\n1,10,4\r\n\r\n2,10,3.5\r\n2,11,1\r\n\r\n",
    ],
    ["with quoted and padded fields", '"1","10","4"\n"2", 10 ,3.5\n2.0,11.00,"1.0"\n'],
  ];
  for (const [name, text] of same) {
    it(`reads CSV ${name}`, async () => assert.deepEqual((await read({ "a.csv": text })).found, expected));
  }

  it("reads several files, gzipped or not, whatever their names, by name; hidden and empty ones and markers are no data", async () => {
    const { count, found } = await read({
      "part-0.csv.gz": gzipSync("1,10,1\n2,10,3.5\n"),
      "part-1": Buffer.concat([gzipSync("2,11,"), gzipSync("1\n")]),
      "z/part-2.csv": "1,10,4\n",
      _SUCCESS: "yes",
      ".hidden": "what,is,this",
      "empty.csv": "",
    });
    assert.equal(count, 3);
    assert.deepEqual(found, expected);
  });

  const columnData = [
    { name: "USERID", data: [1n, 2n, 2n], type: "INT64" as const },
    { name: "TITLE", data: ["a", "b", "c"], type: "STRING" as const },
    { name: "MOVIEID", data: ["10", "10", "11"], type: "STRING" as const },
    { name: "RATING", data: [4, 3.5, 1], type: "DOUBLE" as const },
  ];

  it("reads Parquet, all its row groups", async () => {
    const whole = new Uint8Array(parquetWriteBuffer({ columnData }));
    const groups = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 1 }));
    assert.deepEqual((await read({ "a.parquet": whole })).found, expected);
    assert.deepEqual((await read({ "data_0_0_0.snappy.parquet": groups })).found, expected);
  });

  it("reads Parquet compressed by ZSTD, with Snowflake's names for unnamed columns", async () => {
    const unnamed = [columnData[0]!, columnData[2]!, columnData[3]!].map((column, index) => ({
      ...column,
      name: `_COL_${index}`,
    }));
    const compressors = { ZSTD: (input: Uint8Array) => zstdCompressSync(input) };
    const file = parquetWriteBuffer({ columnData: unnamed, codec: "ZSTD", compressors });
    assert.deepEqual((await read({ "a.parquet": new Uint8Array(file) })).found, expected);
  });

  it("tells bad rows of a CSV file by line", async () => {
    const text = 'user,item,rating\n1,10,4\n2,10\n\n3,1,two\n,5,3\n4,"1\n0",1\n5,5,5\n';
    await assert.rejects(read({ "a.csv": text }), {
      name: "UserError",
      message:
        '4 bad rows, max_bad_rows is 0: a.csv:3: rating "" is not a number; a.csv:5: rating "two" is not a number; ' +
        "a.csv:6: no user; a.csv:8: an id with a line break",
    });
    const { found, badRows } = await read({ "a.csv": text }, 4);
    assert.deepEqual([found, badRows], [{ "1/10": 4, "5/5": 5 }, 4]);
  });

  it("tells bad rows of a Parquet file by row", async () => {
    const withNull = [
      { name: "user", data: [1, 2, null, 4], type: "INT32" as const, nullable: true },
      { name: "item", data: [1, 2, 3, 4], type: "INT32" as const },
      { name: "rating", data: [1, null, 3, 4], type: "DOUBLE" as const, nullable: true },
    ];
    const file = new Uint8Array(parquetWriteBuffer({ columnData: withNull, rowGroupSize: 2 }));
    await assert.rejects(read({ "a.parquet": file }), {
      message:
        '2 bad rows, max_bad_rows is 0: a.parquet: row 2: rating "null" is not a number; a.parquet: row 3: no user',
    });
  });

  const unreadable: [string, Record<string, string | Uint8Array>, RegExp][] = [
    [
      "an unknown header",
      { "a.csv": "who,what,much\n1,2,3\n" },
      /^a\.csv: no column for user \(user, userid, uid\) and item .* and rating .*; its columns are who, what, much$/,
    ],
    [
      "a broken quote, whatever the tolerance",
      { "a.csv": '1,10,4\n2,"1"0,3\n2,11,1\n' },
      /^a\.csv:2: Invalid Closing Quote: got "0"$/,
    ],
    ["a quote that never ends", { "a.csv": `1,10,4\n2,"${"x,y\n".repeat(50_000)}` }, /^a\.csv:\d+: Max Record Size: /],
    ["a header alone", { "a.csv": "user,item,rating\n" }, /The input has no ratings/],
    [
      "a truncated gzip file",
      { "a.csv.gz": gzipSync("1,10,4\n".repeat(1000)).subarray(0, 40) },
      /^a\.csv\.gz: unexpected end of file/,
    ],
    [
      "a truncated Parquet file",
      { "a.parquet": new Uint8Array(parquetWriteBuffer({ columnData })).subarray(0, 60) },
      /^a\.parquet: .*parquet/,
    ],
    ["no file", {}, /The input channel has no files/],
  ];
  for (const [name, files, message] of unreadable) {
    it(`refuses ${name}`, async () => assert.rejects(read(files, 5), { name: "UserError", message }));
  }

  it("is training or train by name, or the only one", async () => {
    const { folders, remove } = await jobFolder(requiredHyperparameters, {});
    const config = (channels: string[]) =>
      writeFile(
        join(folders.config, "inputdataconfig.json"),
        JSON.stringify(Object.fromEntries(channels.map((name) => [name, {}]))),
      );
    try {
      assert.equal(await findChannel(folders), join(folders.data, "training"), "without configuration, by folder");
      await config(["validation", "train"]);
      assert.equal(await findChannel(folders), join(folders.data, "train"));
      await config(["ratings"]);
      assert.equal(await findChannel(folders), join(folders.data, "ratings"));
      await config(["a", "b"]);
      await assert.rejects(findChannel(folders), /Expected an input channel named training; the job has a, b/);
      await config([]);
      await assert.rejects(findChannel(folders), /Expected an input channel named training; the job has none/);
      await mkdir(join(folders.data, "empty"));
      await assert.rejects(readChannel(join(folders.data, "gone"), new RatingsBuilder()), /folder is missing/);
    } finally {
      await remove();
    }
  });
});
