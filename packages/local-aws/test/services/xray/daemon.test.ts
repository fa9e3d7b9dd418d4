import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { XRay } from "@aws-sdk/client-xray";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { zip } from "../../../testing/lambda.ts";

describe("X-Ray's daemon", () => {
  let test: TestCloud;
  let xray: XRay;
  before(async () => {
    test = await startCloud({ xrayPort: 0 });
    xray = test.client(XRay);
  });
  after(() => test.stop());

  const now = () => Date.now() / 1000;
  const traceId = (digit: string) => `1-${Math.floor(now()).toString(16)}-${digit.repeat(24)}`;
  const segment = (trace_id: string, more: object = {}) =>
    JSON.stringify({ trace_id, id: "a".repeat(16), name: "shop", start_time: now(), end_time: now(), ...more });
  async function send(text: string): Promise<void> {
    const [address = "", port] = (test.cloud.xrayAddress ?? "").split(":");
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) =>
      socket.send(text, Number(port), address, (error) => (error ? reject(error) : resolve())),
    );
    socket.close();
  }
  async function names(id: string): Promise<string[]> {
    for (let tries = 0; tries < 100; tries++) {
      const { Traces = [] } = await xray.batchGetTraces({ TraceIds: [id] });
      if (Traces[0]) return (Traces[0].Segments ?? []).map(({ Document = "" }) => JSON.parse(Document).name);
      await sleep(20);
    }
    return [];
  }

  it("takes segments, and what is none is lost", async () => {
    for (const lost of [
      "",
      "no line",
      `{"format":"xml","version":1}\n${segment(traceId("1"))}`,
      `{"format":"json","version":1}\n{`,
      `null\n${segment(traceId("1"))}`,
      segment(traceId("1")),
    ]) {
      await send(lost);
    }
    await send(`{"format": "json", "version": 1}\n${segment(traceId("2"))}`);
    assert.deepEqual(await names(traceId("2")), ["shop"]);
    const { UnprocessedTraceIds } = await xray.batchGetTraces({ TraceIds: [traceId("1")] });
    assert.deepEqual(UnprocessedTraceIds, [traceId("1")]);
  });

  it("is where functions look for it", async () => {
    const trace = traceId("3");
    const code = `
      import { createSocket } from "node:dgram";
      export const handler = async ({ document }) => {
        const [address, port] = process.env.AWS_XRAY_DAEMON_ADDRESS.split(":");
        const socket = createSocket("udp4");
        await new Promise((done) => socket.send('{"format":"json","version":1}\\n' + document, Number(port), address, done));
        socket.close();
      };`;
    const { roleArn } = await test.mintRole();
    await test.cloud.call("lambda", "CreateFunction", {
      ...{ FunctionName: "sender", Runtime: "nodejs24.x", Handler: "index.handler", Role: roleArn },
      Code: { ZipFile: zip({ "index.mjs": code }) },
    });
    const Payload = JSON.stringify({ document: segment(trace, { name: "within" }) });
    await test.cloud.call("lambda", "Invoke", { FunctionName: "sender", Payload });
    assert.deepEqual(await names(trace), ["within"]);
  });

  it("is not there unless it is asked for", async () => {
    const other = await startCloud();
    assert.equal(other.cloud.xrayAddress, undefined);
    await other.stop();
  });
});
