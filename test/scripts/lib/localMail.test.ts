import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readMail } from "../../../scripts/lib/localMail.ts";

describe("mails of the local stack", () => {
  const { LOCAL_STATE_DIR } = process.env;
  let directory: string;
  let server: Server;
  const asked: string[] = [];
  let status = 200;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "mail-"));
    process.env.LOCAL_STATE_DIR = directory;
    server = createServer(({ url = "" }, response) => {
      asked.push(url);
      response.writeHead(status).end(JSON.stringify({ mails: [{ key: "2", subject: "yes" }] }));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    writeFileSync(
      join(directory, "endpoint.json"),
      JSON.stringify({ aws: `http://127.0.0.1:${port}`, region: "us-east-1" }),
    );
  });
  after(() => {
    if (LOCAL_STATE_DIR === undefined) delete process.env.LOCAL_STATE_DIR;
    else process.env.LOCAL_STATE_DIR = LOCAL_STATE_DIR;
    rmSync(directory, { recursive: true });
  });

  it("are asked for at its endpoint, from the last one on that was seen", async () => {
    const mails = await readMail("local", "1 a&b");
    assert.deepEqual(
      mails.map(({ key }) => key),
      ["2"],
    );
    assert.deepEqual(asked, ["/_aws/mail?after=1%20a%26b"]);
  });

  it("are no other stack's", async () => {
    await assert.rejects(readMail("dev"), /Mails of stack "dev" are sent/);
  });

  it("are not there to an older cloud, or while none runs", async () => {
    status = 403;
    await assert.rejects(readMail("local"), /has no mails to show \(403\)/);
    await new Promise((closed) => server.close(closed));
    await assert.rejects(readMail("local"), /does not answer on http:\/\/127\.0\.0\.1:\d+\. Start it: npm start/);
  });
});
