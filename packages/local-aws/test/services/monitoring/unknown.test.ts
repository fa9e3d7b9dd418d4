import assert from "node:assert/strict";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { startCloud } from "../../../testing/cloud.ts";

it("an alarm that is not there has no tags, and no state that could be set; a state that is none is refused first", async () => {
  const test = await startCloud();
  try {
    const cloudWatch = test.client(CloudWatch);
    const ResourceARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:none";
    assert.deepEqual((await cloudWatch.listTagsForResource({ ResourceARN })).Tags, []);
    const set = (StateValue: string) =>
      cloudWatch.setAlarmState({ AlarmName: "none", StateValue: StateValue as "OK", StateReason: "r" });
    await assert.rejects(set("OK"), { name: /^ResourceNotFound/ });
    await assert.rejects(set("FINE"), /at 'stateValue' failed to satisfy constraint/);
  } finally {
    await test.stop();
  }
});
