import assert from "node:assert/strict";
import { isTransient, patiently } from "../../src/kit/patience.ts";
import { AwsError } from "../../src/service.ts";

const throttled = (code: string, status = 400) => new AwsError(code, "Rate exceeded", status);

describe("Patience between services", () => {
  it("is for what is throttled, or a service's own fault, whatever the service calls it", () => {
    for (const code of [
      ...["ThrottlingException", "RequestThrottled", "TooManyRequestsException", "Throttled"],
      ...["ProvisionedThroughputExceededException", "ExecutionLimitExceeded", "RequestLimitExceeded"],
    ]) {
      assert.ok(isTransient(throttled(code)), code);
    }
    assert.ok(isTransient(throttled("InternalFailure", 500)));
    assert.ok(isTransient(new Error("the connection was closed")));
    for (const code of ["ResourceNotFoundException", "AccessDeniedException", "ValidationException"]) {
      assert.ok(!isTransient(throttled(code)), code);
    }
  });

  it("tries again, and has the answer in the end", async () => {
    let tried = 0;
    const answer = await patiently(async () => {
      if (++tried < 4) throw throttled("ThrottlingException");
      return "done";
    });
    assert.deepEqual([answer, tried], ["done", 4]);
  });

  it("ends at once with what no other try mends", async () => {
    let tried = 0;
    const missing = throttled("ResourceNotFoundException");
    await assert.rejects(
      patiently(() => {
        tried++;
        return Promise.reject(missing);
      }),
      missing,
    );
    assert.equal(tried, 1);
  });
});
