import assert from "node:assert/strict";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as lambda from "@aws-sdk/client-lambda";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import * as ssm from "@aws-sdk/client-ssm";
import { cbor as parser } from "@smithy/core/cbor";
import { AwsError } from "../../src/service.ts";
import { checkInput, protocolOf, type WireRequest } from "../../src/wire/index.ts";
import { readShapes } from "../../src/wire/shapes.ts";

const request = (more: Partial<WireRequest> & { path?: string }): WireRequest => ({
  method: "POST",
  path: "/",
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.alloc(0),
  ...more,
});
const json = (target: string, body: string) =>
  request({
    headers: { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" },
    body: Buffer.from(body),
  });
const form = (body: string) =>
  request({ headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" }, body: Buffer.from(body) });

/** Reads and checks as the endpoint does; the error that this makes, or `undefined`. */
function fault(sdk: object, given: WireRequest): AwsError | undefined {
  const shapes = readShapes(sdk);
  const protocol = protocolOf(given, shapes);
  try {
    const { operation, input } = protocol.read(shapes, given);
    checkInput(operation.input, input, protocol.invalid);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof AwsError, String(error));
    return error;
  }
}

describe("wire, bad requests", () => {
  const cases: [name: string, sdk: object, WireRequest, code: string, message: RegExp][] = [
    [
      "an operation that is not there",
      ssm,
      json("AmazonSSM.Nothing", "{}"),
      "UnknownOperationException",
      /AmazonSSM\.Nothing/,
    ],
    [
      "an operation of every object",
      ssm,
      json("AmazonSSM.constructor", "{}"),
      "UnknownOperationException",
      /constructor/,
    ],
    ["no JSON", ssm, json("AmazonSSM.GetParameter", "{"), "SerializationException", /not valid JSON/],
    [
      "a list for an object",
      ssm,
      json("AmazonSSM.GetParameter", "[]"),
      "SerializationException",
      /the request must be a structure, it is a list/,
    ],
    ["null", ssm, json("AmazonSSM.GetParameter", "null"), "SerializationException", /structure/],
    [
      "a number for a string",
      ssm,
      json("AmazonSSM.GetParameter", '{"Name":1}'),
      "SerializationException",
      /name must be a string, it is a number/,
    ],
    [
      "a string for a boolean",
      ssm,
      json("AmazonSSM.GetParameter", '{"Name":"n","WithDecryption":"true"}'),
      "SerializationException",
      /withDecryption must be a boolean/,
    ],
    [
      "a string for a list",
      ssm,
      json("AmazonSSM.GetParameters", '{"Names":"n"}'),
      "SerializationException",
      /names must be a list, it is a string/,
    ],
    [
      "a wrong member of a list",
      ssm,
      json("AmazonSSM.GetParameters", '{"Names":["n",{}]}'),
      "SerializationException",
      /names\.2\.member must be a string/,
    ],
    [
      "a required member left out",
      ssm,
      json("AmazonSSM.GetParameter", "{}"),
      "ValidationException",
      /^1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null$/,
    ],
    [
      "nothing for an item",
      ssm,
      json("AmazonSSM.GetParameters", '{"Names":["a",null]}'),
      "ValidationException",
      /^1 validation error detected: Value null at 'names\.2\.member' failed to satisfy constraint: Member must not be null$/,
    ],
    [
      "two left out, one within a list",
      ssm,
      json("AmazonSSM.AddTagsToResource", '{"ResourceType":"Parameter","Tags":[{"Key":"a"}]}'),
      "ValidationException",
      /^2 validation errors detected: .*'resourceId'.*; .*'tags\.1\.member\.value'/,
    ],
    [
      "a path that is not there",
      lambda,
      request({ method: "GET", path: "/2015-03-31/nothing" }),
      "UnknownOperationException",
      /GET \/2015-03-31\/nothing/,
    ],
    [
      "a method that is not there",
      lambda,
      request({ method: "PATCH", path: "/2015-03-31/functions/f" }),
      "UnknownOperationException",
      /PATCH/,
    ],
    [
      "a bad escape in the path",
      lambda,
      request({ method: "GET", path: "/2015-03-31/functions/%zz" }),
      "SerializationException",
      /invalid escape sequence/,
    ],
    [
      "a word for a number in the query",
      lambda,
      request({ method: "GET", path: "/2015-03-31/functions/", query: new URLSearchParams("MaxItems=many") }),
      "SerializationException",
      /maxItems must be a number/,
    ],
    ["an action that is not there", sns, form("Action=Nothing"), "UnknownOperationException", /Nothing/],
    ["no action", sns, form(""), "UnknownOperationException", /operation/],
    [
      "a required member left out of a form",
      sns,
      form("Action=CreateTopic"),
      "ValidationError",
      /'name' failed to satisfy/,
    ],
    [
      "a word for a boolean in a form",
      sns,
      form("Action=Subscribe&TopicArn=t&Protocol=sqs&ReturnSubscriptionArn=yes"),
      "MalformedInput",
      /ReturnSubscriptionArn must be true or false/,
    ],
  ];
  for (const [name, sdk, given, code, message] of cases) {
    it(`${name}: ${code}`, () => {
      const error = fault(sdk, given);
      assert.equal(error?.code, code);
      assert.match(error.message, message);
    });
  }

  it("members that nobody knows are passed over", () => {
    assert.equal(fault(ssm, json("AmazonSSM.GetParameter", '{"Name":"n","Other":1}')), undefined);
    assert.equal(fault(sns, form("Action=CreateTopic&Name=n&Other.member.1=x")), undefined);
  });

  it("what the path says cannot be said otherwise by the body", () => {
    const shapes = readShapes(lambda);
    const given = request({
      method: "PUT",
      path: "/2015-03-31/functions/mine/configuration",
      body: Buffer.from('{"FunctionName":"other","Timeout":3}'),
    });
    const { input } = protocolOf(given, shapes).read(shapes, given);
    assert.deepEqual(input, { FunctionName: "mine", Timeout: 3 });
  });

  it("a path with or without its ending slash, and with escapes, is the same operation", () => {
    const shapes = readShapes(lambda);
    const read = (path: string) => {
      const given = request({ method: "GET", path });
      return protocolOf(given, shapes).read(shapes, given);
    };
    assert.equal(read("/2015-03-31/functions").operation.name, "ListFunctions");
    assert.equal(read("/2015-03-31/functions/").operation.name, "ListFunctions");
    const arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    assert.deepEqual(read(`/2015-03-31/functions/${encodeURIComponent(arn)}`).input, { FunctionName: arn });
  });
});

describe("wire, errors", () => {
  it("of a service that once spoke the query protocol carry its code too", () => {
    const shapes = readShapes(sqs);
    const given = json("AmazonSQS.GetQueueUrl", "{}");
    const write = (code: string, status = 400) =>
      protocolOf(given, shapes).writeError(new AwsError(code, "m", status), "id", shapes).headers["x-amzn-query-error"];
    assert.equal(write("QueueDoesNotExist"), "AWS.SimpleQueueService.NonExistentQueue;Sender");
    assert.equal(write("AccessDeniedException"), "AccessDenied;Sender");
    assert.equal(write("InternalFailure", 500), "InternalFailure;Receiver");
  });

  it("of REST have the status of their shape, and their members", () => {
    const shapes = readShapes(lambda);
    const given = request({ method: "GET", path: "/2015-03-31/functions/f" });
    const written = protocolOf(given, shapes).writeError(
      new AwsError("ResourceNotFoundException", "gone", 400, { Type: "User" }),
      "id",
      shapes,
    );
    assert.equal(written.status, 404);
    assert.equal(written.headers["x-amzn-errortype"], "ResourceNotFoundException");
    assert.deepEqual(JSON.parse(String(written.body)), { Type: "User", Message: "gone" });
    const throttled = new AwsError("TooManyRequestsException", "slow", 429, {
      retryAfterSeconds: "1",
      Reason: "CallerRateLimitExceeded",
    });
    assert.equal(protocolOf(given, shapes).writeError(throttled, "id", shapes).headers["retry-after"], "1");
  });
});

describe("wire, errors where the query protocol was spoken first", () => {
  for (const [code, type, older] of [
    ["QueueDoesNotExist", "com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"],
    ["ValidationError", "com.amazon.coral.validate#ValidationException", "ValidationError"],
    ["InvalidParameterValue", "InvalidParameterValueException", "InvalidParameterValue"],
    ["MissingParameter", "MissingRequiredParameterException", "MissingParameter"],
  ] as const) {
    it(`name the shape ${type}, and the older code ${older}`, () => {
      const shapes = readShapes(sqs);
      const protocol = protocolOf(json("AmazonSQS.GetQueueUrl", "{}"), shapes);
      const { body, headers } = protocol.writeError(new AwsError(code, "no"), "id", shapes);
      assert.equal(JSON.parse(String(body)).__type, type);
      assert.equal(headers["x-amzn-query-error"], `${older};Sender`);
    });
  }
});

describe("wire, errors of the query protocol", () => {
  for (const [sdk, detail] of [
    [sqs, true],
    [sns, false],
  ] as const) {
    it(`have ${detail ? "an empty detail where queues answer" : "no detail elsewhere"}`, () => {
      const shapes = readShapes(sdk);
      const { body } = protocolOf(form("Action=X"), shapes).writeError(
        new AwsError("InvalidParameterValue", "no"),
        "id",
        shapes,
      );
      assert.equal(String(body).includes("<Detail/>"), detail);
    });
  }
});

describe("wire, errors of CloudWatch, which speaks three protocols", () => {
  const shapes = readShapes(cloudwatch);
  const error = new AwsError("ResourceNotFound", "", 404);
  const cbor = (headers: object = {}) => request({ headers: { "smithy-protocol": "rpc-v2-cbor", ...headers } });
  const target = { "x-amz-target": "X.SetAlarmState", "content-type": "application/x-amz-json-1.0" };
  const statusOf = (given: WireRequest) => protocolOf(given, shapes).writeError(error, "id", shapes).status;

  it("have the older protocol's status for clients that ask for it", () => {
    const mode = { "x-amzn-query-mode": "true" };
    assert.deepEqual([cbor(), request({ headers: target })].map(statusOf), [400, 400]);
    assert.deepEqual([cbor(mode), request({ headers: { ...target, ...mode } })].map(statusOf), [404, 404]);
    assert.equal(statusOf(form("Action=SetAlarmState")), 404);
  });

  it("say nothing where there is no message", () => {
    const written = (given: WireRequest) => protocolOf(given, shapes).writeError(error, "id", shapes);
    assert.doesNotMatch(String(written(form("Action=SetAlarmState")).body), /Message/);
    const type = "com.amazonaws.cloudwatch.v2010_08_01#ResourceNotFound";
    assert.deepEqual(JSON.parse(String(written(request({ headers: target })).body)), { __type: type });
    const { headers, body } = written(cbor());
    assert.equal(headers["x-amzn-query-error"], "ResourceNotFound;Sender");
    assert.deepEqual(parser.deserialize(body as Buffer), { __type: type });
  });
});
