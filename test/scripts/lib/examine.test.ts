import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { startCloud } from "local-aws/testing";
import { prepareAccount } from "../../../bootstrap/localAccount.ts";
import type { Finding } from "../../../scripts/lib/examine/finding.ts";
import { examine } from "../../../scripts/lib/examine.ts";

/** In a project's folder of its own, on a machine that has on PATH what the test puts there, and no AWS account. */
describe("what doctor finds for a stack", function () {
  this.timeout(30_000);
  let folder: string;
  const { env } = process;
  const directory = process.cwd();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "doctor-"));
    process.chdir(folder);
    writeFileSync("Pulumi.yaml", "name: platform\n");
    configure({});
    mkdirSync("bin");
    process.env = { PATH: [join(folder, "bin"), "/nowhere"].join(delimiter), AWS_EC2_METADATA_DISABLED: "true" };
    program("pulumi", `case "$*" in *version) echo v3.300.0 ;; *output*) echo '{}' ;; esac`);
    program("node", "echo v24.9.0");
    program("docker", "echo 28.0.1");
  });
  afterEach(() => {
    process.env = env;
    process.chdir(directory);
    rmSync(folder, { recursive: true });
  });

  function program(name: string, script: string, where = "bin"): void {
    mkdirSync(where, { recursive: true });
    writeFileSync(join(where, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(where, name), 0o755);
  }
  // JSON is YAML.
  const configure = (config: object) =>
    writeFileSync("Pulumi.dev.yaml", JSON.stringify({ config: { "aws:region": "eu-west-1", ...config } }));
  const find = async (check: string): Promise<Finding> => {
    const findings = await examine("dev");
    const found = findings.find((one) => one.check === check);
    assert.ok(found, `no ${check} in ${findings.map((one) => one.check)}`);
    return found;
  };
  const fails = async (check: string, found: RegExp, fix: RegExp) => {
    const finding = await find(check);
    assert.equal(finding.ok, false);
    assert.match(finding.found, found);
    assert.match(finding.fix ?? "", fix);
  };
  const holds = async (check: string, found: RegExp) => {
    const finding = await find(check);
    assert.match(finding.found, found);
    assert.deepEqual([finding.ok, finding.fix], [true, undefined]);
  };

  describe("Pulumi CLI", () => {
    it("is there, new enough, and said where", () => holds("Pulumi CLI", /^v3\.300\.0 at \/.+\/bin\/pulumi$/));

    for (const version of ["v3.264.9", "3.99.0", "v2.300.0"]) {
      it(`${version} is too old`, async () => {
        program("pulumi", `echo ${version}`);
        await fails(
          "Pulumi CLI",
          new RegExp(`^${version} at`),
          /^The program needs 3\.\d+\.\d+ or newer\. Update it:.*npx pulumi$/,
        );
      });
    }

    it("of one's own build, without a version, is taken", async () => {
      program("pulumi", `case "$*" in *output*) echo '{}' ;; esac`);
      await holds("Pulumi CLI", /^of an unknown version/);
    });

    it("is missing, and then nothing is said about the stack", async () => {
      rmSync("bin/pulumi");
      await fails("Pulumi CLI", /could not be looked up/, /was not found\. Install it: https:/);
      assert.ok(!(await examine("dev")).some(({ check }) => check === "stack"));
    });
  });

  describe("Node.js", () => {
    it("is what the CLI finds, not what runs this", () => holds("Node.js", /^v24\.9\.0 at \/.+\/bin\/node,/));

    it("is too old", async () => {
      program("node", "echo v20.20.2");
      await fails("Node.js", /^v20\.20\.2 at/, /^Put Node\.js 24 or newer first on PATH: /);
    });

    it("is missing", async () => {
      rmSync("bin/node");
      await fails("Node.js", /^there is none on PATH/, /^Put Node\.js 24/);
    });

    it("is the project's own for the npm package's CLI", async () => {
      rmSync("bin/pulumi");
      program("pulumi", "echo v3.300.0", "node_modules/.bin");
      program("node", "echo v20.20.2");
      process.env.PATH = [join(folder, "node_modules/.bin"), process.env.PATH].join(delimiter);
      await holds("Node.js", new RegExp(`^${process.version} at ${process.execPath},`));
    });
  });

  describe("stack", () => {
    it("is not deployed yet", () => holds("stack", /^not deployed yet$/));

    it("is deployed", async () => {
      program("pulumi", `case "$*" in *version) echo v3.300.0 ;; *) echo '{"a":1,"b":2}' ;; esac`);
      await holds("stack", /^deployed, with 2 outputs$/);
    });

    // What the CLI says is told in pulumi.test.ts.
    it("does not exist", async () => {
      program(
        "pulumi",
        `case "$*" in *version) echo v3.300.0 ;; *) echo "error: no stack named 'dev' found" >&2; exit 6 ;; esac`,
      );
      await fails("stack", /^the CLI cannot read it$/, /pulumi stack init dev$/);
    });
  });

  describe("region", () => {
    it("is the configuration's", () => holds("region", /^eu-west-1$/));

    it("is the environment's", async () => {
      writeFileSync("Pulumi.dev.yaml", "");
      process.env.AWS_REGION = "eu-north-1";
      await holds("region", /^eu-north-1$/);
    });

    it("is nobody's, and then nothing is said about an account", async () => {
      writeFileSync("Pulumi.dev.yaml", "");
      await fails(
        "region",
        /^neither config aws:region nor AWS_REGION/,
        /^pulumi config set aws:region .* --stack dev$/,
      );
      assert.ok(!(await examine("dev")).some(({ check }) => check === "credentials"));
    });
  });

  describe("endpoint", () => {
    it("is AWS's own", () => holds("endpoint", /^AWS's own$/));

    it("is elsewhere", async () => {
      process.env.AWS_ENDPOINT_URL_S3 = "https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com";
      await holds("endpoint", /^AWS_ENDPOINT_URL_S3 is https:\/\/bucket/);
    });

    for (const url of ["http://127.0.0.1:4566", "http://localhost:4566", "http://[::1]:1", "http://s3.localhost:1"]) {
      it(`is this machine by a variable, ${url}, and then nothing is said about an account`, async () => {
        process.env.AWS_ENDPOINT_URL = url;
        process.env.AWS_ENDPOINT_URL_STS = "https://sts.eu-west-1.amazonaws.com";
        await fails("endpoint", /that is this machine, not AWS$/, /^For stack "dev": unset AWS_ENDPOINT_URL$/);
        assert.ok(!(await examine("dev")).some(({ check }) => check === "credentials"));
      });
    }

    it("is this machine by the configuration", async () => {
      configure({ "aws:endpoints": [{ s3: "http://127.0.0.1:4566", sqs: "http://127.0.0.1:4566" }] });
      await fails(
        "endpoint",
        /^config aws:endpoints is http:\/\/127\.0\.0\.1:4566:/,
        /: pulumi config rm aws:endpoints --stack dev$/,
      );
    });

    it("is AWS's own where variables are to be ignored", async () => {
      process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:4566";
      process.env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS = "true";
      await holds("endpoint", /^AWS's own$/);
    });
  });

  describe("Docker", () => {
    it("builds the recommender's image", () => holds("Docker", /^28\.0\.1, which builds the recommender's image$/));

    it("is not needed where the image is named", async () => {
      rmSync("bin/docker");
      configure({ "platform:recommenderImageUri": "public.ecr.aws/acme/recommender:1" });
      await holds("Docker", /^not needed/);
    });

    it("is missing", async () => {
      rmSync("bin/docker");
      configure({ "platform:irisCompute": "fargate" });
      await fails(
        "Docker",
        /^there is no docker on PATH, and the recommender's image and the iris predictor's image is to be built$/,
        /^Install it .* config recommenderImageUri$/,
      );
    });

    it("has no daemon", async () => {
      program("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1");
      await fails(
        "Docker",
        /does not reach its daemon.*: Cannot connect to the Docker daemon$/,
        /^Start its daemon, or/,
      );
    });
  });

  describe("Snowflake", () => {
    const user = "arn:aws:iam::123456789012:user/abc";
    it("is trusted later", () => holds("Snowflake", /^nobody is trusted yet; after the first up: dsp snowflake sql/));

    it("is trusted", async () => {
      const [api, storage] = ["platform:apiAws", "platform:storageAws"];
      configure({ [`${api}IamUserArn`]: user, [`${api}ExternalId`]: "A_1" });
      await holds("Snowflake", /^one of two integrations/);
      configure({
        [`${api}IamUserArn`]: user,
        [`${api}ExternalId`]: "A_1",
        [`${storage}IamUserArn`]: user,
        [`${storage}ExternalId`]: "A_2",
      });
      await holds("Snowflake", /^both integrations are trusted$/);
    });

    it("is half trusted", async () => {
      configure({ "platform:apiAwsIamUserArn": user });
      await fails("Snowflake", /^API_AWS_EXTERNAL_ID is missing/, /dsp snowflake trust --stack dev$/);
    });
  });

  describe("credentials", () => {
    it("are missing, and then nothing else is said about the account", async () => {
      await fails("credentials", /could not be looked up/, /^No AWS credentials were found/);
      assert.equal((await examine("dev")).at(-1)?.check, "credentials");
    });
  });

  describe("an account", () => {
    it("is looked at on this machine where the stack is for the local one, as the profile that the stack names", async () => {
      const test = await startCloud({ region: "eu-west-1" });
      try {
        writeFileSync("aws", "[profile acme]\naws_access_key_id = test\naws_secret_access_key = test\n");
        process.env.AWS_CONFIG_FILE = join(folder, "aws");
        configure({
          "aws:profile": "acme",
          "aws:allowedAccountIds": ["000000000000"],
          "aws:endpoints": [{ sts: test.origin, iam: test.origin }],
        });
        await fails(
          "API Gateway may write logs",
          /^no CloudWatch role/,
          /^Once per account and region: pulumi -C bootstrap up$/,
        );
        await prepareAccount(test.cloud);
        const findings = await examine("dev");
        assert.deepEqual(
          findings.map(({ check, ok }) => `${check} ${ok}`),
          [
            "Pulumi CLI true",
            "Node.js true",
            "stack true",
            "Docker true",
            "Snowflake true",
            "region true",
            "endpoint true",
            "credentials true",
            "API Gateway may write logs true",
            "Lambda concurrency true",
            "IAM roles true",
            "REST APIs true",
          ],
        );
        configure({ "aws:profile": "acme", "aws:allowedAccountIds": ["000000000000", "123456789012"] });
        process.env.AWS_ENDPOINT_URL = test.origin;
        await holds("credentials", /^arn:aws:iam::000000000000:root in account 000000000000$/);
      } finally {
        await test.stop();
      }
    });

    it("is the local one although the stack is for another, by a profile's endpoint", async () => {
      const test = await startCloud({ region: "eu-west-1" });
      try {
        const profile = `[default]\naws_access_key_id = test\naws_secret_access_key = test\nendpoint_url = ${test.origin}\n`;
        writeFileSync("aws", profile);
        process.env.AWS_CONFIG_FILE = join(folder, "aws");
        await fails("credentials", /in account 000000000000$/, /^This is the local cloud\. Look for endpoint_url/);
        configure({ "aws:allowedAccountIds": ["123456789012"] });
        await fails("credentials", /in account 000000000000$/, /^This is the local cloud/);
      } finally {
        await test.stop();
      }
    });
  });

  it("is nothing but what is wrong with its configuration file, where that is no YAML", async () => {
    writeFileSync("Pulumi.dev.yaml", "config: [");
    await assert.rejects(examine("dev"), /^Failure: Pulumi\.dev\.yaml: .+/);
  });
});
