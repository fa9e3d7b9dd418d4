import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHyperparameters, readHyperparameters } from "../../../containers/recommender/hyperparameters.ts";
import { requiredHyperparameters as required } from "./support.ts";

describe("hyperparameters", () => {
  it("have the usual SVD's defaults", () => {
    const { inputTableName, outputTableName, ...others } = parseHyperparameters(required);
    assert.deepEqual([inputTableName, outputTableName], ["ratings_train_data", "recommendations"]);
    const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
    assert.deepEqual(given, {
      epochs: 20,
      factors: 100,
      learningRate: 0.005,
      regularization: 0.02,
      initialDeviation: 0.1,
      seed: 42,
      folds: 5,
      maxBadRows: 0,
    });
  });

  it("are taken from strings, as SageMaker gives them", () => {
    const parsed = parseHyperparameters({
      ...required,
      output_table_name: "MOVIELENS.PUBLIC.recs$1",
      region: "eu-central-1",
      output_s3_uri: "s3://a-bucket/some/prefix/",
      epochs: "7",
      learning_rate: "1e-2",
      folds: "0",
      rating_min: "0.5",
      rating_max: "5",
      threads: "3",
      sagemaker_program: "x",
      _tuning_objective_metric: "validation:rmse",
    });
    assert.equal(parsed.epochs, 7);
    assert.equal(parsed.learningRate, 0.01);
    assert.equal(parsed.folds, 0);
    assert.deepEqual([parsed.ratingMin, parsed.ratingMax, parsed.threads], [0.5, 5, 3]);
    assert.equal(parsed.outputS3Uri, "s3://a-bucket/some/prefix/");
  });

  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ epochs: "0" }, /^Hyperparameter epochs is "0", expected an integer from 1 to 1000$/],
    [{ epochs: "2.5" }, /epochs is "2.5", expected an integer/],
    [{ epochs: "" }, /epochs is "", expected an integer/],
    [{ factors: "many" }, /factors is "many", expected an integer from 0 to 1000/],
    [{ learning_rate: "0" }, /learning_rate is "0", expected a number from 0.000001 to 1/],
    [{ regularization: "-1" }, /regularization is "-1"/],
    [{ seed: "NaN" }, /seed is "NaN"/],
    [{ seed: "0x10" }, /seed is "0x10"/],
    [{ folds: "1" }, /folds is "1", expected 0 \(no cross-validation\), or an integer from 2 to 20/],
    [{ folds: "21" }, /folds is "21", expected 0 \(no cross-validation\), or an integer from 2 to 20/],
    [{ max_bad_rows: "-1" }, /max_bad_rows is "-1"/],
    [{ rating_min: "5", rating_max: "1" }, /rating_min is 5, expected less than rating_max, which is 1/],
    [
      { input_table_name: "ratings; drop table x" },
      /input_table_name is "ratings; drop table x", expected a table name/,
    ],
    [{ output_table_name: "../up" }, /output_table_name is "..\/up"/],
    [{ output_table_name: undefined }, /output_table_name/],
    [{ output_s3_uri: "https://bucket/x" }, /output_s3_uri is "https:\/\/bucket\/x", expected s3:\/\/BUCKET/],
    [{ region: "mars" }, /region is "mars"/],
    [{ epoch: "3" }, /Hyperparameter epoch is not known; allowed are input_table_name, .*epochs/],
    [{ epochs: { deep: 1 } }, /epochs is \{"deep":1\}/],
    [{ epochs: "0", factors: "-1" }, /epochs is "0".*; factors is "-1"/],
  ];
  for (const [values, message] of wrong) {
    it(`are refused: ${JSON.stringify(values)}`, () => {
      assert.throws(() => parseHyperparameters({ ...required, ...values }), { name: "UserError", message });
    });
  }

  it("must be an object, and name the tables", () => {
    assert.throws(() => parseHyperparameters([]), /must be a JSON object/);
    assert.throws(() => parseHyperparameters({}), /input_table_name is missing; output_table_name is missing/);
  });

  it("are read from a file, whose absence and syntax errors are told", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hyperparameters-"));
    try {
      await assert.rejects(
        readHyperparameters(folder),
        /Hyperparameters are missing: there is no .*hyperparameters.json/,
      );
      await writeFile(join(folder, "hyperparameters.json"), "{");
      await assert.rejects(readHyperparameters(folder), /hyperparameters.json is not JSON/);
      await writeFile(join(folder, "hyperparameters.json"), JSON.stringify(required));
      assert.equal((await readHyperparameters(folder)).epochs, 20);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
