import assert from "node:assert/strict";
import { APIGatewayClient, GetRestApisCommand } from "@aws-sdk/client-api-gateway";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { HttpRequest } from "@smithy/core/protocols";
import type { AccessKey } from "../../src/authorization/directory.ts";
import { signatureError } from "../../src/front/authenticate.ts";
import { type Credentials, startCloud, type TestCloud } from "../../testing/cloud.ts";
import { aws, commandLines } from "../../testing/commandLine.ts";
import { sendRaw, signer } from "../support/wire.ts";

describe("the AWS endpoint", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  const clock = (minutes: number) => ({ config: { systemClockOffset: minutes * 60_000 } });
  /** The error that a query, a JSON and a REST JSON client each make of the same fault, as `name status`. */
  const faults = async (options: { credentials?: Credentials; config?: object }): Promise<string[]> => {
    const calls = [
      () => test.client(STSClient, options).send(new GetCallerIdentityCommand({})),
      () => test.client(CloudWatchLogsClient, options).send(new DescribeLogGroupsCommand({})),
      () => test.client(APIGatewayClient, options).send(new GetRestApisCommand({})),
    ];
    return Promise.all(
      calls.map((call) =>
        call().then(
          () => "no fault",
          (error) => `${error.name} ${error.$metadata?.httpStatusCode}`,
        ),
      ),
    );
  };

  it("lets the administrator in by every protocol", async () => {
    assert.deepEqual(await faults({}), ["no fault", "no fault", "no fault"]);
  });

  it("refuses what is signed wrongly, in the words of each protocol", async () => {
    const key = { accessKeyId: "test", secretAccessKey: "wrong" };
    assert.deepEqual(await faults({ credentials: key }), [
      "SignatureDoesNotMatch 403",
      "InvalidSignatureException 400",
      "InvalidSignatureException 403",
    ]);
    assert.deepEqual(await faults({ credentials: { accessKeyId: "AKIANOBODY", secretAccessKey: "x" } }), [
      "InvalidClientTokenId 403",
      "UnrecognizedClientException 400",
      "UnrecognizedClientException 403",
    ]);
    const { credentials } = await test.mintRole();
    assert.deepEqual(await faults({ credentials: { ...credentials, sessionToken: "another" } }), [
      "InvalidClientTokenId 403",
      "UnrecognizedClientException 400",
      "UnrecognizedClientException 403",
    ]);
    const { accessKeyId, secretAccessKey } = credentials;
    assert.match((await faults({ credentials: { accessKeyId, secretAccessKey } }))[0] ?? "", /^InvalidClientTokenId/);
  });

  it("takes fifteen minutes of a clock that is wrong, and no more", async () => {
    assert.deepEqual(await faults(clock(14)), ["no fault", "no fault", "no fault"]);
    assert.deepEqual(await faults(clock(-14)), ["no fault", "no fault", "no fault"]);
    for (const minutes of [16, -16]) {
      assert.deepEqual(await faults(clock(minutes)), [
        "SignatureDoesNotMatch 403",
        "InvalidSignatureException 400",
        "InvalidSignatureException 403",
      ]);
    }
  });

  it("ends a session when its time is over", async () => {
    const { credentials, principal } = await test.mintRole();
    const keys = test.cloud.store.collection<AccessKey>("sts.keys");
    const expired = { accessKeyId: "ASIAEXPIRED", secretAccessKey: "s", sessionToken: "t" };
    keys.put(expired.accessKeyId, {
      ...expired,
      principal,
      issued: "2026-01-01T00:00:00Z",
      expiration: "2026-01-01T01:00:00Z",
    });
    assert.deepEqual(await faults({ credentials: expired }), [
      "ExpiredToken 403",
      "ExpiredTokenException 400",
      "ExpiredTokenException 403",
    ]);
    assert.equal((await faults({ credentials }))[0], "no fault");
  });

  it("takes a request for any region that AWS has", async () => {
    assert.deepEqual(await faults({ config: { region: "eu-west-1" } }), ["no fault", "no fault", "no fault"]);
    assert.deepEqual(await faults({ config: { region: "mars-1" } }), [
      "SignatureDoesNotMatch 403",
      "InvalidSignatureException 400",
      "InvalidSignatureException 403",
    ]);
  });

  it("asks who does not sign to do so", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const query = await fetch(test.origin, {
      method: "POST",
      headers: form,
      body: "Action=GetCallerIdentity&Version=2011-06-15",
    });
    assert.equal(query.status, 403);
    assert.match(
      await query.text(),
      /<Code>MissingAuthenticationToken<\/Code><Message>Missing Authentication Token<\/Message>/,
    );
    const headers = { "x-amz-target": "Logs_20140328.DescribeLogGroups", "content-type": "application/x-amz-json-1.1" };
    const json = await fetch(test.origin, { method: "POST", headers, body: "{}" });
    assert.equal(json.status, 400);
    assert.deepEqual(await json.json(), {
      __type: "MissingAuthenticationTokenException",
      message: "Missing Authentication Token",
    });
    const basic = await fetch(test.origin, {
      method: "POST",
      headers: { ...form, authorization: "Basic dGVzdA==" },
      body: "Action=X",
    });
    assert.equal(basic.status, 400);
    assert.match(await basic.text(), /IncompleteSignature/);
  });

  it("says what it does not have", async () => {
    const iam = test.client(IAMClient);
    const { ListServerCertificatesCommand } = await import("@aws-sdk/client-iam");
    await assert.rejects(
      iam.send(new ListServerCertificatesCommand({})),
      (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
        assert.equal(error.name, "UnknownOperationException");
        assert.match(error.message, /does not have the operation ListServerCertificates of iam/);
        assert.equal(error.$metadata?.httpStatusCode, 501);
        return true;
      },
    );
    const headers = { host: new URL(test.origin).host, "x-amz-target": "RekognitionService.ListCollections" };
    const unknown = new HttpRequest({ method: "POST", path: "/", headers, body: "{}" });
    const signed = await signer("rekognition").sign(unknown);
    const answer = await sendRaw(test.origin, { method: "POST", headers: signed.headers, body: "{}" });
    assert.equal(answer.status, 501);
    assert.match(answer.text, /does not have the service rekognition/);
  });

  it("answers with the request id that clients report", async () => {
    const { $metadata } = await test.client(STSClient).send(new GetCallerIdentityCommand({}));
    assert.match($metadata.requestId ?? "", /^[0-9a-f-]{36}$/);
  });

  it("names S3's faults as S3 does", () => {
    const of = (...args: Parameters<typeof signatureError>) => {
      const { code, status } = signatureError(...args);
      return `${code} ${status}`;
    };
    assert.equal(of("s3", "mismatch"), "SignatureDoesNotMatch 403");
    assert.equal(of("s3", "unknownKey"), "InvalidAccessKeyId 403");
    assert.equal(of("s3", "expired"), "ExpiredToken 400");
    assert.equal(of("s3", "skewed"), "RequestTimeTooSkewed 403");
    assert.equal(of("s3", "presignExpired"), "AccessDenied 403");
    assert.equal(signatureError("s3", "presignExpired").message, "Request has expired");
  });

  for (const path of commandLines) {
    it(`speaks with ${path}`, async () => {
      const { credentials, principal } = await test.mintRole({ Effect: "Allow", Action: "iam:GetRole", Resource: "*" });
      const said = (error: Error & { stderr?: string }) => error.stderr ?? "";
      const [administrator, role, refused, missing] = await Promise.all([
        aws(path, test.origin, ["sts", "get-caller-identity"]),
        aws(path, test.origin, ["sts", "get-caller-identity"], credentials),
        aws(path, test.origin, ["iam", "list-roles"], credentials).catch(said),
        aws(path, test.origin, ["iam", "get-role", "--role-name", "none"]).catch(said),
      ]);
      assert.deepEqual(administrator, {
        UserId: "000000000000",
        Account: "000000000000",
        Arn: "arn:aws:iam::000000000000:root",
      });
      assert.equal((role as { Arn?: string }).Arn, principal.arn);
      assert.match(
        String(refused),
        /An error occurred \(AccessDenied\) when calling the ListRoles operation: User: arn:aws:sts::000000000000:assumed-role/,
      );
      assert.match(String(missing), /\(NoSuchEntity\)/);
    }).timeout(60_000);
  }
});
