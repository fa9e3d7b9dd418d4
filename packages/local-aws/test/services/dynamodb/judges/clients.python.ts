import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { startCloud, type TestCloud } from "../../../../testing/cloud.ts";
import { pythonWith } from "../../../../testing/python.ts";

const run = promisify(execFile);

describe("DynamoDB, judged in Python", function () {
  this.timeout(240_000);
  let test: TestCloud;
  let python: string;
  before(async function () {
    const found = await pythonWith(join(import.meta.dirname, "requirements.txt"));
    if ("reason" in found) {
      console.log(found.reason);
      return this.skip();
    }
    python = found.python;
    test = await startCloud();
  });
  after(() => test?.stop());

  /** Runs the tests of one class there. */
  async function judge(name: string): Promise<void> {
    const { stderr } = await run(python, ["-m", "unittest", name], {
      cwd: import.meta.dirname,
      env: {
        PATH: process.env.PATH,
        PYTHONDONTWRITEBYTECODE: "1",
        AWS_ENDPOINT_URL: test.origin,
        AWS_REGION: test.cloud.region,
        AWS_DEFAULT_REGION: test.cloud.region,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_MAX_ATTEMPTS: "1",
      },
    });
    assert.match(stderr, /^Ran [1-9]\d* tests? in .*\n\nOK\n$/m);
  }

  it("is what boto3's client expects", () => judge("clients.Client"));
  it("is what boto3's resources expect", () => judge("clients.Resource"));
  it("is what PynamoDB expects", () => judge("mapper.Mapper"));
});
