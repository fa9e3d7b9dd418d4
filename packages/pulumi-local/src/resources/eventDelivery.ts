/** Archives of EventBridge, where it sends events over HTTP, and a bus's whole policy. */
import type {
  DescribeApiDestinationResponse,
  DescribeArchiveResponse,
  DescribeConnectionResponse,
  DescribeEventBusResponse,
} from "@aws-sdk/client-eventbridge";
import type { Cloud } from "local-aws/service";
import type { Properties } from "../engine/provider.ts";
import { capitalized, described, toAws, uncapitalized } from "./described.ts";
import type { ResourceType } from "./resourceType.ts";

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/cloudwatch/${name}/`;

type Call = <Answer = unknown>(operation: string, input: object) => Promise<Answer>;

/** `EventArchive`, `EventConnection`, `EventApiDestination`, `EventBusPolicy`. */
export function eventDeliveryTypes(cloud: Cloud): ResourceType[] {
  const call: Call = (operation, input) => cloud.call("events", operation, input);
  return [archive(call), connection(call), apiDestination(call), busPolicy(call)];
}

const archive = (call: Call): ResourceType => {
  const settings = ["description", "eventPattern", "retentionDays"];
  return described({
    type: "aws:cloudwatch/eventArchive:EventArchive",
    docs: docs("eventarchive"),
    required: ["eventSourceArn"],
    properties: ["name", "eventSourceArn", ...settings],
    inert: ["kmsKeyIdentifier"],
    replaces: ["name", "eventSourceArn"],
    autoname: { property: "name", max: 48, pattern: /^[.\w-]+$/ },
    async make(inputs) {
      const request = { ArchiveName: inputs.name, EventSourceArn: inputs.eventSourceArn };
      await call("CreateArchive", { ...request, ...capitalized(inputs, settings) });
      return String(inputs.name);
    },
    async settle(ArchiveName, before, after) {
      if (before.name === undefined) return;
      await call("UpdateArchive", { ArchiveName, Description: "", RetentionDays: 0, ...capitalized(after, settings) });
    },
    async describe(ArchiveName) {
      const found = await call<DescribeArchiveResponse>("DescribeArchive", { ArchiveName });
      return {
        name: ArchiveName,
        arn: found.ArchiveArn,
        ...uncapitalized(found, ["eventSourceArn", "description", "eventPattern"]),
        retentionDays: found.RetentionDays ?? 0,
      };
    },
    remove: (ArchiveName) => call("DeleteArchive", { ArchiveName }),
  });
};

/** Names of EventBridge that are not just written with a capital. */
const special = {
  apiKey: "ApiKeyAuthParameters",
  basic: "BasicAuthParameters",
  oauth: "OAuthParameters",
  oauthHttpParameters: "OAuthHttpParameters",
  clientId: "ClientID",
  bodies: "BodyParameters",
  headers: "HeaderParameters",
  queryStrings: "QueryStringParameters",
};

/** A key is a name and a value for EventBridge. */
function parameters(given: unknown): object {
  const { apiKey, ...rest } = given as Properties & { apiKey?: { key: string; value: string } };
  const named = apiKey && { ApiKeyAuthParameters: { ApiKeyName: apiKey.key, ApiKeyValue: apiKey.value } };
  return { ...(toAws(rest, special) as object), ...named };
}

const connection = (call: Call): ResourceType => {
  const request = (inputs: Properties) => ({
    Name: inputs.name,
    AuthorizationType: inputs.authorizationType,
    AuthParameters: parameters(inputs.authParameters),
    Description: inputs.description,
  });
  return described({
    type: "aws:cloudwatch/eventConnection:EventConnection",
    docs: docs("eventconnection"),
    required: ["authParameters", "authorizationType"],
    properties: ["name", "authorizationType", "authParameters", "description"],
    inert: ["kmsKeyIdentifier"],
    enums: { authorizationType: ["API_KEY", "BASIC", "OAUTH_CLIENT_CREDENTIALS"] },
    replaces: ["name"],
    autoname: { property: "name", max: 64, pattern: /^[.\w-]+$/ },
    async make(inputs) {
      await call("CreateConnection", request(inputs));
      return String(inputs.name);
    },
    async settle(_id, before, after) {
      if (before.name !== undefined)
        await call("UpdateConnection", { ...request(after), Description: after.description ?? "" });
    },
    async describe(Name) {
      const found = await call<DescribeConnectionResponse>("DescribeConnection", { Name });
      return {
        ...uncapitalized(found, ["name", "authorizationType", "description", "secretArn"]),
        arn: found.ConnectionArn,
      };
    },
    remove: (Name) => call("DeleteConnection", { Name }),
  });
};

const apiDestination = (call: Call): ResourceType => {
  const settings = ["name", "connectionArn", "description", "httpMethod", "invocationEndpoint"];
  const rate = "invocationRateLimitPerSecond";
  return described({
    type: "aws:cloudwatch/eventApiDestination:EventApiDestination",
    docs: docs("eventapidestination"),
    required: ["connectionArn", "httpMethod", "invocationEndpoint"],
    properties: [...settings, rate],
    enums: { httpMethod: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] },
    defaults: { [rate]: 300 },
    replaces: ["name"],
    autoname: { property: "name", max: 64, pattern: /^[.\w-]+$/ },
    async make(inputs) {
      await call("CreateApiDestination", capitalized(inputs, [...settings, rate]));
      return String(inputs.name);
    },
    async settle(_id, before, after) {
      if (before.name === undefined) return;
      await call("UpdateApiDestination", { Description: "", ...capitalized(after, [...settings, rate]) });
    },
    async describe(Name) {
      const found = await call<DescribeApiDestinationResponse>("DescribeApiDestination", { Name });
      return { ...uncapitalized(found, [...settings, rate]), arn: found.ApiDestinationArn };
    },
    remove: (Name) => call("DeleteApiDestination", { Name }),
  });
};

const busPolicy = (call: Call): ResourceType => {
  const put = async ({ eventBusName: EventBusName = "default", policy }: Properties) => {
    const Policy = typeof policy === "string" ? policy : JSON.stringify(policy);
    await call("PutPermission", { EventBusName, Policy });
    return String(EventBusName);
  };
  return described({
    type: "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    docs: docs("eventbuspolicy"),
    required: ["policy"],
    properties: ["eventBusName", "policy"],
    defaults: { eventBusName: "default" },
    replaces: ["eventBusName"],
    make: put,
    settle: async (_id, before, after) => (before.policy === undefined ? undefined : put(after)),
    async describe(id, given) {
      const { Policy } = await call<DescribeEventBusResponse>("DescribeEventBus", { Name: id });
      return Policy ? { eventBusName: id, policy: given.policy ?? Policy } : undefined;
    },
    remove: (EventBusName) => call("RemovePermission", { EventBusName, RemoveAllPermissions: true }),
  });
};
