import assert from "node:assert/strict";
import { Sha256 } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { type Authorization, readAuthorization } from "../../src/front/authorization.ts";
import { computeSignature, sha256 } from "../../src/front/signature.ts";
import type { WireRequest } from "../../src/wire/index.ts";

const secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const signer = (service: string) =>
  new SignatureV4({
    service,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey },
    sha256: Sha256,
    uriEscapePath: service !== "s3",
    applyChecksum: service === "s3",
  });

/** As it comes out of the socket: encoded path and query. */
function arrived({ method, path, query, headers, body }: HttpRequest): WireRequest {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) search.append(name, one as string);
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { method, path, query: search, headers: lower, body: Buffer.from((body as string) ?? "") };
}

const encode = (path: string) =>
  path
    .split("/")
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join("/");
const text = fc.string({
  unit: fc.constantFrom("a", "Z", "0", "-", ".", "~", "*", "(", "'", "!", " ", "+", "%", "é", "日", "=", "&", "/"),
  maxLength: 8,
});

describe("signature", () => {
  for (const service of ["lambda", "s3"]) {
    const requests = fc.record({
      method: fc.constantFrom("GET", "POST", "PUT"),
      path: text.map((path) => encode(`/${service === "s3" ? path : path.replace(/\.\.?/g, "")}`)),
      query: fc.dictionary(
        text.filter((name) => name !== ""),
        fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })),
        { maxKeys: 3, noNullPrototype: true },
      ),
      headers: fc.record(
        { "X-Amz-Meta-A": fc.constantFrom("a", "  a   b ", "c,d"), "content-type": fc.constant("text/plain") },
        { requiredKeys: [], noNullPrototype: true },
      ),
      body: text,
    });
    const of = ({
      headers,
      ...request
    }: {
      headers: object;
      method: string;
      path: string;
      query: Record<string, string | string[]>;
      body: string;
    }) =>
      new HttpRequest({
        protocol: "http:",
        hostname: "127.0.0.1",
        ...request,
        headers: { ...(headers as Record<string, string>), host: "127.0.0.1:4566" },
      });

    it(`is the one that the SDK computes, for ${service}`, async () => {
      await fc.assert(
        fc.asyncProperty(requests, async (request) => {
          const signed = (await signer(service).sign(of(request))) as HttpRequest;
          const wire = arrived(signed);
          const authorization = readAuthorization(wire) as Authorization;
          assert.equal(authorization.service, service);
          assert.equal(
            computeSignature(wire, authorization, secretAccessKey, sha256(request.body)),
            authorization.signature,
          );
          const other = computeSignature(
            { ...wire, method: "DELETE" },
            authorization,
            secretAccessKey,
            sha256(request.body),
          );
          assert.notEqual(other, authorization.signature);
        }),
      );
    });

    it(`is the one of a URL that the SDK presigned, for ${service}`, async () => {
      await fc.assert(
        fc.asyncProperty(requests, async (request) => {
          const signed = (await signer(service).presign(of({ ...request, body: "" }), {
            expiresIn: 60,
          })) as HttpRequest;
          const wire = arrived(signed);
          const authorization = readAuthorization(wire) as Authorization;
          assert.equal(authorization.expires, 60);
          const hash = service === "s3" ? "UNSIGNED-PAYLOAD" : sha256("");
          // S3's own presigner states that the payload is unsigned; the plain signer hashes it.
          const hashes = service === "s3" ? [hash, sha256("")] : [hash];
          assert.ok(
            hashes.some(
              (one) => computeSignature(wire, authorization, secretAccessKey, one) === authorization.signature,
            ),
          );
        }),
      );
    });
  }

  describe("that cannot be read says why", () => {
    const credential = "AKID/20260131/us-east-1/lambda/aws4_request";
    const header = (authorization: string, more: object = { "x-amz-date": "20260131T120000Z" }): WireRequest => ({
      method: "GET",
      path: "/",
      query: new URLSearchParams(),
      headers: { authorization, ...more },
      body: Buffer.alloc(0),
    });
    const complete = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=abc`;
    const cases: [string, WireRequest, RegExp][] = [
      ["another scheme", header("Basic dGVzdA=="), /Unsupported AWS 'algorithm': 'Basic'/],
      [
        "nothing after the algorithm",
        header("AWS4-HMAC-SHA256 "),
        /requires 'Credential'.*'SignedHeaders'.*'Signature'/,
      ],
      ["no signature", header(complete.replace(/, Signature.*/, "")), /requires 'Signature' parameter/],
      ["no date", header(complete, {}), /requires existence of either/],
      ["another date form", header(complete, { "x-amz-date": "2026-01-31" }), /ISO-8601 'basic format'/],
      ["a date of another day", header(complete, { "x-amz-date": "20260130T120000Z" }), /Date in Credential scope/],
      ["a short scope", header(complete.replace("/aws4_request", "")), /exactly 5 slash-delimited elements/],
    ];
    for (const [name, request, message] of cases) {
      it(name, () => assert.match(readAuthorization(request) as string, message));
    }

    it("a presigned URL for more than a week, or incomplete", () => {
      const url = (query: Record<string, string>) =>
        readAuthorization({ ...header(""), headers: {}, query: new URLSearchParams(query) });
      const query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": credential,
        "X-Amz-Date": "20260131T120000Z",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": "abc",
      };
      assert.equal((url({ ...query, "X-Amz-Expires": "60" }) as Authorization).expires, 60);
      assert.match(url({ ...query, "X-Amz-Expires": "604801" }) as string, /less than a week/);
      assert.match(url({ ...query, "X-Amz-Expires": "soon" }) as string, /number of seconds/);
      assert.match(url({ "X-Amz-Algorithm": "AWS4-HMAC-SHA256" }) as string, /must include 'X-Amz-Credential'/);
      assert.equal(url({}), undefined);
    });

    it("and a complete one is read in full", () => {
      assert.deepEqual(
        readAuthorization(header(complete.replaceAll(", ", ","), { date: "Sat, 31 Jan 2026 12:00:00 GMT" })),
        {
          accessKeyId: "AKID",
          date: "20260131",
          region: "us-east-1",
          service: "lambda",
          signedHeaders: ["host", "x-amz-date"],
          signature: "abc",
          timestamp: "20260131T120000Z",
        },
      );
    });
  });
});
