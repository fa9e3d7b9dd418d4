import assert from "node:assert/strict";
import type { ComponentResource } from "@pulumi/pulumi";
import { ArchiverWorkflow } from "../../components/archiverWorkflow.ts";
import { NotebookService } from "../../components/notebookService.ts";
import { PredictionPipeline } from "../../components/predictionPipeline.ts";
import { SnowflakeRecommender } from "../../components/snowflakeRecommender.ts";
import { SparkJobs } from "../../components/sparkJobs.ts";
import { iris } from "./support/pipeline.ts";
import { type Recording, record } from "./support/record.ts";

type Handlers = { [name: string]: string };

/** Components whose handlers may be others, each with the function of one in Python. */
const components: [string, string, string, (handlers?: Handlers) => ComponentResource][] = [
  [
    "PredictionPipeline",
    "iris-read",
    "handlers/prediction/python/read.py",
    (handlers) => new PredictionPipeline("iris", { ...iris, ...(handlers && { handlers }) }),
  ],
  [
    "ArchiverWorkflow",
    "files-act",
    "handlers/archiver/python/act.py",
    (handlers) => new ArchiverWorkflow("files", handlers && { handlers }),
  ],
  [
    "SnowflakeRecommender",
    "rec-status",
    "handlers/recommender/python/status.py",
    (handlers) => new SnowflakeRecommender("rec", { ...(handlers && { handlers }) }),
  ],
  [
    "NotebookService",
    "books-read",
    "handlers/notebooks/python/read.py",
    (handlers) => new NotebookService("books", { ...(handlers && { handlers }) }),
  ],
  // No handler of jobs is there in Python: any will do.
  [
    "SparkJobs",
    "jobs-read",
    "handlers/whodis/python/app.py",
    (handlers) => new SparkJobs("jobs", { ...(handlers && { handlers }) }),
  ],
];

describe("handlers in Python, in components", function () {
  this.timeout(60_000);

  for (const [component, name, entry, make] of components) {
    const label = name.split("-").at(-1) as string;

    it(`leave all else of a ${component} as it is, rights included`, async () => {
      const typescript = await record(() => make());
      const python = await record(() => make({ [label]: entry }));
      const type = "aws:lambda/function:Function";
      const { runtime, handler } = python.get(type, name).inputs;
      assert.deepEqual(
        [runtime, handler],
        ["python3.13", `${entry.split("/").at(-1)!.replace(".py", "")}.lambda_handler`],
      );
      assert.deepEqual(plain(python, name), plain(typescript, name));
    });

    it(`are looked at before a ${component} is made`, async () => {
      const made = await record(() => {
        const other = { [label]: "models/iris/predictor.py" };
        assert.throws(() => make(other), {
          message: new RegExp(
            `${component} "\\w+": handlers\\.${label}\\.handler is "lambda_handler"; allowed is a function that`,
          ),
        });
        assert.throws(
          () => make({ [label]: "none.py" }),
          /handlers\.\w+ is "none\.py"; allowed is a file of the program/,
        );
      });
      assert.deepEqual(made.names(), []);
    });
  }
});

/** What was made, but for the language of the function of that name. */
function plain({ all }: Recording, name: string): string[] {
  const texts = all.map((resource) => {
    const { code, handler, runtime, environment, ...inputs } = resource.inputs;
    const { NODE_OPTIONS, ...variables } = (environment as { variables?: Record<string, string> })?.variables ?? {};
    const own = resource.name === name ? { inputs, variables } : { inputs, variables, handler, runtime };
    return JSON.stringify({ ...resource, ...own }).replaceAll("PythonFunction", "NodeFunction");
  });
  // A bundle is made while others wait: the order depends on it.
  return texts.sort();
}
