/** Identities of SES. */
import type { ServiceResources } from "./resourceType.ts";
import { tagList } from "./tags.ts";

export const sesResources: ServiceResources = (cloud) => {
  const arnOf = (name: unknown) => `arn:aws:ses:${cloud.region}:${cloud.accountId}:identity/${name}`;
  return {
    types: [
      {
        type: "aws:sesv2/emailIdentity:EmailIdentity",
        docs: "https://www.pulumi.com/registry/packages/aws/api-docs/sesv2/emailidentity/",
        required: ["emailIdentity"],
        properties: ["emailIdentity"],
        inert: ["configurationSetName", "dkimSigningAttributes"],
        replaces: ["emailIdentity"],
        taggable: true,
        idOf: ({ emailIdentity }) => String(emailIdentity),
        async create(inputs) {
          const EmailIdentity = String(inputs.emailIdentity);
          const made = await cloud.call<{ IdentityType: string }>("ses", "CreateEmailIdentity", {
            EmailIdentity,
            Tags: tagList(inputs.tagsAll),
          });
          const verified = { verifiedForSendingStatus: true, verificationStatus: "SUCCESS" };
          return {
            id: EmailIdentity,
            outputs: { ...inputs, arn: arnOf(EmailIdentity), identityType: made.IdentityType, ...verified },
          };
        },
        async update(id, _before, after) {
          return { id, outputs: { ...after, arn: arnOf(id) } };
        },
        async delete(EmailIdentity) {
          await cloud.call("ses", "DeleteEmailIdentity", { EmailIdentity });
        },
        async read(EmailIdentity) {
          const found = await cloud.call<{ IdentityType: string }>("ses", "GetEmailIdentity", { EmailIdentity });
          const { IdentityType: identityType } = found;
          return {
            id: EmailIdentity,
            outputs: { emailIdentity: EmailIdentity, arn: arnOf(EmailIdentity), identityType },
          };
        },
      },
    ],
  };
};
