import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { createCloud } from "../src/index.ts";
import { startCloud } from "../testing/cloud.ts";

describe("the local cloud", () => {
  it("listens on loopback, on the ports that it is given", async () => {
    const test = await startCloud();
    try {
      assert.match(test.origin, /^http:\/\/127\.0\.0\.1:\d+$/);
      assert.equal(test.cloud.origin, test.origin);
      assert.match(test.apiOrigin, /^http:\/\/localhost:\d+$/);
      const port = Number(new URL(test.origin).port);
      const second = createCloud({ directory: `${test.directory}/second`, awsPort: port, apiPort: 0 });
      await assert.rejects(second.listen(), { code: "EADDRINUSE" });
      await second.close();
    } finally {
      await test.stop();
    }
  });

  it("answers at localhost, whichever of its addresses a client takes", async function () {
    const has = Object.values(networkInterfaces()).flat();
    // A machine without IPv6, as many containers, has nothing to be found at.
    if (!has.some((one) => one?.address === "::1")) this.skip();
    const test = await startCloud();
    const [port, apiPort] = [test.origin, test.apiOrigin].map((origin) => new URL(origin).port);
    for (const host of ["127.0.0.1", "[::1]", "localhost"]) {
      assert.equal((await fetch(`http://${host}:${port}/_health`)).status, 200);
      assert.equal((await fetch(`http://${host}:${apiPort}/nothing`)).status, 403);
    }
    await test.stop();
    await assert.rejects(fetch(`http://[::1]:${port}/_health`));
    await assert.rejects(fetch(`http://[::1]:${apiPort}/nothing`));
  });

  it("has no origin before it listens", async () => {
    const test = await startCloud();
    await test.stop({ keep: true });
    const { cloud, close } = createCloud({ directory: test.directory, awsPort: 0, apiPort: 0 });
    assert.throws(() => cloud.origin, /does not listen yet/);
    await close();
    await test.stop();
  });

  it("ends at once, however many connections are open, and as often as one likes", async () => {
    const test = await startCloud();
    const sts = test.client(STSClient);
    await Promise.all(Array.from({ length: 20 }, () => sts.send(new GetCallerIdentityCommand({}))));
    await Promise.all([test.close(), test.close()]);
    await assert.rejects(fetch(test.origin));
    await test.stop();
  });

  it("says which service or operation it does not have", async () => {
    const test = await startCloud();
    try {
      const unknown = { code: "UnknownOperationException", status: 501 };
      await assert.rejects(test.cloud.call("sts", "DecodeAuthorizationMessage", {}), {
        ...unknown,
        message: "The local cloud does not have the operation DecodeAuthorizationMessage of sts",
      });
      await assert.rejects(test.cloud.call("quantum", "Entangle", {}), unknown);
      await assert.rejects(test.cloud.call("sts", "constructor", {}), unknown);
    } finally {
      await test.stop();
    }
  });

  it("asks IAM before every call in process, as over the wire", async () => {
    const test = await startCloud();
    try {
      const { principal } = await test.mintRole(
        { Effect: "Allow", Action: "iam:GetRole", Resource: "*" },
        { name: "caller" },
      );
      await test.cloud.call("iam", "GetRole", { RoleName: "caller" }, principal);
      await assert.rejects(test.cloud.call("iam", "DeleteRole", { RoleName: "caller" }, principal), {
        code: "AccessDenied",
        message: `User: ${principal.arn} is not authorized to perform: iam:DeleteRole on resource: arn:aws:iam::000000000000:role/caller because no identity-based policy allows the iam:DeleteRole action`,
      });
      await test.cloud.call("iam", "GetRole", { RoleName: "caller" });
    } finally {
      await test.stop();
    }
  });
});
