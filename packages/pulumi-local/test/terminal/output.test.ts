import assert from "node:assert/strict";
import { type Activity, activityChannel, type Mail, mailChannel } from "local-aws";
import type { EngineEvent } from "../../src/engine/index.ts";
import { createOutput, type OutputOptions } from "../../src/terminal/output.ts";

const request: Activity = {
  ...{ kind: "request", at: 0, region: "eu-west-1", method: "GET", path: "/whodis", status: 200, milliseconds: 3 },
};
const mail: Mail = {
  ...{ id: "1", at: "2026-01-01", from: "a@example.org", to: "b@example.org", subject: "Hello", body: "secret" },
  links: ["http://localhost/1"],
};
const debug: EngineEvent = { kind: "message", urn: undefined, severity: "debug", text: "details" };

describe("what npm start prints", () => {
  let written = "";
  const open = (given: Partial<OutputOptions>) => {
    written = "";
    const screen = { write: (text: string) => (written += text) };
    return createOutput({ programDirectory: "/", json: false, quiet: false, verbose: false, screen, ...given });
  };
  const happen = () => {
    activityChannel.publish(request);
    mailChannel.publish(mail);
  };
  /** All of it: what happens before everything is up, what is said then, what happens after, and at the end. */
  const run = (given: Partial<OutputOptions>): string[] => {
    const output = open(given);
    const stop = output.follow();
    happen();
    output.onEvent(debug);
    output.line("ready");
    output.report({ kind: "ready", seconds: 1 });
    output.show();
    happen();
    stop();
    happen();
    output.flush();
    return written.split("\n").slice(0, -1);
  };

  it("is what happens, below what was said when all was up", () => {
    const lines = ["GET /whodis 200 3 ms", "mail to b@example.org: Hello", "  http://localhost/1"];
    assert.deepEqual(run({}), ["ready", ...lines, ...lines]);
  });

  it("says of a mail what its reader is to do", () => {
    const output = open({});
    const stop = output.follow();
    output.show();
    mailChannel.publish({ ...mail, asks: "open its link to confirm" });
    stop();
    output.flush();
    assert.match(written, /^mail to b@example\.org: Hello \(open its link to confirm\)\n {2}http:/);
  });

  it("is with --quiet only what was said", () => assert.deepEqual(run({ quiet: true }), ["ready"]));

  it("is with --json an object a line, without mails' texts", () => {
    const { body, ...shown } = mail;
    const objects = run({ json: true }).map((line) => JSON.parse(line));
    const expected = [request, { kind: "mail", ...shown }];
    assert.deepEqual(objects, [...expected, { kind: "ready", seconds: 1 }, ...expected]);
    assert.ok(!written.includes("secret") && body === "secret");
    assert.deepEqual(
      run({ json: true, quiet: true, verbose: true }).map((line) => JSON.parse(line).kind),
      ["message", "ready"],
    );
  });
});
