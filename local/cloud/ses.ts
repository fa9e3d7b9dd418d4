/**
 * SES, version 2: identities, and mails that end in this machine's mail sink. An identity counts as verified once it
 * exists: there is no mailbox to ask. https://docs.aws.amazon.com/ses/latest/APIReference-V2/
 */
import { randomUUID } from "node:crypto";
import type * as sesv2 from "@aws-sdk/client-sesv2";
import { deliverMail } from "./mail.ts";
import { AwsError, type Cloud, type Operation, type Service } from "./service.ts";

interface Identity {
  /** A domain or a mail address. */
  name: string;
  tags: Record<string, string>;
}

export function createSes(cloud: Cloud): Service {
  const identities = cloud.store.collection<Identity>("ses.identities");
  const arnOf = (name: string) => `arn:aws:ses:${cloud.region}:${cloud.accountId}:identity/${name}`;
  const addressOf = (from: string) => /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim();
  /** The address itself, or its domain. */
  const sender = (from: string) => {
    const address = addressOf(from);
    return identities.get(address) ?? identities.get(address.split("@").at(-1) ?? "");
  };
  const kindOf = (name: string) => (name.includes("@") ? "EMAIL_ADDRESS" : "DOMAIN");
  const on = (action: string) => (input: { EmailIdentity?: string }) => [
    { action: `ses:${action}`, resource: arnOf(input.EmailIdentity ?? "") },
  ];
  const found = (name = ""): Identity => {
    const identity = identities.get(name);
    if (!identity) throw new AwsError("NotFoundException", `Email identity ${name} does not exist.`, 404);
    return identity;
  };

  const SendEmail: Operation<sesv2.SendEmailCommandInput> = {
    access({ FromEmailAddress = "" }) {
      const name = sender(FromEmailAddress)?.name ?? addressOf(FromEmailAddress);
      return [{ action: "ses:SendEmail", resource: arnOf(name) }];
    },
    run({ FromEmailAddress = "", Destination = {}, Content }) {
      if (!sender(FromEmailAddress)) {
        throw new AwsError(
          "MessageRejected",
          `Email address is not verified. The following identities failed the check in region ${cloud.region.toUpperCase()}: ${FromEmailAddress}`,
        );
      }
      const { Subject, Body } = Content?.Simple ?? {};
      if (!Subject?.Data) {
        throw new AwsError("BadRequestException", "The local cloud sends simple mails only: Content.Simple is missing");
      }
      const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = Destination;
      const all = [...ToAddresses, ...CcAddresses, ...BccAddresses];
      if (all.length === 0 || all.length > 50) {
        throw new AwsError("BadRequestException", "Recipient count must be from 1 to 50.");
      }
      const body = Body?.Text?.Data ?? Body?.Html?.Data ?? "";
      for (const to of all)
        deliverMail(cloud.accountStore, { from: FromEmailAddress, to, subject: Subject.Data, body });
      return { MessageId: randomUUID() };
    },
  };

  return {
    name: "ses",
    shapes: () => import("@aws-sdk/client-sesv2"),
    operations: {
      SendEmail,
      CreateEmailIdentity: {
        access: on("CreateEmailIdentity"),
        run({ EmailIdentity = "", Tags = [] }: sesv2.CreateEmailIdentityCommandInput) {
          if (identities.has(EmailIdentity)) {
            throw new AwsError("AlreadyExistsException", `Email identity ${EmailIdentity} already exist.`);
          }
          const tags = Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
          identities.put(EmailIdentity, { name: EmailIdentity, tags });
          return { IdentityType: kindOf(EmailIdentity), VerifiedForSendingStatus: true };
        },
      },
      GetEmailIdentity: {
        access: on("GetEmailIdentity"),
        run({ EmailIdentity }: sesv2.GetEmailIdentityCommandInput) {
          const { name, tags } = found(EmailIdentity);
          const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
          const verified = { VerifiedForSendingStatus: true, VerificationStatus: "SUCCESS" };
          return { IdentityType: kindOf(name), ...verified, FeedbackForwardingStatus: true, Tags };
        },
      },
      DeleteEmailIdentity: {
        access: on("DeleteEmailIdentity"),
        run({ EmailIdentity }: sesv2.DeleteEmailIdentityCommandInput) {
          identities.delete(found(EmailIdentity).name);
          return {};
        },
      },
      ListEmailIdentities: {
        access: () => [{ action: "ses:ListEmailIdentities", resource: "*" }],
        run: () => ({
          EmailIdentities: identities.values().map(({ name }) => ({
            IdentityName: name,
            IdentityType: kindOf(name),
            SendingEnabled: true,
            VerificationStatus: "SUCCESS",
          })),
        }),
      },
    },
  };
}
