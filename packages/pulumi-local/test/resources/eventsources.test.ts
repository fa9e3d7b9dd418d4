import assert from "node:assert/strict";
import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import { type Sources, startSources } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

describe("event source mappings as resources", () => {
  let sources: Sources;
  before(async () => {
    sources = await startSources();
  });
  after(() => sources.test.stop());

  const mapping = () =>
    new TestResource(sources.test.cloud, "aws:lambda/eventSourceMapping:EventSourceMapping", "mapping");
  const described = (UUID: string) =>
    sources.test.cloud.call<EventSourceMappingConfiguration>("lambda", "GetEventSourceMapping", { UUID });

  it("make, change and delete a stream's mapping", async () => {
    const eventSourceArn = await sources.table("items");
    const failures = await sources.queue("failures");
    await sources.fn("predict", "await tell(ids(event));");
    const resource = mapping();
    const inputs = { eventSourceArn, functionName: "predict", startingPosition: "TRIM_HORIZON" };
    const filterCriteria = { filters: [{ pattern: JSON.stringify({ eventName: ["INSERT"] }) }] };
    const outputs = await resource.create({
      ...inputs,
      batchSize: 50,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 3,
      destinationConfig: { onFailure: { destinationArn: failures } },
      filterCriteria,
      functionResponseTypes: ["ReportBatchItemFailures"],
    });
    assert.equal(outputs.uuid, resource.id);
    assert.equal(outputs.state, "Enabled");
    assert.equal(outputs.functionArn, "arn:aws:lambda:us-east-1:000000000000:function:predict");
    const made = await described(resource.id);
    assert.equal(made.DestinationConfig?.OnFailure?.Destination, failures);
    assert.equal(made.FilterCriteria?.Filters?.length, 1);

    await resource.update({ ...inputs, batchSize: 10, enabled: false });
    const changed = await described(resource.id);
    assert.equal(changed.State, "Disabled");
    assert.equal(changed.BatchSize, 10);
    assert.equal(changed.FilterCriteria, undefined);
    assert.equal(changed.DestinationConfig?.OnFailure?.Destination, undefined);
    assert.deepEqual((await resource.diff({ ...inputs, startingPosition: "LATEST" })).replaces, ["startingPosition"]);
    await resource.delete();
    assert.equal(await resource.read(), undefined);
    await resource.delete();
  });

  it("refuse what cannot be", async () => {
    const inputs = { eventSourceArn: await sources.table("others"), functionName: "predict" };
    assert.match((await mapping().failures(inputs)).join(), /startingPosition: is required for a stream/);
    assert.match(
      (await mapping().failures({ ...inputs, startingPosition: "NOW" })).join(),
      /startingPosition: is "NOW"; allowed are LATEST, TRIM_HORIZON/,
    );
  });
});
