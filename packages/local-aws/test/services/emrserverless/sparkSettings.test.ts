import assert from "node:assert/strict";
import type { Configuration } from "@aws-sdk/client-emr-serverless";
import fc from "fast-check";
import { sparkSettings, workersOf } from "../../../src/services/emrserverless/sparkSettings.ts";

describe("what a run says of Spark", () => {
  it("is the application's, overridden by the run's, and by its parameters", () => {
    const defaults = (value: string): Configuration[] => [
      { classification: "spark-defaults", properties: { "spark.a": value, [`spark.${value}`]: value } },
      { classification: "spark-log4j2", properties: { "spark.none": "x" } },
    ];
    const { conf } = sparkSettings("--conf spark.a=parameter", defaults("application"), defaults("run"));
    assert.deepEqual(
      ["spark.a", "spark.application", "spark.run", "spark.none"].map((name) => conf[name]),
      ["parameter", "application", "run", undefined],
    );
  });

  it("knows options by both of their forms, and drops where it shall run", () => {
    const { conf, options } = sparkSettings(
      `--master yarn --deploy-mode=cluster --class "com.example.Main Class" --driver-memory=2g --jars a.jar,b.jar --verbose`,
    );
    assert.deepEqual(options, ["--class", "com.example.Main Class", "--jars", "a.jar,b.jar"]);
    assert.equal(conf["spark.driver.memory"], "2g");
  });

  it("reads back any words, quoted as a shell quotes them", () => {
    const word = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !text.startsWith("-"));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (values) => {
        const quoted = values.map((value) => `--files '${value.replaceAll("'", `'\\''`)}'`).join("  ");
        assert.deepEqual(
          sparkSettings(quoted).options,
          values.flatMap((value) => ["--files", value]),
        );
      }),
    );
  });

  for (const [parameters, message] of [
    ["--conf", /"--conf"/],
    ["jar", /"jar"/],
    [`--conf "a=b`, /not closed/],
  ] as const) {
    it(`refuses ${parameters}`, () => {
      assert.throws(() => sparkSettings(parameters), message);
    });
  }

  it("makes workers of it: memory, a tenth or 384 MB for overhead, four cores each unless it says others", () => {
    const gb = 2 ** 30;
    const usual = workersOf(sparkSettings());
    assert.deepEqual(usual.driver, { cpu: 4, memory: Math.ceil(15.4 * gb) });
    const small = workersOf(sparkSettings("--executor-memory 1g --executor-cores 2 --num-executors 5"));
    assert.deepEqual([small.executor, small.executors], [{ cpu: 2, memory: gb + 384 * 2 ** 20 }, 5]);
    assert.throws(() => workersOf(sparkSettings("--driver-memory much")), /"much" is not an amount/);
  });
});
