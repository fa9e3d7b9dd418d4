import assert from "node:assert/strict";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import * as s3 from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const [first, second, third] = ["us-east-1", "eu-west-1", "us-west-2"] as const;

describe("S3: buckets of several regions", () => {
  let test: TestCloud;
  const client = (region: string, config: object = {}) => test.client(s3.S3Client, { config: { region, ...config } });
  const create = (region: string, Bucket: string, LocationConstraint?: string) =>
    client(region).send(
      new s3.CreateBucketCommand({
        Bucket,
        ...(LocationConstraint && {
          CreateBucketConfiguration: { LocationConstraint: LocationConstraint as s3.BucketLocationConstraint },
        }),
      }),
    );

  before(async () => {
    test = await startCloud({ region: first });
    await create(first, "first");
    await create(second, "second", second);
    await create(first, "third", third);
  });
  after(() => test.stop());

  it("lie where they were made", async () => {
    const location = async (Bucket: string, region: string) =>
      (await client(region).send(new s3.GetBucketLocationCommand({ Bucket }))).LocationConstraint;
    for (const asked of [first, second]) {
      assert.equal(await location("first", asked), undefined);
      assert.equal(await location("second", asked), second);
      assert.equal(await location("third", asked), third);
    }
    const { BucketRegion } = await client(third).send(new s3.HeadBucketCommand({ Bucket: "third" }));
    assert.equal(BucketRegion, third);
    const regions = async (input: s3.ListBucketsCommandInput) =>
      (await client(third).send(new s3.ListBucketsCommand(input))).Buckets?.map((one) => one.BucketRegion);
    assert.deepEqual(await regions({}), [first, second, third]);
    assert.deepEqual(await regions({ BucketRegion: second }), [second]);
  });

  /** As recorded on AWS. */
  const refused: [string, string, string | undefined, string, string][] = [
    [
      "the first region, named",
      first,
      first,
      "InvalidLocationConstraint",
      "The specified location-constraint is not valid",
    ],
    [
      "a region that is none",
      first,
      "foo",
      "InvalidLocationConstraint",
      "The specified location-constraint is not valid",
    ],
    [
      "no region, from another than the first",
      second,
      undefined,
      "IllegalLocationConstraintException",
      "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.",
    ],
    [
      "another region than that of the request",
      second,
      third,
      "IllegalLocationConstraintException",
      "The us-west-2 location constraint is incompatible for the region specific endpoint this request was sent to.",
    ],
  ];
  for (const [what, region, constraint, name, message] of refused) {
    it(`are not made in ${what}`, async () => {
      const input = {
        Bucket: "never",
        ...(constraint && { CreateBucketConfiguration: { LocationConstraint: constraint } }),
      };
      // In process: SDKs fill in the region that is left out.
      await assert.rejects(test.cloud.in(region).call("s3", "CreateBucket", input), { name, message });
    });
  }

  it("have names that are unique in all regions", async () => {
    await assert.rejects(create(second, "first", second), { name: "BucketAlreadyOwnedByYou" });
    await assert.rejects(create(first, "second"), { name: "BucketAlreadyOwnedByYou" });
    await create(first, "first");
  });

  it("send whoever asks elsewhere to their region", async () => {
    const asked = client(first).send(new s3.ListObjectsV2Command({ Bucket: "second" }));
    await assert.rejects(asked, (error: s3.S3ServiceException & { Endpoint?: string }) => {
      assert.deepEqual([error.name, error.$metadata.httpStatusCode], ["PermanentRedirect", 301]);
      assert.equal(error.$response?.headers["x-amz-bucket-region"], second);
      // Wherever a client follows, it is to this machine.
      assert.equal(error.Endpoint, new URL(test.origin).host);
      return true;
    });
    for (const command of [
      new s3.PutObjectCommand({ Bucket: "second", Key: "k", Body: "v" }),
      new s3.GetBucketTaggingCommand({ Bucket: "second" }),
      new s3.DeleteBucketCommand({ Bucket: "second" }),
    ]) {
      await assert.rejects(client(third).send(command as never), { name: "PermanentRedirect" });
    }
  });

  it("are found by an SDK that goes where it is sent", async () => {
    const follower = client(first, { followRegionRedirects: true });
    await follower.send(new s3.PutObjectCommand({ Bucket: "second", Key: "followed", Body: "v" }));
    const { Body } = await client(second).send(new s3.GetObjectCommand({ Bucket: "second", Key: "followed" }));
    assert.equal(await Body?.transformToString(), "v");
  });

  it("tell their region to whoever may know nothing else", async () => {
    const answer = await fetch(`${test.origin}/second`, { method: "HEAD" });
    assert.deepEqual([answer.status, answer.headers.get("x-amz-bucket-region")], [403, second]);
  });

  it("are copied from, into another region", async () => {
    await client(second).send(new s3.PutObjectCommand({ Bucket: "second", Key: "from", Body: "copied" }));
    const copy = new s3.CopyObjectCommand({ Bucket: "third", Key: "to", CopySource: "second/from" });
    await client(third).send(copy);
    const { Body } = await client(third).send(new s3.GetObjectCommand({ Bucket: "third", Key: "to" }));
    assert.equal(await Body?.transformToString(), "copied");
  });

  it("survive a restart where they are", async () => {
    await test.stop({ keep: true });
    test = await startCloud({ region: first, directory: test.directory });
    const { BucketRegion } = await client(second).send(new s3.HeadBucketCommand({ Bucket: "second" }));
    assert.equal(BucketRegion, second);
  });

  describe("under hosts that name them", () => {
    /** Where a host leads that this machine's resolver may not know. */
    const send = async (url: string, options: { method?: string; body?: string } = {}) => {
      const { host, pathname, search, port } = new URL(url);
      const { method = "GET", body = "" } = options;
      const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>();
      const headers = { host, "content-length": Buffer.byteLength(body) };
      request({ host: "127.0.0.1", port, path: pathname + search, method, headers }, async (answer) => {
        resolve({ status: answer.statusCode, body: await text(answer) });
      })
        .on("error", reject)
        .end(body);
      return promise;
    };
    const port = () => new URL(test.origin).port;
    const presigned = (endpoint: string, command: unknown) =>
      getSignedUrl(client(first, { endpoint, forcePathStyle: false }) as never, command as never);

    for (const prefix of ["", "s3.", "s3.us-east-1."]) {
      it(`http://first.${prefix}localhost`, async () => {
        const endpoint = `http://${prefix}localhost:${port()}`;
        const input = { Bucket: "first", Key: "a folder/k é" };
        const put = await presigned(endpoint, new s3.PutObjectCommand(input));
        assert.equal(new URL(put).hostname, `first.${prefix}localhost`);
        assert.equal((await send(put, { method: "PUT", body: prefix })).status, 200);
        assert.deepEqual(await send(await presigned(endpoint, new s3.GetObjectCommand(input))), {
          status: 200,
          body: prefix,
        });
        const { Contents } = await client(first).send(new s3.ListObjectsV2Command({ Bucket: "first" }));
        assert.deepEqual(
          Contents?.map(({ Key }) => Key),
          ["a folder/k é"],
        );
        const list = await send(await presigned(endpoint, new s3.ListObjectsV2Command({ Bucket: "first" })));
        assert.match(list.body, /<Name>first<\/Name>/);
      });
    }

    it("and at localhost itself, or s3.localhost, by the path", async () => {
      for (const host of ["localhost", "s3.localhost", "s3.eu-west-1.localhost"]) {
        const url = await getSignedUrl(
          client(second, { endpoint: `http://${host}:${port()}`, forcePathStyle: true }) as never,
          new s3.GetObjectCommand({ Bucket: "second", Key: "from" }) as never,
        );
        assert.deepEqual(await send(url), { status: 200, body: "copied" }, host);
      }
    });

    it("answer as S3 where there is no such bucket", async () => {
      const answer = await send(`http://nobody.localhost:${port()}/k`);
      assert.equal(answer.status, 404);
      assert.match(answer.body, /<Code>NoSuchBucket<\/Code>.*<BucketName>nobody<\/BucketName>/s);
    });
  });
});
