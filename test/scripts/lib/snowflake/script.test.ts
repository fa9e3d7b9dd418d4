import assert from "node:assert/strict";
import { init } from "@guanmingchiu/sqlparser-ts";
import fc from "fast-check";
import { Failure } from "../../../../scripts/lib/failure.ts";
import { externalFunctions } from "../../../../scripts/lib/snowflake/functions.ts";
import { type NameOptions, readSetting, type Setting } from "../../../../scripts/lib/snowflake/names.ts";
import { readName, sql } from "../../../../scripts/lib/snowflake/quote.ts";
import { asText, partNames, script } from "../../../../scripts/lib/snowflake/script.ts";
import { judge, shapeOf } from "./grammar.ts";

const outputs = {
  recommenderUrl: "https://a1b2.execute-api.eu-west-1.amazonaws.com/dev",
  recommenderBucketName: "recommender-1234567",
  snowflakeExternalFunctionRoleArn: "arn:aws:iam::123456789012:role/recommender-external-function-1",
  snowflakeStorageRoleArn: "arn:aws:iam::123456789012:role/recommender-storage-1",
  snowflakeTrust: "pending",
};
const stack = { name: "dev", outputs, client: { region: "eu-west-1" } };
const options: NameOptions = {
  database: "movielens",
  warehouse: "MOVIELENS",
  role: "RECOMMENDER",
  integrations: "SNF_RECOMMENDER",
  model: "movielens",
  schedule: "0 3 * * 0 UTC",
};
const setting = readSetting(stack, options);

describe("the SQL for Snowflake", () => {
  before(() => init());

  const all = script(setting).map((one) => one.sql);
  const only = (pattern: RegExp) => all.filter((one) => pattern.test(one));

  it("is SQL: every statement is parsed, those that the parser does not know held against Snowflake's syntax", () => {
    const judges = all.map((one) => {
      try {
        return judge(one);
      } catch (error) {
        throw new Error(`${(error as Error).message}: ${one}`);
      }
    });
    // Queries and changes of data are the parser's without exception.
    for (const [index, one] of all.entries()) {
      const parsed = /^(SELECT|INSERT|UPDATE|MERGE|COPY|CREATE TABLE|CREATE OR REPLACE STAGE|USE)\b/.test(one);
      if (parsed) assert.equal(judges[index], "parser", one);
    }
    assert.ok(judges.filter((one) => one === "parser").length > all.length / 2);
  });

  it("has a judge that sees mistakes", () => {
    for (const wrong of [
      "MERGE INTO a USING b ON WHEN MATCHED THEN DELETE",
      "CREATE STORAGE INTEGRATION IF NOT EXISTS \"A\" TYPE = EXTERNAL_STAGE ENABLED = 'TRUE'",
      'CREATE OR REPLACE TASK "A" WAREHOUSE = "W" SCHEDULE = \'x\' USER_TASK_TIMEOUT_MS = 1 AS EXECUTE IMMEDIATE $$BEGIN SELEC 1; END;$$',
      'DESCRIBE INTEGRATION "A',
    ]) {
      assert.throws(() => judge(wrong), Error, wrong);
    }
  });

  it("comes in the order in which it is run", () => {
    const order = [
      /^CREATE DATABASE IF NOT EXISTS "MOVIELENS"/,
      /^CREATE WAREHOUSE/,
      /^CREATE TABLE IF NOT EXISTS "MOVIES"/,
      /^CREATE FILE FORMAT/,
      /^CREATE STORAGE INTEGRATION/,
      /^CREATE OR REPLACE STAGE/,
      /^CREATE API INTEGRATION/,
      /^DESCRIBE INTEGRATION "SNF_RECOMMENDER_API_INTEGRATION"/,
      /^CREATE OR REPLACE EXTERNAL FUNCTION/,
      /^GRANT USAGE ON FUNCTION/,
      /^COPY INTO @"TRAINING"\/ratings_train_data\/ratings.csv.gz/,
      /TRAIN_AND_GET_RECOMMENDATIONS"\('ratings_train_data', 'user_movie_recommendations'\)/,
      /^MERGE INTO "USER_MOVIE_RECOMMENDATIONS"/,
      /^SELECT "DEPLOY_MODEL"\('movielens', "MODEL_URL"\)/,
      /JOIN "MOVIES"/,
      /"INVOKE_MODEL"\('movielens', /,
      /^CREATE OR REPLACE TASK "RETRAIN_RECOMMENDER"/,
    ].map((pattern) => all.findIndex((one) => pattern.test(one)));
    assert.ok(order.every((index) => index >= 0));
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
  });

  it("carries the stack's values", () => {
    const [functionRole, storageRole] = [outputs.snowflakeExternalFunctionRoleArn, outputs.snowflakeStorageRoleArn];
    for (const one of only(/ API INTEGRATION .* API_AWS_ROLE_ARN/s)) {
      assert.ok(one.includes(`'${functionRole}'`) && one.includes(`('${outputs.recommenderUrl}/')`), one);
    }
    for (const one of only(/ STORAGE INTEGRATION /)) {
      assert.ok(one.includes(`'${storageRole}'`), one);
      assert.match(
        one,
        /\('s3:\/\/recommender-1234567\/training\/', 's3:\/\/recommender-1234567\/recommendations\/'\)/,
      );
    }
    for (const { route, name } of externalFunctions) {
      const [made] = only(new RegExp(`EXTERNAL FUNCTION .*"${name.toUpperCase()}"\\(`));
      assert.ok(made?.endsWith(`AS '${outputs.recommenderUrl}/${route}'`), name);
    }
  });

  it("never replaces an integration, whose external id the roles trust", () => {
    assert.deepEqual(only(/CREATE OR REPLACE (STORAGE|API) INTEGRATION/), []);
    assert.equal(only(/^CREATE (STORAGE|API) INTEGRATION IF NOT EXISTS/).length, 2);
    assert.equal(only(/^ALTER (STORAGE|API) INTEGRATION "\w+" SET/).length, 2);
  });

  it("grants each function under the arguments that it is made with", () => {
    for (const { name, args } of externalFunctions) {
      const types = args.map(() => "VARCHAR").join(", ");
      assert.equal(only(new RegExp(`^GRANT .*"${name.toUpperCase()}"\\(${types}\\) TO ROLE "RECOMMENDER"$`)).length, 1);
    }
  });

  it("says on the local stack how it is trusted there", () => {
    const text = asText(script(readSetting({ ...stack, name: "local" }, options)));
    assert.match(text, /^-- On this machine nobody answers: dsp snowflake trust --local$/m);
    assert.doesNotMatch(text, /up --stack local/);
  });

  it("is printed with headings and notes, part by part, and can be run again from any part", () => {
    const text = asText(script(setting));
    for (const [index, part] of partNames.entries())
      assert.match(text, new RegExp(`^-- ${index + 1}\\. .*\\(${part}\\)$`, "m"));
    assert.match(text, /^-- The answers of both go into: dsp snowflake trust --stack dev$/m);
    assert.match(text, /^-- Functions and stages work after that\.$/m);
    for (const part of partNames) assert.match(script(setting, [part])[0]!.sql, /^USE ROLE/);
    const established = readSetting({ ...stack, outputs: { ...outputs, snowflakeTrust: "established" } }, options);
    assert.match(asText(script(established)), /the trust is established/);
  });

  it("keeps any name and value in its quotes", () => {
    const plain = script(setting).map((one) => shapeOf(one.sql));
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
    const hostile = fc.oneof(
      fc.constantFrom(
        '"; DROP DATABASE "X',
        "'; DROP TABLE X; --",
        "\\",
        "\\'",
        "$$",
        "$",
        "a\nb",
        '""',
        "'",
        "a.b",
        "/*",
      ),
      text,
    );
    const name = hostile.filter((one) => !/[\p{Cc}]|\$\$/u.test(one));
    fc.assert(
      fc.property(name, name, hostile, hostile, (database, role, bucket, url) => {
        const given: Setting = {
          ...setting,
          database,
          warehouse: database,
          role,
          integrations: { api: role, storage: role },
          stack: { ...setting.stack, bucket, url, externalFunctionRoleArn: bucket, storageRoleArn: url },
        };
        const shapes = script(given).map((one) => shapeOf(one.sql));
        assert.deepEqual(shapes, plain);
      }),
      { numRuns: 30 },
    );
  });

  it("escapes what a string constant would read otherwise", () => {
    assert.equal(sql`SELECT ${"it's \\ a\nb $$"}`.text, "SELECT 'it''s \\\\ a\\nb $\\x24'");
  });

  it("reads names as Snowflake does", () => {
    assert.equal(readName("--role", "analysts"), "ANALYSTS");
    assert.equal(readName("--role", '"analysts"'), "analysts");
    assert.equal(readName("--role", "my analysts"), "my analysts");
    for (const wrong of ["", "a\nb", "a$$b", "x".repeat(256)]) {
      assert.throws(
        () => readName("--role", wrong),
        (error) => error instanceof Failure && /^--role is/.test(error.message),
      );
    }
  });

  const mistakes: [Partial<NameOptions>, RegExp][] = [
    [{ model: "my_model" }, /^--model is "my_model"; allowed: letters/],
    [{ schedule: "weekly" }, /^--schedule is "weekly"; allowed: five cron fields/],
    [{ database: "" }, /^--database is ""/],
  ];
  for (const [wrong, message] of mistakes) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      assert.throws(
        () => readSetting(stack, { ...options, ...wrong }),
        (error: Error) => error instanceof Failure && message.test(error.message),
      );
    });
  }
});
