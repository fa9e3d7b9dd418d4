import assert from "node:assert/strict";
import { PredictionPipeline, type PredictionPipelineArgs } from "../../components/predictionPipeline.ts";
import { check } from "../../policy/check.ts";
import { defaultTags, resourcesOf } from "../policy/support/resources.ts";
import { arn, grants, iris, made, types, variables } from "./support/pipeline.ts";
import { record } from "./support/record.ts";

describe("PredictionPipeline with a model in Python", function () {
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
