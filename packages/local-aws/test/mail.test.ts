import assert from "node:assert/strict";
import { deliverMail, type KeptMail } from "../src/mail.ts";
import { startCloud, type TestCloud } from "../testing/cloud.ts";

describe("mails of the local cloud", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  const send = (subject: string) =>
    deliverMail(test.cloud.accountStore, {
      from: "a@example.com",
      to: "b@example.com",
      subject,
      body: `See http://127.0.0.1:1/${subject} today.`,
    });
  const ask = (query = "", headers = {}) => fetch(`${test.origin}/_aws/mail${query}`, { headers });
  const read = async (query = "") => ((await (await ask(query)).json()) as { mails: KeptMail[] }).mails;

  it("are read at the endpoint, the oldest first, with their links", async () => {
    assert.deepEqual(await read(), []);
    send("first");
    send("second");
    const mails = await read();
    assert.deepEqual(mails.map(({ subject, links }) => [subject, links]).sort(), [
      ["first", ["http://127.0.0.1:1/first"]],
      ["second", ["http://127.0.0.1:1/second"]],
    ]);
    const keys = mails.map(({ key }) => key);
    assert.deepEqual(keys, keys.toSorted());
  });

  it("are those alone that came after one that was seen", async () => {
    const [last] = (await read()).slice(-1);
    assert.deepEqual(await read(`?after=${encodeURIComponent(last!.key)}`), []);
    await new Promise((passed) => setTimeout(passed, 2));
    send("third");
    const later = await read(`?after=${encodeURIComponent(last!.key)}`);
    assert.deepEqual(
      later.map(({ subject }) => subject),
      ["third"],
    );
  });

  it("are no web page's of another site", async () => {
    assert.equal((await ask("", { origin: "https://example.com" })).status, 403);
    assert.equal((await ask("", { "sec-fetch-site": "cross-site" })).status, 403);
  });
});
