import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import "../support/proxyEvent.ts";
import { idleReport } from "../../../handlers/notebooks/idleReport.ts";
import { onStart } from "../../../handlers/notebooks/lifecycle.ts";
import type { NotebookSpec } from "../../../handlers/notebooks/notebook.ts";

const spec: NotebookSpec = {
  InstanceType: "ml.t3.medium",
  VolumeSize: 5,
  RootAccess: false,
  IdleMinutes: 60,
  ClusterBacked: false,
};
const cluster = {
  livyUrl: "https://00f1.livy.emr-serverless-services.eu-west-1.amazonaws.com",
  executionRoleArn: "arn:aws:iam::123456789012:role/jobs",
};
/** What a shell says of a script that it does not run. */
const syntaxError = (script: string) => spawnSync("sh", ["-n"], { input: script }).stderr.toString();

describe("a notebook's lifecycle script", () => {
  it("reports, and does nothing else, where nothing is asked for", () => {
    const script = onStart(spec, cluster);
    assert.match(script, /^#!\/bin\/bash\nset -eu\n/);
    assert.match(script, /systemd-run --unit=idle-report --on-active=60 --on-unit-active=300/);
    assert.doesNotMatch(script, /git clone|pip install|sparkmagic/);
    assert.equal(syntaxError(script), "");
  });

  it("clones, installs, and runs kernels on the Spark application", () => {
    const script = onStart(
      {
        ...spec,
        ClusterBacked: true,
        Repository: "https://github.com/acme/models.git",
        Requirements: ["pandas==2.2.3", "boto3>=1.35,<2"],
        Lifecycle: "echo 'hello'",
      },
      cluster,
    );
    assert.equal(syntaxError(script), "");
    assert.match(script, /\[ -e '\/home\/ec2-user\/SageMaker\/models' \] \|\|/);
    assert.match(script, /\npandas==2\.2\.3\nboto3>=1\.35,<2\nEND_/);
    assert.match(script, /"url": "https:\/\/00f1\.livy\.emr-serverless-services\.eu-west-1\.amazonaws\.com"/);
    assert.match(script, /"emr-serverless\.session\.executionRoleArn": "arn:aws:iam::123456789012:role\/jobs"/);
    // SageMaker takes 16,384 characters of base64.
    assert.ok(Buffer.from(script).toString("base64").length < 16_384 / 2);
  });

  it("fits SageMaker's limit with the longest of everything", () => {
    const script = onStart(
      {
        ...spec,
        ClusterBacked: true,
        Repository: `https://x.org/${"r".repeat(490)}`,
        Lifecycle: "x".repeat(4_096),
      },
      cluster,
    );
    assert.ok(Buffer.from(script).toString("base64").length <= 16_384);
  });

  it("stays one script whatever users' commands are", () =>
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (Lifecycle) => {
        const commands = Lifecycle.replaceAll("\0", "");
        const script = onStart({ ...spec, Lifecycle: commands || "true" }, cluster);
        assert.equal(syntaxError(script), "");
        const [, content] = /<<'(END_\w+)'\n([\s\S]*)\1\n/
          .exec(script.slice(script.indexOf("/lifecycle.sh <<")))!
          .slice(1);
        assert.equal(content, `${commands || "true"}\n`);
      }),
      { numRuns: 30 },
    ));

  it("reports by a program that Python can read", function () {
    const python = spawnSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: idleReport });
    if (python.error) this.skip();
    assert.equal(python.stderr.toString(), "");
  });
});
