import assert from "node:assert/strict";
import { recordedShares } from "../../../scripts/conformance/recordedShares.ts";
import { regressions, summary, type Verdicts } from "../../../scripts/conformance/recordedVerdicts.ts";

const verdicts = (
  ...of: [service: string, verdict: Verdicts["verdicts"][number]["verdict"], times: number][]
): Verdicts => ({
  verdicts: of.flatMap(([service, verdict, times]) =>
    Array.from({ length: times }, (_, index) => ({
      id: `tests/aws/services/${service}/test.py::test_${verdict}_${index}`,
      verdict,
    })),
  ),
  severe: [],
});

describe("recorded answers", () => {
  const some = verdicts(
    ["sqs", "equal", 7],
    ["sqs", "close", 2],
    ["sqs", "differs", 1],
    ["sqs", "missing", 3],
    ["s3", "error", 1],
    ["s3", "skipped", 9],
  );

  it("are counted: what is missing or skipped is no difference", () => {
    assert.equal(
      summary(some),
      "9 of 11 tests of what is implemented come out as on AWS (81 %), 3 need what is not there",
    );
  });

  it("fail where fewer come out as on AWS than did, or more is missing", () => {
    assert.deepEqual(regressions(some, { sqs: { equal: 90, missing: 3 } }), []);
    assert.deepEqual(regressions(some, { sqs: { equal: 91, missing: 2 }, s3: { equal: 1, missing: 0 } }), [
      "sqs: 90.0 % come out as on AWS, and 91 % did",
      "sqs: 3 tests need what is not there, and 2 did",
      "s3: 0.0 % come out as on AWS, and 1 % did",
    ]);
  });

  it("fail where a service's tests did not run, or an answer was none", () => {
    const broken: Verdicts = { ...some, severe: [["tests/a.py::b", [500, "sqs", "SendMessage"]]] };
    assert.deepEqual(regressions(broken, { kms: { equal: 1, missing: 0 } }), [
      "kms: no test ran",
      'tests/a.py::b: [500,"sqs","SendMessage"]',
    ]);
  });

  it("may be 5xx where AWS gives that, or where what is asked for is not there", () => {
    const call = [502, "http", "POST"];
    const fault = (at: number): Verdicts["severe"][number] => [some.verdicts[at]!.id, call];
    const shares = { sqs: { equal: 90, missing: 3 } };
    // Equal, close and missing.
    assert.deepEqual(regressions({ ...some, severe: [fault(0), fault(8), fault(10)] }, shares), []);
    const differing = { ...some, severe: [fault(9)] };
    assert.equal(regressions(differing, shares).length, 1);
    assert.deepEqual(regressions(differing, { sqs: { ...shares.sqs, faults: 1 } }), []);
  });

  it("are held to shares, and a sample of the services", () => {
    const shares = Object.values(recordedShares);
    assert.ok(shares.every(({ equal, missing }) => equal > 0 && equal <= 100 && missing >= 0));
    const sampled = shares.filter(({ sample }) => sample).length;
    assert.ok(sampled > 0 && sampled < shares.length);
  });
});
