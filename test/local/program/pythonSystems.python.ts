import { withoutPython } from "local-aws/testing";
import { archiver } from "./pythonSystems/archiver.ts";
import { PythonSystems } from "./pythonSystems/lab.ts";
import { notebooks } from "./pythonSystems/notebooks.ts";
import { records } from "./pythonSystems/records.ts";
import { snowflake } from "./pythonSystems/snowflake.ts";
import { trafficHook } from "./pythonSystems/trafficHook.ts";

/** A handler in Python of each system, deployed as the program deploys it: each acts as its own role. */
describe("handlers in Python", function () {
  this.timeout(240_000);
  const lab = new PythonSystems();

  before(async function () {
    const reason = await withoutPython("3.13");
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    await lab.start();
  });
  after(() => lab.stop());

  trafficHook(lab);
  records(lab);
  archiver(lab);
  snowflake(lab);
  notebooks(lab);
});
