/** What a bucket's website may look like. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html */
import type { PutBucketWebsiteRequest, RoutingRule, WebsiteConfiguration } from "@aws-sdk/client-s3";
import { AwsError } from "../../../service.ts";
import { invalidArgument, invalidRequest, malformedXml } from "../errors.ts";

/** @throws AwsError as S3 answers an invalid configuration. */
export function checkWebsite({ WebsiteConfiguration: given }: PutBucketWebsiteRequest): WebsiteConfiguration {
  if (!given) throw malformedXml();
  const { RedirectAllRequestsTo: everything, ...others } = given;
  if (everything) {
    if (Object.values(others).some((one) => one !== undefined)) {
      const message = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.";
      throw invalidArgument(message, "RedirectAllRequestsTo", "not null");
    }
    if (!everything.HostName) throw malformedXml();
    checkProtocol(everything.Protocol);
    return given;
  }
  const { IndexDocument: index, ErrorDocument: error, RoutingRules: rules } = given;
  if (!index) {
    const message = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty";
    throw invalidArgument(message, "IndexDocument", "null");
  }
  if (!index.Suffix || index.Suffix.includes("/")) {
    const members = { ArgumentName: "IndexDocument", ...(index.Suffix && { ArgumentValue: index.Suffix }) };
    throw new AwsError("InvalidArgument", "The IndexDocument Suffix is not well formed", 400, members);
  }
  if (error && !error.Key) throw malformedXml();
  if (rules && (rules.length === 0 || rules.length > 50)) throw malformedXml();
  for (const rule of rules ?? []) checkRule(rule);
  return given;
}

function checkRule({ Condition, Redirect = {} }: RoutingRule): void {
  if (Redirect.ReplaceKeyPrefixWith !== undefined && Redirect.ReplaceKeyWith !== undefined)
    throw invalidRequest("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  if (Condition && Condition.KeyPrefixEquals === undefined && Condition.HttpErrorCodeReturnedEquals === undefined)
    throw invalidRequest(
      "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.",
    );
  checkProtocol(Redirect.Protocol);
}

function checkProtocol(protocol: string | undefined): void {
  if (protocol === undefined || protocol === "http" || protocol === "https") return;
  throw invalidRequest(
    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.",
  );
}
