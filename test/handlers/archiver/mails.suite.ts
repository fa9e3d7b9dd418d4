import assert from "node:assert/strict";
import { CreateTableCommand, DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateEmailIdentityCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import type { APIGatewayProxyResult } from "aws-lambda";
import fc from "fast-check";
import type { Mail } from "local-aws";
import type { findLink as find } from "../../../handlers/archiver/approvalLinks.ts";
import type { AskEvent } from "../../../handlers/archiver/askApprovers.ts";
import { html, sizeText, spanText } from "../../../handlers/archiver/format.ts";
import { assertPolite, hostileBody } from "../support/hostile.ts";
import { context, proxyEvent } from "../support/proxyEvent.ts";
import type { Archive } from "./support.ts";

const approvers = ["anna@example.org", "ben@example.org"];
const environment: Record<string, string> = {
  APPROVAL_TABLE: "ApprovalTable",
  APPROVAL_URL: "https://api.example.org/Prod",
  APPROVERS: JSON.stringify(approvers),
  MAIL_FROM: "Archive <archive@example.org>",
};

/** Questions by mail: with SES, which the deployed tests do not use. */
export function mailsSuite(archive: () => Archive): void {
  describe("asking by SES", () => {
    let ask: (event: AskEvent) => Promise<void>;
    let findLink: typeof find;
    const mails = () => archive().cloud.cloud.store.collection<Mail>("mail").values();
    const linkIn = ({ links }: Mail) => links[0]!.split("/").at(-1)!;
    const event = (id: string, url = "s3://drop/räger\n.tif"): AskEvent => ({
      taskToken: `token-of-${id}`,
      execution: `arn:aws:states:eu-west-1:000000000000:execution:archiver:${id}`,
      id,
      timeout: 3_600,
      granule: { id, quality: 61, archive: true, url, approval_needed: true },
    });

    before(async () => {
      Object.assign(process.env, environment);
      await archive()
        .cloud.client(DynamoDBClient)
        .send(
          new CreateTableCommand({
            TableName: "ApprovalTable",
            BillingMode: "PAY_PER_REQUEST",
            KeySchema: [{ AttributeName: "Id", KeyType: "HASH" }],
            AttributeDefinitions: [{ AttributeName: "Id", AttributeType: "S" }],
          }),
        );
      ({ handler: ask } = await import("../../../handlers/archiver/askApprovers.ts"));
      ({ findLink } = await import("../../../handlers/archiver/approvalLinks.ts"));
    });
    after(() => {
      for (const name of Object.keys(environment)) delete process.env[name];
    });

    it("fails with SES's own error while the sender is not verified", () =>
      assert.rejects(ask(event("unverified")), { name: "MessageRejected" }));

    it("sends each approver a mail and a personal link, and keeps the token", async () => {
      const ses = archive().cloud.client(SESv2Client);
      await ses.send(new CreateEmailIdentityCommand({ EmailIdentity: "example.org" }));
      await ask(event("one"));
      const sent = mails();
      assert.deepEqual(sent.map(({ to }) => to).sort(), approvers);
      assert.equal(new Set(sent.map(linkIn)).size, 2);
      for (const mail of sent) {
        assert.equal(mail.from, environment.MAIL_FROM);
        assert.equal(mail.subject, 'Archive "s3://drop/r?ger?.tif"?');
        assert.ok(mail.links[0]!.startsWith("https://api.example.org/Prod/approvals/"));
        assert.ok(!mail.body.includes("token-of-one"));
        const { link, question } = (await findLink(linkIn(mail)))!;
        assert.deepEqual([link.approver, question.taskToken], [mail.to, "token-of-one"]);
      }
    });

    it("leads old links to the new token when the task is tried again, and forgets all some time later", async () => {
      await ask(event("again"));
      const old = linkIn(mails().at(-1)!);
      await ask({ ...event("again"), taskToken: "second" });
      const { question } = (await findLink(old))!;
      assert.equal(question.taskToken, "second");
      const { Item } = await archive()
        .cloud.client(DynamoDBClient)
        .send(new GetItemCommand({ TableName: "ApprovalTable", Key: { Id: { S: `link#${old}` } } }));
      assert.ok(Number(Item?.Expires?.N) > Date.parse(question.until) / 1_000);
    });

    it("cuts a subject that SNS would not take", async () => {
      await ask(event("long", `s3://drop/${"a".repeat(200)}`));
      const { subject } = mails().at(-1)!;
      assert.ok(subject.length < 100, subject);
      assert.match(subject, /^Archive "s3:\/\/drop\/a+\.\.\.$/);
    });

    it("shows a file's name as data: no line, link or turn of writing in it counts", async () => {
      const key = "q.txt\n\n  http://evil.example/approvals/AAAA\n\u202egnp.exe\u0000";
      await ask(event("forged", `s3://drop/${key}`));
      const { body, links } = mails().at(-1)!;
      assert.ok(links[0]!.startsWith("https://api.example.org/Prod/approvals/"));
      const shown = "q.txt\\u{a}\\u{a}  http://evil.example/approvals/AAAA\\u{a}\\u{202e}gnp.exe\\u{0}";
      assert.ok(body.split("\n").includes(`  File     s3://drop/${shown}`), body);
      assert.doesNotMatch(body.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
    });

    it("answers whatever is sent to a link in its own words, and decides nothing by it", async () => {
      const { handler } = await import("../../../handlers/archiver/answerApproval.ts");
      await ask(event("hostile"));
      const link = linkIn(mails().at(-1)!);
      const types = fc.constantFrom("application/json", "application/x-www-form-urlencoded", "text/plain");
      const ids = fc.oneof(fc.constant(link), fc.string({ unit: "binary", maxLength: 50 }));
      await fc.assert(
        fc.asyncProperty(ids, types, hostileBody(["decision", "reason"]), async (id, type, body) => {
          const sent = proxyEvent("POST", "/approvals/x", {
            pathParameters: { id },
            headers: { "content-type": type },
            body,
          });
          const { statusCode, body: text } = (await handler(sent, context, () => {})) as APIGatewayProxyResult;
          assertPolite({ statusCode, body: text }, [id, type, body]);
          assert.ok(statusCode >= 400, `${statusCode}`);
        }),
        { numRuns: 100 },
      );
      assert.equal((await findLink(link))!.question.decision, undefined);
    });

    it("finds nothing by what is no link", async () => {
      for (const id of ["", "x", "question#one", "a".repeat(43), `${"a".repeat(42)}!`]) {
        assert.equal(await findLink(id), undefined);
      }
    });
  });

  describe("the page's words", () => {
    it("say sizes and spans as people do", () => {
      const sizes = [0, 1, 999, 1_000, 1_403_221_998, 5e12].map(sizeText);
      assert.deepEqual(sizes, ["0 bytes", "1 byte", "999 bytes", "1.0 KB", "1.4 GB", "5.0 TB"]);
      const spans = [-1, 999, 1_000, 61_000, 7_200_000, 3 * 86_400_000].map(spanText);
      assert.deepEqual(spans, ["0 seconds", "0 seconds", "1 second", "1 minute", "2 hours", "3 days"]);
    });

    it("are escaped, but for what is a template itself", () => {
      const inner = html`<b>${"<&>"}</b>`;
      assert.equal(
        html`<p title="${`"'`}">${inner}${[inner]}${undefined}</p>`.text,
        `<p title="&quot;&#39;"><b>&lt;&amp;&gt;</b><b>&lt;&amp;&gt;</b></p>`,
      );
    });
  });
}
