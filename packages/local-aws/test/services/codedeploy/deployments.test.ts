import assert from "node:assert/strict";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import type { Deployment } from "../../../src/services/codedeploy/records.ts";
import { appSpec, Lab, Load } from "../../../testing/codedeploy.ts";

/** Five minutes take 30 ms. */
const fast = { deploymentClock: 10_000 };
/** Ten minutes take ten seconds: what is to be met in the middle is. */
const slow = { deploymentClock: 60 };

describe("CodeDeploy", function () {
  this.timeout(60_000);
  let lab: Lab;
  before(async () => {
    lab = await Lab.start(fast);
  });
  after(() => lab?.test.stop());

  it("asks the hooks before and after, in order", async () => {
    const name = await lab.versions();
    const hook = await lab.hook("Succeeded");
    const hooks = [{ BeforeAllowTraffic: hook }, { AfterAllowTraffic: hook }];
    const id = await lab.deploy(await lab.group("AllAtOnce"), appSpec(name, hooks));
    assert.equal((await lab.ended(id)).status, "Succeeded");
    assert.deepEqual(await lab.lifecycle(id), {
      BeforeAllowTraffic: "Succeeded",
      AllowTraffic: "Succeeded",
      AfterAllowTraffic: "Succeeded",
    });
    assert.equal(await lab.weight(name), 1);
  });

  it("takes its role for the group alone that the role's trust names", async () => {
    const deploymentGroupName = "named";
    const source = `arn:aws:codedeploy:us-east-1:000000000000:deploymentgroup:app/${deploymentGroupName}`;
    const role = await lab.test.mintRole([], { name: "named", trust: "codedeploy.amazonaws.com", source });
    await lab.group("AllAtOnce", { deploymentGroupName, serviceRoleArn: role.roleArn });
    await assert.rejects(lab.group("AllAtOnce", { serviceRoleArn: role.roleArn }), { name: "InvalidRoleException" });
  });

  it("has no targets before it has begun, and can be stopped by then", async () => {
    const name = await lab.versions();
    const { deploymentId } = await lab.test.cloud.call<{ deploymentId: string }>("codedeploy", "CreateDeployment", {
      applicationName: "app",
      deploymentGroupName: await lab.group("AllAtOnce"),
      revision: { revisionType: "AppSpecContent", appSpecContent: { content: appSpec(name) } },
    });
    // Without HTTP, which takes a while on a busy machine.
    const call = (operation: string, more = {}) =>
      lab.test.cloud.call<{ status?: string }>("codedeploy", operation, { deploymentId, ...more });
    const targetIds = [`${name}:live`];
    const early = await Promise.allSettled([
      call("ListDeploymentTargets"),
      call("BatchGetDeploymentTargets", { targetIds }),
      call("GetDeploymentTarget", { targetId: targetIds[0] }),
      call("StopDeployment"),
    ]);
    assert.deepEqual(
      early.map((answer) => (answer.status === "rejected" ? answer.reason.name : answer.value.status)),
      [...Array(3).fill("DeploymentNotStartedException"), "Pending"],
    );
    const { status, errorInformation } = await lab.ended(deploymentId);
    assert.deepEqual([status, errorInformation?.code], ["Stopped", "MANUAL_STOP"]);
    assert.deepEqual((await lab.codedeploy.listDeploymentTargets({ deploymentId })).targetIds, targetIds);
  });

  it("lets no request through when the hook before says no", async () => {
    const name = await lab.versions();
    const load = new Load(lab, name);
    const hooks = [{ BeforeAllowTraffic: await lab.hook("Failed") }];
    const id = await lab.deploy(await lab.group("AllAtOnce"), appSpec(name, hooks));
    const { status, errorInformation } = await lab.ended(id);
    await load.more(100);
    assert.deepEqual([...(await load.stop()).keys()], ["1"]);
    assert.equal(status, "Failed");
    assert.equal(errorInformation?.code, "HOOK_EXECUTION_FAILURE");
    assert.deepEqual(await lab.lifecycle(id), {
      BeforeAllowTraffic: "Failed",
      AllowTraffic: "Skipped",
      AfterAllowTraffic: "Skipped",
    });
  });

  it("takes every request back when the hook after says no, as a deployment of its own", async () => {
    const name = await lab.versions();
    const load = new Load(lab, name);
    const hooks = [{ AfterAllowTraffic: await lab.hook("Failed") }];
    // Warm, so that some come to the new version before the hook, which is not, can say no.
    await load.more(20);
    const id = await lab.deploy(await lab.group("AllAtOnce"), appSpec(name, hooks));
    const { status, rollbackInfo } = await lab.ended(id);
    const { failures } = load;
    const versions = await load.stop();
    assert.equal(status, "Failed");
    assert.deepEqual(failures, []);
    assert.ok(versions.get("2")! > 0);
    assert.deepEqual([...(await lab.askTimes(name, 100)).keys()], ["1"]);
    const back = rollbackInfo!.rollbackDeploymentId!;
    const { status: ended, creator } = await lab.ended(back);
    assert.deepEqual([ended, creator], ["Succeeded", "codeDeployRollback"]);
    assert.deepEqual(Object.values(await lab.lifecycle(back)), ["Skipped", "Succeeded", "Skipped"]);
  });

  it("acts as its service role: without a right it fails and says so", async () => {
    const { roleArn } = await lab.test.mintRole([], { name: "poor", trust: "codedeploy.amazonaws.com" });
    const group = await lab.group("AllAtOnce", { serviceRoleArn: roleArn });
    const { status, errorInformation } = await lab.ended(await lab.deploy(group, appSpec(await lab.versions())));
    assert.deepEqual([status, errorInformation?.code], ["Failed", "IAM_ROLE_PERMISSIONS"]);
  });

  it("does not begin while an alarm of the group is red, unless alarms are ignored", async () => {
    const cloudwatch = lab.test.client(CloudWatch);
    await cloudwatch.putMetricAlarm({
      AlarmName: "red",
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: 1,
      Threshold: 0,
      Namespace: "N",
      MetricName: "M",
      Statistic: "Sum",
      Period: 86_400,
      // It stays as it is set, however often it is evaluated meanwhile.
      TreatMissingData: "ignore",
    });
    await cloudwatch.setAlarmState({ AlarmName: "red", StateValue: "ALARM", StateReason: "for the test" });
    const name = await lab.versions();
    const alarms = (enabled: boolean) => ({ alarmConfiguration: { enabled, alarms: [{ name: "red" }] } });
    const id = await lab.deploy(await lab.group("AllAtOnce", alarms(true)), appSpec(name));
    const { status, errorInformation } = await lab.ended(id);
    assert.deepEqual([status, errorInformation?.code], ["Stopped", "ALARM_ACTIVE"]);
    assert.match(errorInformation?.message ?? "", /selected: red$/);
    assert.equal(await lab.weight(name), 0);
    assert.deepEqual([...new Set(Object.values(await lab.lifecycle(id)))], ["Skipped"]);
    const ignoring = await lab.deploy(await lab.group("AllAtOnce", alarms(false)), appSpec(name));
    assert.equal((await lab.ended(ignoring)).status, "Succeeded");
  });

  it("tells the group's topic what happens", async () => {
    const topic = await lab.test.client(SNS).createTopic({ Name: "releases" });
    const sqs = lab.test.client(SQS);
    const { QueueUrl } = await sqs.createQueue({ QueueName: "releases" });
    const queue = `arn:aws:sqs:us-east-1:000000000000:releases`;
    const allowed = { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: queue };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [allowed] });
    await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy } });
    await lab.test.client(SNS).subscribe({ TopicArn: topic.TopicArn, Protocol: "sqs", Endpoint: queue });
    const triggerEvents = ["Start", "Success", "Failure", "Stop", "Rollback"].map((event) => `Deployment${event}`);
    const triggerConfigurations = [{ triggerName: "all", triggerEvents, triggerTargetArn: topic.TopicArn }];
    const group = await lab.group("AllAtOnce", { triggerConfigurations });
    const name = await lab.versions();
    const told: string[] = [];
    const tell = async (id: string, wanted: string[]) => {
      while (told.filter((one) => one.endsWith(id)).length < wanted.length) {
        const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 1, MaxNumberOfMessages: 10 });
        for (const { Body } of Messages) {
          const { eventTriggerName, deploymentId, status } = JSON.parse(JSON.parse(Body!).Message);
          told.push(`${eventTriggerName} ${status} ${deploymentId}`);
        }
      }
      assert.deepEqual(told.filter((one) => one.endsWith(id)).sort(), wanted.map((one) => `${one} ${id}`).sort());
    };
    const good = await lab.deploy(group, appSpec(name));
    await lab.ended(good);
    await tell(good, ["DeploymentStart INPROGRESS", "DeploymentSuccess SUCCEEDED"]);
    const bad = await lab.deploy(group, appSpec(name, [{ BeforeAllowTraffic: await lab.hook("Failed") }]));
    await lab.ended(bad);
    await tell(bad, ["DeploymentStart INPROGRESS", "DeploymentFailure FAILED", "DeploymentRollback FAILED"]);
  });

  const wrong: [string, string, RegExp][] = [
    ["text that is no document", ": :", /AppSpec/],
    ["no function", JSON.stringify({ version: 0 }), /exactly one AWS::Lambda::Function/],
    ["$LATEST", appSpec("x", [], { TargetVersion: "$LATEST" }), /"\$LATEST" is not a published version/],
    ["a hook of another platform", appSpec("x", [{ BeforeInstall: "y" }]), /BeforeInstall is not one of/],
  ];
  for (const [what, content, message] of wrong) {
    it(`refuses an AppSpec with ${what}`, async () => {
      await assert.rejects(
        lab.deploy(await lab.group("AllAtOnce"), content),
        (error: Error) => error.name === "InvalidRevisionException" && message.test(error.message),
      );
    });
  }

  it("refuses a group whose role it may not assume, or whose configuration is not there", async () => {
    const { roleArn } = await lab.test.mintRole([], { name: "foreign" });
    await assert.rejects(lab.group("AllAtOnce", { serviceRoleArn: roleArn }), { name: "InvalidRoleException" });
    await assert.rejects(lab.group("Nowhere"), { name: "DeploymentConfigDoesNotExistException" });
  });

  it("refuses a configuration that would shift nothing, or for ever", async () => {
    const wrong = [
      { type: "TimeBasedLinear", timeBasedLinear: { linearPercentage: 0, linearInterval: 1 } },
      { type: "TimeBasedCanary", timeBasedCanary: { canaryPercentage: 10, canaryInterval: 0 } },
      { type: "TimeBasedCanary" },
    ] as const;
    for (const trafficRoutingConfig of wrong) {
      await assert.rejects(
        lab.codedeploy.createDeploymentConfig({ deploymentConfigName: "wrong", trafficRoutingConfig }),
        { name: "InvalidTrafficRoutingConfigurationException" },
      );
    }
  });

  describe("over restarts", () => {
    let running: Lab;
    before(async () => {
      running = await Lab.start(slow);
    });
    after(() => running?.test.stop());

    it("is stopped by a person, and rolls back", async () => {
      const name = await running.versions();
      const group = await running.group("Linear10PercentEvery10Minutes");
      const id = await running.deploy(group, appSpec(name));
      await assert.rejects(running.deploy(group, appSpec(name)), { name: "DeploymentLimitExceededException" });
      await running.weightIs(name, (weight) => weight > 0);
      await running.codedeploy.stopDeployment({ deploymentId: id, autoRollbackEnabled: true });
      const { status, errorInformation } = await running.ended(id);
      assert.deepEqual([status, errorInformation?.code], ["Stopped", "MANUAL_STOP"]);
      assert.equal(await running.weight(name), 0);
      await assert.rejects(running.codedeploy.stopDeployment({ deploymentId: id }), {
        name: "DeploymentAlreadyCompletedException",
      });
    });

    it("goes on with a shift, and with a way back that had begun", async () => {
      const [shifting, failing] = [await running.versions(), await running.versions()];
      const forth = await running.deploy(await running.group("Canary10Percent10Minutes"), appSpec(shifting));
      const back = await running.deploy(await running.group("Canary10Percent10Minutes"), appSpec(failing));
      await running.weightIs(shifting, (weight) => weight === 0.1);
      await running.weightIs(failing, (weight) => weight === 0.1);
      // As the record is when the process ends between the failure and the rollback.
      const records = running.test.cloud.store.collection<Deployment>("codedeploy.deployments");
      const errorInformation = { code: "ALARM_ACTIVE" as const, message: "red" };
      records.put(back, { ...records.get(back)!, errorInformation });
      running = await running.restart(fast);
      const failed = await running.ended(back);
      assert.deepEqual([failed.status, failed.errorInformation], ["Stopped", errorInformation]);
      assert.ok(failed.rollbackInfo?.rollbackDeploymentId);
      assert.equal(await running.weight(failing), 0);
      assert.equal((await running.ended(forth)).status, "Succeeded");
      assert.equal(await running.weight(shifting), 1);
    });
  });
});
