import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { commandLines } from "local-aws/testing";
import type { Deployed } from "./deployed.ts";

/** The shell recipes that the archiver has always been used by, with the AWS CLI. */
export function recipeSuite(deployed: Deployed): void {
  // One is enough here: each costs seconds, and both speak the same protocols.
  const [cli] = commandLines;
  if (!cli) {
    it.skip("keeps the shell recipes working: there is no AWS CLI on this machine");
    return;
  }

  it(`keeps the shell recipes of ${cli} working`, async () => {
    const { origin } = deployed.platform.local.cloud;
    const script = `
      set -eu
      aws() { ${cli} --endpoint-url ${origin} "$@"; }
      field() { "$NODE" -p "JSON.parse(require('node:fs').readFileSync(0))$1"; }

      MACHINE=$(aws stepfunctions list-state-machines --query "stateMachines[?contains(name,'ArchiverStateMachine')].stateMachineArn | [0]" --output text)
      QUEUE=$(aws sqs list-queues --query "QueueUrls[?contains(@,'HumanSQS')] | [0]" --output text)
      TABLE=$(aws dynamodb list-tables --query "TableNames[?contains(@,'ArchiveTable')] | [0]" --output text)

      EXECUTION=$(aws stepfunctions start-execution --state-machine-arn $MACHINE --input '{"approval_needed": true}' --query executionArn --output text)
      MESSAGE=$(aws sqs receive-message --queue-url $QUEUE --wait-time-seconds 10 --output json)
      TOKEN=$(printf '%s' "$MESSAGE" | field '.Messages[0].Body' | field .TaskToken)
      HANDLE=$(printf '%s' "$MESSAGE" | field '.Messages[0].ReceiptHandle')
      aws stepfunctions send-task-success --task-token "$TOKEN" --task-output '{"approved":false}'
      aws sqs delete-message --queue-url $QUEUE --receipt-handle "$HANDLE"
      aws stepfunctions describe-execution --execution-arn $EXECUTION --query name --output text
      aws stepfunctions get-execution-history --execution-arn $EXECUTION --query 'events[0].type' --output text

      seq 3 | xargs -P 2 -I {} ${cli} --endpoint-url ${origin} stepfunctions start-execution --state-machine-arn $MACHINE --input '{"archive": true, "quality": 77}' --query executionArn --output text
      aws dynamodb scan --table-name $TABLE --select COUNT --query Count --output text
      echo $EXECUTION`;
    const { stdout } = await promisify(execFile)("bash", ["-c", script], {
      env: {
        PATH: process.env.PATH,
        NODE: process.execPath,
        HOME: "/nonexistent",
        AWS_DEFAULT_REGION: "eu-west-1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_PAGER: "",
      },
    });
    const lines = stdout.trim().split("\n");
    const [name, first] = lines;
    const [count, execution] = lines.slice(-2);
    assert.equal(execution!.split(":").at(-1), name);
    assert.equal(first, "ExecutionStarted");
    assert.ok(Number(count) > 0);
    assert.equal((await deployed.recordOf(execution!)).Action, "Rejected");
    const several = lines.slice(2, -2);
    assert.equal(new Set(several).size, 3);
    for (const arn of several) assert.equal((await deployed.recordOf(arn)).Action, "Archived");
  });
}
