import assert from "node:assert/strict";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { type Deployed, until } from "./deployed.ts";

const anna = "anna@example.org";
const ben = "ben@example.org";

/** Approval by mail, from the first subscription to the last click. */
export function mailSuite(deployed: Deployed): void {
  const start = (input: object = {}) =>
    deployed.startExecution(
      { approval_needed: true, archive: true, quality: 90, ...input },
      deployed.outputs.mailedStateMachineArn,
    );
  /** The link of the next mail to `to`. */
  const linkOf = async (to: string, before: number) =>
    (await until(async () => deployed.mails(to)[before])).links.find((link) => link.includes("/approvals/"))!;
  const asked = async (input?: object) => {
    const before = deployed.mails(anna).length;
    const arn = await start(input);
    return { arn, link: await linkOf(anna, before) };
  };
  const open = async (link: string) => {
    const response = await fetch(link);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const post = async (link: string, fields: Record<string, string>) => {
    const response = await fetch(link, { method: "POST", body: new URLSearchParams(fields) });
    return { status: response.status, text: await response.text() };
  };
  const running = async (executionArn: string) =>
    (await deployed.sfn.send(new DescribeExecutionCommand({ executionArn }))).status === "RUNNING";
  const confirm = async (who: string) => {
    const [subscribed] = deployed.mails(who);
    assert.match(subscribed!.subject, /Subscription Confirmation/);
    assert.equal((await fetch(subscribed!.links[0]!)).status, 200);
  };

  describe("with approval by mail", () => {
    before(() => confirm(anna));

    it("sends whoever has confirmed a link of his own, and the queue its message", async () => {
      const { arn, link } = await asked();
      const [mail] = deployed.mails(anna).slice(-1);
      assert.match(mail!.subject, /^Archive "https:\/\/example\.org\/granules\/[0-9a-f]{32}"\?$/);
      assert.match(mail!.body, /Quality {2}90 of 100/);
      assert.match(link, /\/approvals\/[\w-]{43}$/);
      assert.equal(deployed.mails(ben).length, 1);
      const { Message, Execution, TaskToken } = await deployed.question("mailedQueueUrl");
      assert.deepEqual([Message, Execution], ["Approve me!", arn]);
      assert.ok(!mail!.body.includes(TaskToken!));
      const page = await open(link);
      assert.equal(page.status, 200);
      assert.ok(!page.text.includes(TaskToken!));
      assert.equal((await post(link, { decision: "approve", reason: "sharp & clear" })).status, 200);
      const { Action, Approved, Approver, Reason } = await deployed.recordOf(arn);
      assert.deepEqual([Action, Approved, Approver, Reason], ["Archived", true, anna, "sharp & clear"]);
    });

    it("shows without deciding, decides once, and says afterwards who did", async () => {
      const { arn, link } = await asked();
      for (let visit = 0; visit < 3; visit++) {
        const { status, headers, text } = await open(link);
        assert.equal(status, 200);
        assert.match(headers.get("content-type")!, /^text\/html/);
        assert.match(headers.get("content-security-policy")!, /frame-ancestors 'none'/);
        assert.equal(text.match(/<button /g)?.length, 2);
      }
      assert.ok(await running(arn));
      const log = await until(async () =>
        (await deployed.logOf(/apigateway.*-mailed-approvals$/)).find((line) => /GET/.test(line)),
      );
      assert.equal(JSON.parse(log).route, "/approvals/{id}");
      const secret = link.split("/").at(-1)!;
      assert.deepEqual(
        (await deployed.logOf(/./)).filter((line) => line.includes(secret)),
        [],
      );
      const first = await post(link, { decision: "reject", reason: "blurred" });
      assert.deepEqual([first.status, /You have rejected it/.test(first.text)], [200, true]);
      assert.equal((await deployed.recordOf(arn)).Action, "Rejected");
      const second = await post(link, { decision: "approve" });
      assert.equal(second.status, 409);
      assert.match(second.text, /anna@example\.org rejected it on <time datetime="\d{4}-[^"]+">/);
      const later = await open(link);
      assert.deepEqual(
        [later.status, /Already rejected/.test(later.text), /<form/.test(later.text)],
        [200, true, false],
      );
      assert.deepEqual(await deployed.recordOf(arn).then(({ Approved, Reason }) => [Approved, Reason]), [
        false,
        "blurred",
      ]);
    });

    it("changes nothing by a wrong link, a tampered one, or a form that says nothing", async () => {
      const { arn, link } = await asked();
      const tampered = `${link.slice(0, -1)}${link.endsWith("A") ? "B" : "A"}`;
      const wrong = [
        tampered,
        link.replace(/[\w-]{43}$/, "x"),
        `${link}extra`,
        link.replace(/[\w-]{43}$/, "question%23x"),
      ];
      for (const one of wrong) {
        assert.equal((await open(one)).status, 404, one);
        const { status, text } = await post(one, { decision: "approve" });
        assert.deepEqual([status, /<h1>/.test(text)], [404, true], one);
      }
      for (const fields of [{}, { decision: "yes" }, { decision: "approve", reason: "x".repeat(501) }]) {
        assert.equal((await post(link, fields as Record<string, string>)).status, 400);
      }
      assert.ok(await running(arn));
      await post(link, { decision: "reject" });
    });

    it("escapes whatever a file or a human is called", async () => {
      const evil = `"><script>alert('&')</script>`;
      await deployed.s3.send(
        new PutObjectCommand({
          Bucket: deployed.outputs.mailedDropBucketName,
          Key: evil,
          Body: "x",
          ContentType: evil,
        }),
      );
      const { link } = await asked({ key: evil });
      assert.ok(!(await open(link)).text.includes("<script"));
      const { text } = await post(link, { decision: "reject", reason: evil });
      assert.ok(!text.includes("<script"));
      assert.ok(text.includes("&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"));
    });

    it("asks everyone who has confirmed; the first answer counts, the others hear of it", async () => {
      await confirm(ben);
      const before = deployed.mails(ben).length;
      const { arn, link } = await asked();
      const other = await linkOf(ben, before);
      assert.notEqual(other, link);
      const answers = await Promise.all([
        post(link, { decision: "approve" }),
        post(other, { decision: "reject" }),
        post(link, { decision: "approve" }),
      ]);
      const record = await deployed.recordOf(arn);
      assert.equal(record.Approved, record.Approver === anna);
      const [one, two] = answers;
      assert.deepEqual([one!.status, two!.status].sort(), [200, 409]);
      const loser = one!.status === 409 ? one! : two!;
      assert.match(
        loser.text,
        new RegExp(`${record.Approver} ${record.Approved ? "approved" : "rejected"} it|a moment ago`),
      );
    });

    it("hears of an answer by the queue, of a stop, and of the end of its time", async () => {
      const queued = await asked();
      const tokens = new Map<string, string>();
      while (!tokens.has(queued.arn)) {
        const { Execution, TaskToken } = await deployed.question("mailedQueueUrl");
        tokens.set(Execution!, TaskToken!);
      }
      const output = JSON.stringify({ approved: true, approver: "carl", reason: "by queue" });
      await deployed.sfn.send(new SendTaskSuccessCommand({ taskToken: tokens.get(queued.arn), output }));
      const late = await post(queued.link, { decision: "reject" });
      assert.equal(late.status, 409);
      assert.match(late.text, /carl approved it on/);

      const stopped = await asked();
      await deployed.sfn.send(new StopExecutionCommand({ executionArn: stopped.arn }));
      const { status, text } = await post(stopped.link, { decision: "approve" });
      assert.deepEqual([status, /was stopped before/.test(text)], [410, true]);
      assert.equal((await deployed.recordOf(stopped.arn)).Action, "Stopped");

      const stateMachineArn = deployed.outputs.mailedStateMachineArn;
      const { definition } = await deployed.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
      const hasty = JSON.parse(definition!);
      hasty.States["Data Manager Approval"].TimeoutSeconds = 1;
      await deployed.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: JSON.stringify(hasty) }));
      const expired = await asked();
      await deployed.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
      await deployed.ended(expired.arn);
      const page = await open(expired.link);
      assert.deepEqual([page.status, /Nobody answered until/.test(page.text)], [410, true]);
      assert.equal((await post(expired.link, { decision: "approve" })).status, 410);
      assert.equal((await deployed.recordOf(expired.arn)).Action, "Expired");
    });
  });
}
