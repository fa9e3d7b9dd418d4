import assert from "node:assert/strict";
import { SESv2 } from "@aws-sdk/client-sesv2";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("SES identities", () => {
  let test: TestCloud;
  let ses: SESv2;
  before(async () => {
    test = await startCloud();
    ses = test.client(SESv2);
  });
  after(() => test.stop());

  const arn = (name: string) => `arn:aws:ses:us-east-1:000000000000:identity/${name}`;

  it("are described with their signing, a domain's alone", async () => {
    await ses.createEmailIdentity({ EmailIdentity: "example.com" });
    const domain = await ses.getEmailIdentity({ EmailIdentity: "example.com" });
    assert.deepEqual(
      [domain.IdentityType, domain.DkimAttributes?.SigningEnabled, domain.DkimAttributes?.Tokens?.length],
      ["DOMAIN", true, 3],
    );
    assert.deepEqual(domain.MailFromAttributes, { BehaviorOnMxFailure: "USE_DEFAULT_VALUE" });
    await ses.createEmailIdentity({ EmailIdentity: "a@example.com" });
    const address = await ses.getEmailIdentity({ EmailIdentity: "a@example.com" });
    assert.deepEqual([address.DkimAttributes?.SigningEnabled, address.DkimAttributes?.Status], [false, "NOT_STARTED"]);
  });

  it("have tags", async () => {
    const ResourceArn = arn("tagged.example.com");
    await ses.createEmailIdentity({ EmailIdentity: "tagged.example.com", Tags: [{ Key: "a", Value: "1" }] });
    await ses.tagResource({ ResourceArn, Tags: [{ Key: "b", Value: "2" }] });
    await ses.untagResource({ ResourceArn, TagKeys: ["a"] });
    assert.deepEqual((await ses.listTagsForResource({ ResourceArn })).Tags, [{ Key: "b", Value: "2" }]);
    await assert.rejects(ses.listTagsForResource({ ResourceArn: arn("nobody") }), { name: "NotFoundException" });
  });

  it("refuse what is not modelled", async () => {
    await assert.rejects(ses.createEmailIdentity({ EmailIdentity: "b@example.com", ConfigurationSetName: "mine" }), {
      name: "BadRequestException",
      message: "The local cloud does not model an identity's ConfigurationSetName",
    });
  });
});
