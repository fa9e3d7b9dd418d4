import assert from "node:assert/strict";
import { SNS } from "@aws-sdk/client-sns";
import { type Mail, mailChannel } from "../../../src/mail.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("SNS and phones", () => {
  let test: TestCloud;
  let client: SNS;
  let TopicArn: string;
  before(async () => {
    test = await startCloud();
    client = test.client(SNS);
    TopicArn = (await client.createTopic({ Name: "phones" })).TopicArn as string;
  });
  after(() => test.stop());

  it("send text messages to the mails of this machine, to a number and to a topic's subscribers", async () => {
    const mails: Mail[] = [];
    const keep = (mail: unknown) => mails.push(mail as Mail);
    mailChannel.subscribe(keep);
    try {
      const subscribed = await client.subscribe({ TopicArn, Protocol: "sms", Endpoint: "+12/34-567.890" });
      assert.match(subscribed.SubscriptionArn ?? "", /^arn:/);
      await client.publish({ TopicArn, Message: "to all" });
      await client.publish({ PhoneNumber: "+1234567", Message: "to one" });
    } finally {
      mailChannel.unsubscribe(keep);
    }
    assert.deepEqual(
      mails.map(({ to, body }) => [to, body]),
      [
        ["+12/34-567.890", "to all"],
        ["+1234567", "to one"],
      ],
    );
  });

  for (const Endpoint of ["+15--551234567", "NAA+15551234567", "+15551234567.", "/+15551234567", "15551234567"]) {
    it(`do not know the number ${Endpoint}`, async () => {
      await assert.rejects(client.subscribe({ TopicArn, Protocol: "sms", Endpoint }), /Invalid SMS endpoint/);
      await assert.rejects(client.publish({ PhoneNumber: Endpoint, Message: "x" }), /is not valid to publish to/);
    });
  }

  it("have settings of text messages", async () => {
    assert.deepEqual((await client.getSMSAttributes({})).attributes, { MonthlySpendLimit: "1" });
    await client.setSMSAttributes({ attributes: { DefaultSMSType: "Promotional", DefaultSenderID: "me" } });
    const { attributes } = await client.getSMSAttributes({ attributes: ["DefaultSMSType"] });
    assert.deepEqual(attributes, { DefaultSMSType: "Promotional" });
    for (const attributes of [{ DefaultSMSType: "Loud" }, { DefaultSenderID: "123" }, { Other: "x" }])
      await assert.rejects(client.setSMSAttributes({ attributes } as never), { name: "InvalidParameterException" });
    assert.equal((await client.checkIfPhoneNumberIsOptedOut({ phoneNumber: "+1234567" })).isOptedOut, false);
    await client.optInPhoneNumber({ phoneNumber: "+1234567" });
    assert.deepEqual((await client.listPhoneNumbersOptedOut({})).phoneNumbers, []);
  });

  const credentials = { PlatformCredential: "c", PlatformPrincipal: "p" };
  const application = async (Name: string) =>
    (await client.createPlatformApplication({ Name, Platform: "ADM", Attributes: credentials }))
      .PlatformApplicationArn as string;

  it("have applications, without showing their secrets, and devices", async () => {
    const PlatformApplicationArn = await application("app");
    assert.equal(PlatformApplicationArn, "arn:aws:sns:us-east-1:000000000000:app/ADM/app");
    const { Attributes } = await client.getPlatformApplicationAttributes({ PlatformApplicationArn });
    assert.deepEqual(Attributes, { Enabled: "true" });
    const device = { PlatformApplicationArn, Token: "t", CustomUserData: "mine" };
    const { EndpointArn } = await client.createPlatformEndpoint(device);
    assert.equal((await client.createPlatformEndpoint(device)).EndpointArn, EndpointArn);
    await assert.rejects(client.createPlatformEndpoint({ ...device, CustomUserData: "other" }), /same Token/);
    await client.subscribe({ TopicArn, Protocol: "application", Endpoint: EndpointArn });
    assert.ok((await client.publish({ TargetArn: EndpointArn, Message: "x" })).MessageId);
    await client.setEndpointAttributes({ EndpointArn, Attributes: { Enabled: "false" } });
    await assert.rejects(client.publish({ TargetArn: EndpointArn, Message: "x" }), {
      name: "EndpointDisabledException",
    });
    const { Endpoints } = await client.listEndpointsByPlatformApplication({ PlatformApplicationArn });
    assert.deepEqual(Endpoints?.[0]?.Attributes, { Enabled: "false", Token: "t", CustomUserData: "mine" });
    await client.deletePlatformApplication({ PlatformApplicationArn });
    await assert.rejects(client.getEndpointAttributes({ EndpointArn }), { name: "NotFoundException" });
    await assert.rejects(client.createPlatformEndpoint(device), { name: "NotFoundException" });
  });

  for (const [input, said] of [
    [{ Platform: "AAA" }, /AAA is not supported/],
    [{ Name: "a b" }, /must contain only characters/],
    [{ Attributes: { PlatformPrincipal: "p" } }, /without PlatformCredential/],
    [{ Attributes: { PlatformCredential: "c" } }, /without PlatformPrincipal/],
    [{ Attributes: { ...credentials, Other: "x" } }, /Invalid attribute name: Other/],
  ] as const) {
    it(`refuse an application: ${JSON.stringify(input)}`, () =>
      assert.rejects(
        client.createPlatformApplication({ Name: "refused", Platform: "ADM", Attributes: credentials, ...input }),
        said,
      ));
  }

  it("refuse what is no ARN, and attributes that devices do not have", async () => {
    const PlatformApplicationArn = await application("strict");
    await assert.rejects(client.getPlatformApplicationAttributes({ PlatformApplicationArn: "x" }), /not 1/);
    const device = { PlatformApplicationArn, Token: "t" };
    await assert.rejects(client.createPlatformEndpoint({ ...device, Attributes: { Other: "x" } }), /Other/);
    await assert.rejects(client.createPlatformEndpoint({ ...device, CustomUserData: "x".repeat(2049) }), /2048 bytes/);
  });
});
