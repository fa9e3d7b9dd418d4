import assert from "node:assert/strict";

/** What a version must answer that is to have callers. @throws saying what it answers instead. */
export function requireGreeting(statusCode: number | undefined, body: string | undefined): void {
  assert.ok(statusCode === 200, `it answers ${statusCode}: ${body}`);
  const { message, version } = JSON.parse(body ?? "null") ?? {};
  assert.ok(message === "Feelin' hot hot hot!", `its message is ${JSON.stringify(message)}`);
  const wanted = process.env.APP_VERSION;
  assert.ok(version === wanted, `it says that it is version ${version}; ${wanted} is deployed`);
}
