import { Functions } from "./functions.ts";
import { hostileSuite } from "./hostile.suite.ts";
import { ingestSuite } from "./ingest.suite.ts";
import { modelSuite } from "./model.suite.ts";
import { queueSuite } from "./queue.suite.ts";
import { readSuite } from "./read.suite.ts";
import { streamSuite } from "./stream.suite.ts";

// One local cloud for all of them: the functions' clients are made once in a process.
describe("prediction handlers", () => {
  const functions = new Functions();
  before(() => functions.start());
  after(() => functions.pipeline.stop());

  ingestSuite(functions);
  streamSuite(functions);
  modelSuite(functions);
  queueSuite(functions);
  readSuite(functions);
  hostileSuite(functions);
});
