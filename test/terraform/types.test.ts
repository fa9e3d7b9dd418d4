import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startCloud, type TestCloud } from "local-aws/testing";
import { createRegistry } from "pulumi-local";
import {
  notModelled,
  rootFolder,
  rootNames,
  terraformType,
  typesIn,
  withoutConfiguration,
  withoutUpdate,
} from "./types.ts";

describe("Terraform's configurations", () => {
  let test: TestCloud;
  let modelled: string[];
  before(async () => {
    test = await startCloud();
    modelled = [...createRegistry(test.cloud).resources.keys()];
  });
  after(() => test.stop());

  const configured = new Set(rootNames().flatMap((root) => [...typesIn(root)]));
  const reason = (type: string) => Object.keys(withoutConfiguration).find((start) => type.startsWith(start));

  it("hold every modelled type for whose absence there is no reason", () => {
    const missing = modelled.filter((type) => !reason(type) && !configured.has(terraformType(type)));
    assert.deepEqual(missing, []);
  });

  it("hold no type that a program could not have on one machine, but for a reason", () => {
    const known = new Set(modelled.map(terraformType));
    const unknown = [...configured].filter((type) => !known.has(type));
    assert.deepEqual(unknown, Object.keys(notModelled));
  });

  it("give no reason for what is there, or is not modelled", () => {
    const needless = Object.keys(withoutConfiguration).filter(
      (start) => !modelled.some((type) => type.startsWith(start) && !configured.has(terraformType(type))),
    );
    assert.deepEqual(needless, []);
    assert.deepEqual(
      Object.keys(withoutUpdate).filter((type) => !configured.has(type)),
      [],
    );
  });

  it("are named as Terraform names them", () => {
    for (const [pulumi, terraform] of [
      ["aws:lambda/eventSourceMapping:EventSourceMapping", "aws_lambda_event_source_mapping"],
      ["aws:apigateway/restApi:RestApi", "aws_api_gateway_rest_api"],
      ["aws:s3/bucketObjectv2:BucketObjectv2", "aws_s3_object"],
    ] as const)
      assert.equal(terraformType(pulumi), terraform);
  });

  for (const root of rootNames()) {
    it(`of ${root} have an update`, () => {
      assert.match(readFileSync(join(rootFolder(root), "main.tf"), "utf8"), /local\.updated/);
    });
  }
});
