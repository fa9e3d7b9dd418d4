/**
 * SES, version 2: identities, and mails that end up in this machine's mail sink. An identity counts as verified once it
 * exists: there is no mailbox to ask. https://docs.aws.amazon.com/ses/latest/APIReference-V2/
 */
import { createHash, randomUUID } from "node:crypto";
import { type Tags, tagList, tagMap, withoutTags } from "../../kit/tags.ts";
import { deliverMail } from "../../mail.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { AwsError, type Cloud, type Service } from "../../service.ts";

interface Identity {
  /** A domain or a mail address. */
  name: string;
  tags: Tags;
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

  const SendEmail: OperationOf<"ses", "SendEmail"> = {
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
        run({ EmailIdentity = "", Tags, ...other }) {
          if (identities.has(EmailIdentity)) {
            throw new AwsError("AlreadyExistsException", `Email identity ${EmailIdentity} already exist.`);
          }
          refuseUnknown(other);
          identities.put(EmailIdentity, { name: EmailIdentity, tags: tagMap(Tags) });
          const DkimAttributes = dkim(EmailIdentity);
          return { IdentityType: kindOf(EmailIdentity), VerifiedForSendingStatus: true, DkimAttributes };
        },
      },
      GetEmailIdentity: {
        access: on("GetEmailIdentity"),
        run({ EmailIdentity }) {
          const { name, tags } = found(EmailIdentity);
          return {
            IdentityType: kindOf(name),
            VerifiedForSendingStatus: true,
            VerificationStatus: "SUCCESS",
            FeedbackForwardingStatus: true,
            DkimAttributes: dkim(name),
            MailFromAttributes: { BehaviorOnMxFailure: "USE_DEFAULT_VALUE" },
            Policies: {},
            Tags: tagList(tags),
          };
        },
      },
      DeleteEmailIdentity: {
        access: on("DeleteEmailIdentity"),
        run({ EmailIdentity }) {
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
      ...tagOperations(found, (identity) => identities.put(identity.name, identity)),
    },
  };
}

/** As if SES signed the domain's mails: nothing is signed here. */
const dkim = (name: string) => ({
  SigningEnabled: !name.includes("@"),
  Status: name.includes("@") ? "NOT_STARTED" : "SUCCESS",
  Tokens: name.includes("@")
    ? []
    : [1, 2, 3].map((number) => createHash("sha256").update(`${name} ${number}`).digest("hex").slice(0, 32)),
  SigningAttributesOrigin: "AWS_SES",
  CurrentSigningKeyLength: "RSA_2048_BIT",
  NextSigningKeyLength: "RSA_2048_BIT",
});

function refuseUnknown(input: object): void {
  const other = Object.entries(input).find(([, value]) => value !== undefined);
  if (other) throw new AwsError("BadRequestException", `The local cloud does not model an identity's ${other[0]}`);
}

function tagOperations(find: (name: string) => Identity, put: (identity: Identity) => void): Operations<"ses"> {
  const access =
    (action: string) =>
    ({ ResourceArn = "" }: { ResourceArn?: string }) => [{ action: `ses:${action}`, resource: ResourceArn }];
  const at = (arn = "") => find(arn.split(":identity/")[1] ?? "");
  return {
    ListTagsForResource: {
      access: access("ListTagsForResource"),
      run: ({ ResourceArn }) => ({ Tags: tagList(at(ResourceArn).tags) }),
    },
    TagResource: {
      access: access("TagResource"),
      run({ ResourceArn, Tags }) {
        const identity = at(ResourceArn);
        put({ ...identity, tags: { ...identity.tags, ...tagMap(Tags) } });
        return {};
      },
    },
    UntagResource: {
      access: access("UntagResource"),
      run({ ResourceArn, TagKeys }) {
        const identity = at(ResourceArn);
        put({ ...identity, tags: withoutTags(identity.tags, TagKeys) });
        return {};
      },
    },
  };
}
