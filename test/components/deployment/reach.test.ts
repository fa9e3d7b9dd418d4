import assert from "node:assert/strict";
import type { ShiftInputs } from "../../../components/deployment/codeDeploy.ts";
import { assumeRoleRequest } from "../../../components/deployment/connection.ts";
import { reach } from "../../../components/deployment/reach.ts";

const pace = { firstMs: 1, longestMs: 2, graceMs: 30, rightsMs: 1 };
const inputs: ShiftInputs = {
  name: "hello-shift",
  functionName: "hello",
  functionArn: "arn:aws:lambda:eu-west-1:123456789012:function:hello",
  alias: "live",
  version: "4",
  type: "Linear10PercentEvery1Minute",
  minutes: 9,
  application: "app",
  group: "group",
  beforeAllowTraffic: { functionName: "hello-pre", timeout: 60, logGroup: "/pre" },
};

/** A CodeDeploy whose deployments succeed when they are looked at, and an alias that follows them. */
function world({ account = "123456789012", current = "3", running = [] as string[], expiration = "" } = {}) {
  const said: string[] = [];
  const created: object[] = [];
  const versions: Record<string, string> = { "d-3": "3", "d-4": "4" };
  const codedeploy = {
    listDeployments: async () => ({ deployments: running.slice(0, 1) }),
    createDeployment: async (request: { revision: { appSpecContent: { content: string } } }) => {
      const { revision, ...rest } = request;
      created.push({ ...rest, ...JSON.parse(revision.appSpecContent.content) });
      return { deploymentId: "d-4" };
    },
    getDeployment: async ({ deploymentId }: { deploymentId: string }): Promise<{ deploymentInfo: object }> => {
      running = running.filter((one) => one !== deploymentId);
      current = versions[deploymentId]!;
      return { deploymentInfo: { deploymentId, status: "Succeeded" } };
    },
    listDeploymentTargets: async (): Promise<object> => ({ targetIds: ["x"] }),
    batchGetDeploymentTargets: async ({ deploymentId }: { deploymentId: string }) => ({
      deploymentTargets: [{ lambdaTarget: { lambdaFunctionInfo: { targetVersion: versions[deploymentId] } } }],
    }),
  };
  const aws = {
    codedeploy,
    lambda: { getAlias: async () => ({ FunctionVersion: current }) },
    sts: { getCallerIdentity: async () => ({ Account: account }) },
    credentials: async () => (expiration ? { expiration: new Date(expiration) } : {}),
  };
  const go = () => reach(aws as never, inputs, (text) => said.push(text), pace);
  return { go, said, created, codedeploy };
}

describe("reaching a version", () => {
  it("deploys from the alias's version to the new one, with the hooks", async () => {
    const { go, said, created } = world();
    await go();
    assert.deepEqual(created, [
      {
        applicationName: "app",
        deploymentGroupName: "group",
        description: "hello: version 3 to 4",
        version: 0,
        Resources: [
          {
            target: {
              Type: "AWS::Lambda::Function",
              Properties: { Name: "hello", Alias: "live", CurrentVersion: "3", TargetVersion: "4" },
            },
          },
        ],
        Hooks: [{ BeforeAllowTraffic: "hello-pre" }],
      },
    ]);
    assert.equal(said[0], "deployment d-4: Linear10PercentEvery1Minute from version 3 to 4");
  });

  it("does nothing when the alias is there", async () => {
    const { go, said, created } = world({ current: "4" });
    await go();
    assert.deepEqual([said, created], [[], []]);
  });

  it("joins a deployment of that version, and waits for one of another", async () => {
    const joined = world({ running: ["d-4"] });
    await joined.go();
    assert.match(joined.said[0] ?? "", /^deployment d-4 is under way already: joined$/);
    assert.deepEqual(joined.created, []);
    const queued = world({ current: "2", running: ["d-3"] });
    await queued.go();
    assert.match(queued.said[0] ?? "", /^waits for the end of deployment d-3$/);
    assert.ok(queued.said.includes("deployment d-4: Linear10PercentEvery1Minute from version 3 to 4"));
    assert.equal(queued.created.length, 1);
  });

  it("waits until a deployment under way says what it brings", async () => {
    const { go, said, created, codedeploy } = world({ running: ["d-4"] });
    const { listDeploymentTargets } = codedeploy;
    codedeploy.listDeploymentTargets = () => {
      codedeploy.listDeploymentTargets = listDeploymentTargets;
      return Promise.reject(Object.assign(new Error("raw"), { name: "DeploymentNotStartedException" }));
    };
    await go();
    assert.equal(said[0], "deployment d-4 is under way already: joined");
    assert.deepEqual(created, []);
  });

  for (const [times, what] of [
    [1, "goes on"],
    [2, "fails"],
  ] as const) {
    it(`tries once more when rights may be too new, and then ${what}`, async () => {
      const { go, said, created, codedeploy } = world();
      const { getDeployment } = codedeploy;
      let refusals = 0;
      codedeploy.getDeployment = async (request) => {
        if (refusals++ >= times) return getDeployment(request);
        return {
          deploymentInfo: {
            ...{ deploymentId: "d-4", status: "Failed", createTime: new Date(0), completeTime: new Date(9_000) },
            errorInformation: {
              code: "HOOK_EXECUTION_FAILURE",
              message: "not authorized to perform: lambda:InvokeFunction",
            },
            rollbackInfo: { rollbackMessage: "none" },
          },
        };
      };
      if (times === 1) await go();
      else await assert.rejects(go(), /not authorized to perform: lambda:InvokeFunction/);
      assert.equal(created.length, 2);
      assert.equal(said.filter((text) => text.endsWith("may not have spread yet: trying again in 0.001 s")).length, 1);
    });
  }

  it("refuses credentials of another account, before it touches anything", async () => {
    const { go, created } = world({ account: "999999999999" });
    await assert.rejects(go(), /of account 999999999999, and arn:.*:hello is in account 123456789012; set aws:profile/);
    assert.deepEqual(created, []);
  });

  it("warns when the credentials expire before shift and hooks can be over, and goes on", async () => {
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const short = world({ expiration: inMinutes(9.5) });
    await short.go();
    assert.match(short.said[0] ?? "", /^warning: the credentials expire at .*, and the shift may take 10 minutes/);
    assert.equal(short.created.length, 1);
    const long = world({ expiration: inMinutes(15) });
    await long.go();
    assert.ok(!long.said.some((text) => text.includes("expire")));
  });

  it("says that the deployment goes on when the credentials expire on the way", async () => {
    const { go, codedeploy } = world();
    codedeploy.getDeployment = () => Promise.reject(Object.assign(new Error("raw"), { name: "ExpiredTokenException" }));
    const message = "deployment d-4 is not watched any more: the credentials have expired, renew them. It goes on, ";
    await assert.rejects(go(), (error: Error) => error.message === `${message}and the next up joins it`);
  });

  it("assumes roles as the stack's configuration has them", () => {
    const given = { roleArn: "arn:r", duration: "1h30m", externalId: "x", policyArns: ["p"], tags: { a: "b" } };
    const request = Object.entries(assumeRoleRequest(given)).filter(([, value]) => value !== undefined);
    assert.deepEqual(Object.fromEntries(request), {
      RoleArn: "arn:r",
      RoleSessionName: "gradual-deployment",
      ExternalId: "x",
      DurationSeconds: 5_400,
      PolicyArns: [{ arn: "p" }],
      Tags: [{ Key: "a", Value: "b" }],
    });
    assert.equal(assumeRoleRequest({ roleArn: "arn:r" }).DurationSeconds, undefined);
  });
});
