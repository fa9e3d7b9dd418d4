import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "../../../components/deployment/connection.ts";

const functionArn = "arn:aws:lambda:eu-west-1:123456789012:function:hello";
const json = { "content-type": "application/x-amz-json-1.1" };

describe("the way to AWS of a shift", () => {
  const answers: ((response: ServerResponse) => void)[] = [];
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    const answer = answers.shift();
    if (answer) answer(response);
    else response.writeHead(200, json).end(JSON.stringify({ deploymentInfo: { status: "Succeeded" } }));
  });
  before(() => once(server.listen(0, "127.0.0.1"), "listening"));
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  const refuse = (status: number, type: string) => (response: ServerResponse) =>
    response.writeHead(status, json).end(JSON.stringify({ __type: type, message: "no" }));
  const look = () => {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const settings = { accessKey: "test", secretKey: "test", assumeRoles: [], endpoints: { codedeploy: endpoint } };
    return connect(functionArn, settings).codedeploy.getDeployment({ deploymentId: "d-1" });
  };

  it("bears throttling, failures of the service and of the network, more often than the SDK by itself", async () => {
    answers.push(
      refuse(400, "ThrottlingException"),
      refuse(500, "InternalFailure"),
      (response) => response.destroy(),
      refuse(503, "ServiceUnavailable"),
    );
    asked = 0;
    assert.equal((await look()).deploymentInfo?.status, "Succeeded");
    assert.equal(asked, 5);
  });

  it("gives up at once what will not pass", async () => {
    answers.push(refuse(400, "DeploymentDoesNotExistException"));
    asked = 0;
    await assert.rejects(look(), { name: "DeploymentDoesNotExistException" });
    assert.equal(asked, 1);
  });
});
