import assert from "node:assert/strict";
import fc from "fast-check";
import { type Activity, activityChannel } from "../../src/activity.ts";
import { type Fault, Faults } from "../../src/faults/injector.ts";
import { type FaultPlan, readPlan } from "../../src/faults/plan.ts";
import { AwsError, type Call, type Principal } from "../../src/service.ts";

const role = (name: string): Principal => ({
  kind: "role",
  arn: `arn:aws:sts::000000000000:assumed-role/${name}/session`,
  roleArn: `arn:aws:iam::000000000000:role/${name}`,
});

const call = (service: string, operation: string, by = "reader"): Call => ({
  ...{ service, operation, principal: role(by), region: "us-east-1", accountId: "000000000000", requestId: "r" },
});

/** What comes of a list of calls. */
async function outcomes(plan: FaultPlan, calls: Call[]): Promise<{ codes: string[]; faults: Omit<Fault, "at">[] }> {
  const faults = new Faults();
  faults.start(plan);
  const codes: string[] = [];
  for (const one of calls) {
    const done = faults.around(one, () => "done").catch((error: AwsError) => error.code);
    codes.push(await done, String(faults.kills(one)));
  }
  return { codes, faults: faults.status().faults.map(({ at, ...fault }) => fault) };
}

const rules = fc.array(
  fc.record({
    kind: fc.constantFrom("throttle", "error", "lost", "kill"),
    probability: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { minLength: 1, maxLength: 4 },
);
const calls = fc.array(
  fc.record({ service: fc.constantFrom("dynamodb", "s3", "lambda"), operation: fc.constantFrom("PutItem", "Invoke") }),
  { maxLength: 60 },
);

describe("Faults", () => {
  it("are the same for the same seed over the same calls", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), rules, calls, async (seed, given, asked) => {
        const plan = readPlan({ seed, rules: given });
        const list = asked.map(({ service, operation }) => call(service, operation));
        assert.deepEqual(await outcomes(plan, list), await outcomes(plan, list));
      }),
      { numRuns: 50 },
    );
  });

  it("of a rule do not depend on other rules, nor on calls that it does not match", async () => {
    const own = { kind: "throttle", probability: 0.3, service: "dynamodb" };
    const mine = Array.from({ length: 80 }, () => call("dynamodb", "PutItem"));
    const others = mine.flatMap((one) => [call("s3", "PutObject"), one]);
    const struck = async (more: object[], list: Call[]) => {
      const { faults } = await outcomes(readPlan({ seed: 7, rules: [own, ...more] }), list);
      return faults.filter(({ rule }) => rule === 0).map((fault) => fault.call);
    };
    const alone = await struck([], mine);
    assert.ok(alone.length > 5);
    assert.deepEqual(await struck([{ kind: "error", probability: 0.5 }], others), alone);
  });

  it("come as often as is asked for, and otherwise with another seed", async () => {
    const list = Array.from({ length: 4_000 }, () => call("sqs", "SendMessage"));
    const count = async (seed: number, probability: number) => {
      const plan = readPlan({ seed, rules: [{ kind: "error", probability }] });
      return (await outcomes(plan, list)).codes.filter((code) => code === "InternalFailure").length;
    };
    assert.equal(await count(1, 0), 0);
    assert.equal(await count(1, 1), 4_000);
    const counts = await Promise.all([1, 2, 3, 4].map((seed) => count(seed, 0.1)));
    for (const found of counts) assert.ok(found > 300 && found < 500, `${found} of 4000`);
    assert.ok(new Set(counts).size > 1);
  });

  it("are scoped by service, operation and role, by name or ARN, with *", async () => {
    const by = async (scope: object, ...list: Call[]) =>
      (await outcomes(readPlan({ seed: 1, rules: [{ kind: "error", probability: 1, ...scope }] }), list)).faults.length;
    assert.equal(await by({ service: "s3" }, call("s3", "GetObject"), call("sqs", "SendMessage")), 1);
    assert.equal(await by({ operation: "Put*" }, call("s3", "PutObject"), call("s3", "GetObject")), 1);
    assert.equal(await by({ role: "writer-*" }, call("s3", "PutObject", "writer-1"), call("s3", "PutObject")), 1);
    const arn = "arn:aws:iam::000000000000:role/reader";
    assert.equal(await by({ role: arn }, call("s3", "PutObject", "writer-1"), call("s3", "PutObject")), 1);
    const byService = {
      ...call("lambda", "Invoke"),
      principal: { kind: "service", arn: "events.amazonaws.com" } as const,
    };
    assert.equal(await by({ role: "*" }, byService), 0);
    assert.equal(await by({}, byService), 1);
  });

  it("spare what tells of them unless a rule names it, and the cloud's own calls always", async () => {
    const logs = call("logs", "PutLogEvents");
    const root: Principal = { kind: "root", arn: "arn:aws:iam::000000000000:root" };
    const own = { ...call("dynamodb", "PutItem"), principal: root };
    const users = { ...own, sourceIp: "127.0.0.1" };
    const struck = async (scope: object, one: Call) =>
      (await outcomes(readPlan({ seed: 1, rules: [{ kind: "error", probability: 1, ...scope }] }), [one])).faults
        .length;
    assert.equal(await struck({}, logs), 0);
    assert.equal(await struck({ service: "logs" }, logs), 1);
    assert.equal(await struck({}, own), 0);
    assert.equal(await struck({}, users), 1);
  });

  it("say it in the service's own words, and do what is lost", async () => {
    const faults = new Faults();
    const codeOf = async (kind: string, one: Call) => {
      faults.start(readPlan({ seed: 1, rules: [{ kind, probability: 1 }] }));
      let done = 0;
      const error = await faults.around(one, () => void done++).catch((thrown: AwsError) => thrown);
      assert.ok(error instanceof AwsError);
      return [error.code, error.status, done];
    };
    const expected: [string, Call, unknown[]][] = [
      ["throttle", call("dynamodb", "PutItem"), ["ProvisionedThroughputExceededException", 400, 0]],
      ["throttle", call("dynamodb", "DescribeTable"), ["ThrottlingException", 400, 0]],
      ["throttle", call("s3", "GetObject"), ["SlowDown", 503, 0]],
      ["throttle", call("lambda", "Invoke"), ["TooManyRequestsException", 429, 0]],
      ["throttle", call("sqs", "SendMessage"), ["RequestThrottled", 403, 0]],
      ["error", call("dynamodb", "PutItem"), ["InternalServerError", 500, 0]],
      ["error", call("states", "StartExecution"), ["InternalFailure", 500, 0]],
      ["lost", call("s3", "PutObject"), ["InternalError", 500, 1]],
    ];
    for (const [kind, one, said] of expected) assert.deepEqual(await codeOf(kind, one), said, `${kind} ${one.service}`);
  });

  it("are told as they happen, the last thousand remembered, and end", async () => {
    const told: Activity[] = [];
    const hear = (message: unknown) => told.push(message as Activity);
    activityChannel.subscribe(hear);
    const faults = new Faults();
    try {
      faults.start(readPlan({ seed: 1, rules: [{ kind: "throttle", probability: 1, service: "s3" }] }));
      for (let n = 0; n < 1_001; n++) await faults.around(call("s3", "GetObject"), () => {}).catch(() => {});
    } finally {
      activityChannel.unsubscribe(hear);
    }
    const { at, ...first } = told[0] as Extract<Activity, { kind: "fault" }>;
    assert.deepEqual(first, {
      ...{ kind: "fault", fault: "throttle", rule: 0, call: 1, region: "us-east-1", service: "s3" },
      ...{ operation: "GetObject", principal: "arn:aws:iam::000000000000:role/reader", code: "SlowDown" },
    });
    faults.stop();
    assert.equal(await faults.around(call("s3", "GetObject"), () => "done"), "done");
    const { running, rules: counted, faults: remembered } = faults.status();
    assert.equal(running, false);
    assert.deepEqual([counted[0]?.matched, counted[0]?.faults, remembered.length], [1_001, 1_001, 1_000]);
    assert.equal(remembered[0]?.call, 2);
  });
});
