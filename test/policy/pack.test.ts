import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import {
  AnalyzeRequest,
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzeStackRequest,
} from "@pulumi/pulumi/proto/analyzer_pb.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";

const folder = join(__dirname, "../../policy");
const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
/** How Pulumi writes a string that only the deployment will know. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const bucket = "aws:s3/bucket:Bucket";
const tags = { project: "p", stack: "s", owner: "o", "cost-centre": "c" };

/** The policy pack in a process of its own, as `pulumi preview --policy-pack policy` starts it. */
describe("the policy pack, run as Pulumi runs it", () => {
  let pack: ChildProcess;
  // biome-ignore lint/suspicious/noExplicitAny: the generated client is untyped.
  let client: any;

  before(async () => {
    pack = spawn(process.execPath, [runner, "127.0.0.1:1", "."], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        PULUMI_NODEJS_PROJECT: "platform",
        PULUMI_NODEJS_STACK: "prod",
        PULUMI_CONFIG: JSON.stringify({
          "platform:publicRoutes": '["it GET /open"]',
          "aws:allowedAccountIds": '["123456789012"]',
        }),
      },
    });
    const [port] = await once(createInterface(pack.stdout!), "line");
    client = new (AnalyzerClient as never as new (address: string, credentials: unknown) => unknown)(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    );
  });
  after(async () => {
    client?.close();
    pack.kill();
    await once(pack, "exit");
  });

  const call = (method: string, request: unknown): Promise<string[]> =>
    new Promise((resolve, reject) => {
      // biome-ignore lint/suspicious/noExplicitAny: the generated client is untyped.
      client[method](request, (error: Error | null, response: any) => {
        if (error) return reject(error);
        // biome-ignore lint/suspicious/noExplicitAny: the generated messages are untyped.
        resolve(response.getDiagnosticsList().map((one: any) => `${one.getPolicyname()}: ${one.getMessage()}`));
      });
    });
  const describeResource = <Message extends AnalyzeRequest | AnalyzerResource>(
    message: Message,
    type: string,
    properties: object,
  ): Message => {
    message.setType(type);
    message.setName("it");
    message.setUrn(`urn:pulumi:prod::platform::${type}::it`);
    message.setProperties(Struct.fromJavaScript(properties as never));
    message.setOptions(new AnalyzerResourceOptions());
    return message;
  };
  const analyze = (type: string, properties: object) =>
    call("analyze", describeResource(new AnalyzeRequest(), type, properties));

  it("stops a resource before it is made", async () => {
    const violations = await analyze("aws:lambda/function:Function", { runtime: "nodejs16.x", tags });
    assert.ok(
      violations.some((one) => /^supported-runtime: [\s\S]*runtime is nodejs16.x/.test(one)),
      violations.join(),
    );
  });

  it("reads the stack's configuration", async () => {
    const operation = { get: { security: [], "x-amazon-apigateway-integration": { type: "aws_proxy" } } };
    const body = JSON.stringify({ paths: { "/open": operation, "/other": operation } });
    const violations = await analyze("aws:apigateway/restApi:RestApi", { body, tags });
    assert.equal(violations.length, 1);
    assert.match(violations[0]!, /routes-are-authorised: [\s\S]*GET \/other/);
  });

  it("reads policies as text, and knows the stack's account", async () => {
    const policy = (account: string) =>
      JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` } }] });
    const key = (account: string) =>
      analyze("aws:kms/key:Key", { enableKeyRotation: true, policy: policy(account), tags });
    const [protect, ...none] = await key("123456789012");
    assert.match(protect!, /^stateful-resource-is-kept: /);
    assert.deepEqual(none, []);
    const violations = await key("210987654321");
    assert.ok(
      violations.some((one) => /^policy-admits-known-callers: [\s\S]*arn:aws:iam::210987654321:root/.test(one)),
    );
  });

  it("refuses what may grant access and no rule knows", async () => {
    const [violation, ...others] = await analyze("aws:ram/principalAssociation:PrincipalAssociation", {
      principal: "1",
    });
    assert.match(violation!, /^granting-type-is-known: [\s\S]*principal grants access, and no rule knows it/);
    assert.deepEqual(others, []);
  });

  it("waits for what only the deployment will know", async () => {
    assert.deepEqual(await analyze("aws:apigateway/restApi:RestApi", { body: unknown, tags }), []);
  });

  it("looks at the whole stack for what needs several resources", async () => {
    const request = new AnalyzeStackRequest();
    request.addResources(describeResource(new AnalyzerResource(), bucket, { tags }));
    const violations = await call("analyzeStack", request);
    assert.ok(violations.some((one) => /bucket-is-whole: [\s\S]*no BucketPolicy belongs to it/.test(one)));
  });

  it("judges a stack by what the program says, not by what is still unknown of AWS's answer", async () => {
    await analyze("aws:sqs/queue:Queue", { sqsManagedSseEnabled: true });
    const request = new AnalyzeStackRequest();
    request.addResources(describeResource(new AnalyzerResource(), "aws:sqs/queue:Queue", { redrivePolicy: unknown }));
    const violations = await call("analyzeStack", request);
    assert.ok(violations.some((one) => /queue-is-redriven: [\s\S]*redrivePolicy is missing/.test(one)));
  });
});
