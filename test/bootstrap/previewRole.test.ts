import assert from "node:assert/strict";
import { readActions } from "../../bootstrap/readActions.ts";
import { evaluateBootstrap, lentTo, providerArn, trustOf } from "./support/bootstrap.ts";
import { everyProgram, typesOf } from "./support/program.ts";

const policyOf = async (config = {}) =>
  (await evaluateBootstrap({ githubRepository: "acme/platform", ...config })).made;

const key = (name: string) => `arn:aws:kms:eu-west-1:123456789012:key/${name}`;
const stateOfDev = [
  "meta.yaml",
  "stacks/data-science-platform/dev.*",
  "history/data-science-platform/dev/*",
  "backups/data-science-platform/dev/*",
  "locks/organization/data-science-platform/dev/*",
].map((path) => `arn:aws:s3:::pulumi-state/.pulumi/${path}`);

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
}

describe("the role of previews", () => {
  it("is lent to pull requests of one repository alone, by tokens for AWS", async () => {
    const made = await policyOf();
    assert.deepEqual(made.get("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "github").inputs, {
      url: "https://token.actions.githubusercontent.com",
      clientIdLists: ["sts.amazonaws.com"],
    });
    assert.deepEqual(trustOf(made, "preview"), lentTo("repo:acme/platform:pull_request"));
  });

  it("takes a repository whose tokens name it with its numbers, and the provider that the account has", async () => {
    const made = await policyOf({ githubRepository: "acme@12/plat.form@345", githubOidcProviderArn: providerArn });
    assert.ok(!made.names().some((name) => name.includes("openIdConnectProvider")));
    assert.deepEqual(trustOf(made, "preview"), lentTo("repo:acme@12/plat.form@345:pull_request"));
  });

  const wrong: [string, Record<string, string>][] = [
    ["no owner", { githubRepository: "platform" }],
    ["a pattern", { githubRepository: "acme/*" }],
    ["a URL", { githubRepository: "https://github.com/acme/platform" }],
    ["a number of one of the two", { githubRepository: "acme@12/platform" }],
    ["another subject", { githubRepository: "acme/platform:ref:refs/heads/main" }],
    ["another issuer", { githubOidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/example.org" }],
  ];
  for (const [what, config] of wrong) {
    it(`is not made for ${what}`, async () => {
      const [[field, value]] = Object.entries(config) as [[string, string]];
      await assert.rejects(policyOf(config), (error: Error) => {
        assert.ok(
          error.message.startsWith(`Configuration: ${field} is ${JSON.stringify(value)}; allowed is `),
          error.message,
        );
        return true;
      });
    });
  }

  describe("its rights", () => {
    let statements: Statement[];
    let types: Set<string>;
    let objects: string[];
    const list = (value: string | string[]) => [value].flat();

    before(async function () {
      this.timeout(300_000);
      statements = (await policyOf()).statements("preview") as Statement[];
      const evaluations = await everyProgram();
      types = typesOf(evaluations);
      objects = evaluations.flatMap((made) =>
        made.all
          .filter(({ type }) => type === "aws:s3/bucketObject:BucketObject")
          // A bucket's name is its resource's with seven digits after it.
          .map(({ inputs }) => `arn:aws:s3:::${String(inputs.bucket).replace(/-id$/, "")}-0a1b2c3/${inputs.key}`),
      );
    });

    it("are known for every type and function of the program, and for no other", () => {
      const known = Object.keys(readActions);
      const missing = [...types].filter((type) => !known.includes(type));
      assert.deepEqual(missing, [], "types without a line in bootstrap/readActions.ts");
      const superfluous = known.filter((type) => !types.has(type));
      assert.deepEqual(superfluous, [], "lines in bootstrap/readActions.ts that no type of the program needs");
    });

    it("are all that these ask for", () => {
      const allowed = new Set(statements.flatMap(({ Action }) => list(Action)));
      const needed = [...types].flatMap((type) => readActions[type] ?? []);
      assert.deepEqual(
        needed.filter((action) => !allowed.has(action)),
        [],
      );
    });

    it("are nothing but what these ask for, and Pulumi's state", () => {
      const needed = new Set([...types].flatMap((type) => readActions[type] ?? []).concat("kms:Decrypt"));
      for (const { Effect, Action } of statements) {
        assert.equal(Effect, "Allow");
        assert.deepEqual(
          list(Action).filter((action) => !needed.has(action)),
          [],
        );
      }
      const state = statements.filter(({ Resource }) => list(Resource).some((one) => one.includes(":::pulumi-state")));
      assert.deepEqual(state, [
        { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::pulumi-state" },
        { Effect: "Allow", Action: "s3:GetObject", Resource: stateOfDev },
      ]);
    });

    it("decrypt the state of dev and its secrets, and nothing else", () => {
      const decrypting = statements.filter(({ Action }) => list(Action).some((action) => action === "kms:Decrypt"));
      assert.deepEqual(decrypting, [
        {
          Effect: "Allow",
          Action: ["kms:Decrypt"],
          Resource: key("pulumi-state-id"),
          Condition: { StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } },
        },
        { Effect: "Allow", Action: "kms:Decrypt", Resource: key("secrets-dev-id") },
      ]);
    });

    it("write nothing", () => {
      const verbs = /^(BatchCheck|BatchGet|Decrypt|Describe|Get|List|Validate|View|GET$)/;
      const actions = statements.flatMap(({ Action }) => list(Action));
      assert.deepEqual(
        actions.filter((action) => !verbs.test(action.split(":")[1] ?? "")),
        [],
      );
    });

    it("reach no data: of what buckets, tables, queues, logs and parameters hold, only what the program puts there", () => {
      const data =
        /^(dynamodb:(BatchGet|Get)|kinesis:|logs:(Filter|Get|Start)|s3:GetObject$|secretsmanager:|sqs:Receive|ssm:Get|kms:(Decrypt|GenerateDataKey)|sts:(Assume|Get(Federation|Session)Token))/;
      const reach = statements.filter(({ Action }) => list(Action).some((action) => data.test(action)));
      const resources = reach.flatMap(({ Resource }) => list(Resource));
      assert.deepEqual(resources, [
        "arn:aws:s3:::*-models-*/*",
        "arn:aws:s3:::*-data-*/scripts/*",
        "arn:aws:ssm:eu-west-1:123456789012:parameter/setup/*",
        ...stateOfDev,
        key("pulumi-state-id"),
        key("secrets-dev-id"),
      ]);
      const pattern = /^arn:aws:s3:::.*(-models-.*\/.*|-data-.*\/scripts\/.*)$/;
      assert.ok(objects.length > 0);
      assert.deepEqual(
        objects.filter((object) => !pattern.test(object)),
        [],
      );
      for (const bucket of ["archiver-archive", "archiver-drop", "archiver-quarantine", "recommender-data"]) {
        assert.ok(!pattern.test(`arn:aws:s3:::${bucket}-0a1b2c3/key`));
      }
    });

    it("are of one region, but for what has none", () => {
      const anywhere = statements.filter(({ Resource }) => Resource === "*");
      assert.equal(anywhere.length, 1);
      assert.deepEqual((anywhere[0] as unknown as { Condition: object }).Condition, {
        StringEquals: { "aws:RequestedRegion": "eu-west-1" },
      });
    });

    it("fit into a role: 10,240 characters of inline policies, without white space", () => {
      const size = JSON.stringify({ Version: "2012-10-17", Statement: statements }).replace(/\s/g, "").length;
      assert.ok(size <= 10_240, `${size} characters`);
    });
  });
});
