import assert from "node:assert/strict";

/** The call fails with that error, as an SDK client shows it. */
export const refuses = (work: Promise<unknown>, name: string, message: RegExp, status: number): Promise<void> =>
  assert.rejects(work, (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
    assert.equal(error.name, name);
    assert.match(error.message, message);
    assert.equal(error.$metadata?.httpStatusCode, status);
    return true;
  });
