import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { explain } from "../../../scripts/lib/failure.ts";
import { explainNetwork } from "../../../scripts/lib/network.ts";

/** Connections that fail in every way that one machine can bring about, by fetch and by the SDK. */
describe("a connection that fails", () => {
  /** Milliseconds; everything is on this machine. */
  const patience = 1000;
  const servers: Server[] = [];
  let folder: string;

  const listen = async (server: Server): Promise<string> => {
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const answering = (act: (socket: import("node:net").Socket) => void) =>
    listen(createServer((socket) => socket.on("error", () => {}).once("data", () => act(socket))));

  const failed = (work: Promise<unknown>) =>
    work.then(
      () => assert.fail("it did not fail"),
      (error: unknown) => error,
    );
  const byFetch = (url: string) => failed(fetch(url, { signal: AbortSignal.timeout(patience) }));
  const bySdk = (endpoint: string) =>
    failed(
      new STSClient({
        region: "eu-west-1",
        endpoint,
        credentials: { accessKeyId: "a", secretAccessKey: "b" },
        maxAttempts: 1,
        requestHandler: { requestTimeout: patience, throwOnRequestTimeout: true },
      }).send(new GetCallerIdentityCommand({})),
    );

  /** Both clients get the same sentence. */
  async function both(url: string, expected: string | RegExp): Promise<void> {
    for (const error of [await byFetch(url), await bySdk(url)]) {
      const line = explain(error);
      if (typeof expected === "string") assert.equal(line, expected);
      else assert.match(line, expected);
      assert.ok(!line.includes("\n") && !line.includes("fetch failed"), line);
    }
  }

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "network-"));
  });
  after(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true });
  });

  it("where nothing listens on this machine: which address, and how to start the local stack", async () => {
    const server = createServer();
    const host = await listen(server);
    server.close();
    await once(server, "close");
    await both(`http://${host}`, `Nothing answers at ${host}. For the local stack: npm start`);
    const { port } = new URL(`http://${host}`);
    await both(`http://localhost:${port}`, `Nothing answers at localhost:${port}. For the local stack: npm start`);
  });

  it("to a name that does not exist", () =>
    both("http://no-such-host.invalid", /^(There is no host|The name) no-such-host\.invalid.*\(VPN, DNS\)/));

  it("to a server that says nothing", async () => {
    const host = await answering(() => {});
    await both(`http://${host}`, new RegExp(`^${host} did not answer in time\\. Check the network`));
  });

  it("to a server that hangs up", async () => {
    const host = await answering((socket) => socket.destroy());
    await both(`http://${host}`, new RegExp(`^${host} closed the connection`));
  });

  it("to a server that speaks no TLS", async () => {
    const host = await answering((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await both(`https://${host}`, new RegExp(`^${host} does not speak TLS .*https or http, and its port`));
  });

  it("to a server whose certificate nobody vouches for", async function () {
    // The same by its code alone: see below.
    if (spawnSync("openssl", ["version"]).error) this.skip();
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=other.example";
    execFileSync("openssl", [...request.split(" "), "-keyout", key, "-out", cert], { stdio: "ignore" });
    const server = tls.createServer({ key: readFileSync(key), cert: readFileSync(cert) });
    const host = await listen(server.on("tlsClientError", () => {}));
    await both(
      `https://${host}`,
      `The certificate of ${host} is not trusted: self-signed certificate. ` +
        "Where a proxy inspects TLS, name its certificate: NODE_EXTRA_CA_CERTS=FILE",
    );
  });

  const coded = (code: string, more: object = {}) => Object.assign(new Error("words"), { code, ...more });
  const others: [string, unknown, string | undefined][] = [
    [
      "refused elsewhere",
      coded("ECONNREFUSED", { address: "10.0.0.1", port: 443 }),
      "10.0.0.1:443 refuses connections. Check the address and its port.",
    ],
    [
      "at each address of a name",
      new AggregateError([coded("ECONNREFUSED", { address: "::1", port: 1 })], ""),
      "Nothing answers at ::1:1. For the local stack: npm start",
    ],
    [
      "without a way there",
      coded("ENETUNREACH", { address: "10.0.0.1", port: 443 }),
      "There is no way to 10.0.0.1:443 from this machine. Check its network and VPN.",
    ],
    [
      "whose certificate is its own",
      coded("DEPTH_ZERO_SELF_SIGNED_CERT"),
      "The certificate of the endpoint is not trusted: words. Where a proxy inspects TLS, name its certificate: NODE_EXTRA_CA_CERTS=FILE",
    ],
    [
      "whose certificate is another's",
      coded("ERR_TLS_CERT_ALTNAME_INVALID"),
      "The certificate of the endpoint is not trusted: words. Where a proxy inspects TLS, name its certificate: NODE_EXTRA_CA_CERTS=FILE",
    ],
    [
      "before it is tried",
      new TypeError("fetch failed", { cause: new Error("unknown scheme") }),
      "The request to the endpoint failed: unknown scheme",
    ],
    ["of another kind", coded("EACCES"), undefined],
    ["that is no error", "words", undefined],
  ];
  for (const [what, error, expected] of others) {
    it(what, () => assert.equal(explainNetwork(error), expected));
  }

  it("while credentials are looked for is not the network's fault", () => {
    const cause = coded("EHOSTUNREACH", { address: "169.254.169.254", port: 80 });
    const error = Object.assign(new Error("x", { cause }), { name: "CredentialsProviderError" });
    assert.match(explain(error), /^No AWS credentials were found/);
  });
});
