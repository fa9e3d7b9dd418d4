import assert from "node:assert/strict";
import * as lambda from "@aws-sdk/client-lambda";
import * as sqs from "@aws-sdk/client-sqs";
import { jsonCodec } from "../../src/wire/json.ts";
import { readParsed, requiredMembers } from "../../src/wire/sdkInternals.ts";
import { readShapes } from "../../src/wire/shapes.ts";

describe("what the SDK says by no public name", () => {
  const inputOf = (sdk: object, operation: string) => readShapes(sdk).operations.get(operation)!.input;

  it("is how many members of a structure are required, which come first", () => {
    const schema = inputOf(lambda, "CreateFunction");
    const names = [...schema.structIterator()].map(([name]) => name).slice(0, requiredMembers(schema));
    assert.deepEqual(names.toSorted(), ["Code", "FunctionName", "Role"]);
    assert.equal(requiredMembers(inputOf(sqs, "ListQueues")), 0);
  });

  it("is how JSON that is parsed is read by a schema", () => {
    const schema = inputOf(lambda, "UpdateFunctionCode");
    const read = readParsed(jsonCodec(true), schema, { FunctionName: "f", ZipFile: "AQI=", Other: 1 });
    assert.deepEqual(read, { FunctionName: "f", ZipFile: new Uint8Array([1, 2]) });
  });
});
