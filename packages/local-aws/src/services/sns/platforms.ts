/**
 * Applications on phones, and the devices that they run on: kept and checked; nothing is pushed to a device.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-application-as-subscriber.html
 */
import { randomUUID } from "node:crypto";
import type { Operations } from "../../operations.ts";
import { AwsError, type Cloud } from "../../service.ts";
import { feedbackRoles } from "./policy.ts";
import { checkArn, invalid, type PlatformApplication, type PlatformEndpoint, pageOf, type Records } from "./records.ts";

const platforms = [
  "ADM",
  "APNS",
  "APNS_SANDBOX",
  "APNS_VOIP",
  "APNS_VOIP_SANDBOX",
  "BAIDU",
  "FCM",
  "GCM",
  "MACOS",
  "MACOS_SANDBOX",
  "MPNS",
  "WNS",
];
/** Those whose credential says all. */
const withoutPrincipal = ["FCM", "GCM"];
const secret = ["PlatformCredential", "PlatformPrincipal"];
const ofApplication =
  /^(Event(EndpointCreated|EndpointDeleted|EndpointUpdated|DeliveryFailure)|(Success|Failure)FeedbackRoleArn|SuccessFeedbackSampleRate|PlatformCredential|PlatformPrincipal|ApplePlatformTeamID|ApplePlatformBundleID|Enabled)$/;
const ofEndpoint = ["CustomUserData", "Enabled", "Token"];

export function platformOperations(cloud: Cloud, records: Records): Operations<"sns"> {
  const { applications, endpoints } = records;
  const prefix = `arn:aws:sns:${cloud.region}:${cloud.accountId}:`;
  const on = (operation: string, arn = "*") => [{ action: `sns:${operation}`, resource: arn || "*" }];
  const application = (arn = ""): PlatformApplication => {
    checkArn(arn, "PlatformApplicationArn");
    const found = applications.get(arn);
    if (!found) throw new AwsError("NotFoundException", "PlatformApplication does not exist", 404);
    return found;
  };
  const endpoint = (arn = ""): PlatformEndpoint => {
    checkArn(arn, "EndpointArn");
    const found = endpoints.get(arn);
    if (!found) throw new AwsError("NotFoundException", "Endpoint does not exist", 404);
    return found;
  };
  const of = (arn: string) => endpoints.values(`${arn.replace(":app/", ":endpoint/")}/`);
  const shown = ({ attributes }: PlatformApplication) =>
    Object.fromEntries(Object.entries(attributes).filter(([name]) => !secret.includes(name)));

  return {
    CreatePlatformApplication: {
      access: ({ Name, Platform, Attributes = {} }) => [
        ...on("CreatePlatformApplication", `${prefix}app/${Platform}/${Name}`),
        ...feedbackRoles(Attributes),
      ],
      run({ Name, Platform, Attributes = {} }) {
        if (!platforms.includes(Platform)) throw invalid(`Platform Reason: ${Platform} is not supported`);
        checkName(Name);
        checkCredentials(Platform, Attributes);
        checkApplication(Attributes);
        const arn = `${prefix}app/${Platform}/${Name}`;
        applications.put(arn, { arn, attributes: { Enabled: "true", ...Attributes } });
        return { PlatformApplicationArn: arn };
      },
    },
    GetPlatformApplicationAttributes: {
      access: ({ PlatformApplicationArn: arn }) => on("GetPlatformApplicationAttributes", arn),
      run: ({ PlatformApplicationArn }) => ({ Attributes: shown(application(PlatformApplicationArn)) }),
    },
    SetPlatformApplicationAttributes: {
      access: ({ PlatformApplicationArn: arn, Attributes = {} }) => [
        ...on("SetPlatformApplicationAttributes", arn),
        ...feedbackRoles(Attributes),
      ],
      run({ PlatformApplicationArn, Attributes }) {
        const found = application(PlatformApplicationArn);
        checkApplication(Attributes);
        applications.put(found.arn, { ...found, attributes: { ...found.attributes, ...Attributes } });
        return {};
      },
    },
    ListPlatformApplications: {
      access: () => on("ListPlatformApplications"),
      run(input) {
        const { items, paging } = pageOf(applications.values(), input);
        return {
          PlatformApplications: items.map((one) => ({ PlatformApplicationArn: one.arn, Attributes: shown(one) })),
          ...paging,
        };
      },
    },
    DeletePlatformApplication: {
      access: ({ PlatformApplicationArn: arn }) => on("DeletePlatformApplication", arn),
      run({ PlatformApplicationArn: arn }) {
        checkArn(arn, "PlatformApplicationArn");
        for (const one of of(arn)) endpoints.delete(one.arn);
        applications.delete(arn);
        return {};
      },
    },
    CreatePlatformEndpoint: {
      access: ({ PlatformApplicationArn: arn }) => on("CreatePlatformEndpoint", arn),
      run({ PlatformApplicationArn, Token, CustomUserData, Attributes = {} }) {
        const { arn } = application(PlatformApplicationArn);
        const given = { ...(CustomUserData !== undefined && { CustomUserData }), ...Attributes };
        checkEndpoint(given);
        const attributes = { Enabled: "true", ...given, Token };
        const existing = of(arn).find((one) => one.attributes.Token === Token);
        if (existing) {
          const same = ofEndpoint.every(
            (name) => existing.attributes[name] === (attributes as Record<string, string>)[name],
          );
          if (same) return { EndpointArn: existing.arn };
          throw invalid(
            `Token Reason: Endpoint ${existing.arn} already exists with the same Token, but different attributes.`,
          );
        }
        const made = `${arn.replace(":app/", ":endpoint/")}/${randomUUID()}`;
        endpoints.put(made, { arn: made, attributes });
        return { EndpointArn: made };
      },
    },
    GetEndpointAttributes: {
      access: ({ EndpointArn }) => on("GetEndpointAttributes", EndpointArn),
      run: ({ EndpointArn }) => ({ Attributes: endpoint(EndpointArn).attributes }),
    },
    SetEndpointAttributes: {
      access: ({ EndpointArn }) => on("SetEndpointAttributes", EndpointArn),
      run({ EndpointArn, Attributes }) {
        const found = endpoint(EndpointArn);
        checkEndpoint(Attributes);
        endpoints.put(found.arn, { ...found, attributes: { ...found.attributes, ...Attributes } });
        return {};
      },
    },
    DeleteEndpoint: {
      access: ({ EndpointArn }) => on("DeleteEndpoint", EndpointArn),
      run({ EndpointArn }) {
        checkArn(EndpointArn, "EndpointArn");
        endpoints.delete(EndpointArn);
        return {};
      },
    },
    ListEndpointsByPlatformApplication: {
      access: ({ PlatformApplicationArn: arn }) => on("ListEndpointsByPlatformApplication", arn),
      run(input) {
        const { arn } = application(input.PlatformApplicationArn);
        const { items, paging } = pageOf(of(arn), input);
        return { Endpoints: items.map((one) => ({ EndpointArn: one.arn, Attributes: one.attributes })), ...paging };
      },
    },
  };
}

function checkName(name: string): void {
  if (name.length === 0 || name.length > 256) throw invalid(`${name} Reason: must be at most 256 characters long`);
  if (!/^[\w.-]+$/.test(name))
    throw invalid(`${name} Reason: must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'`);
}

function checkCredentials(platform: string, { PlatformCredential, PlatformPrincipal }: Record<string, string>): void {
  const reason = (text: string) => invalid(`Attributes Reason: ${text}`);
  if (!PlatformCredential && PlatformPrincipal)
    throw reason("PlatformPrincipal attribute provided without PlatformCredential");
  if (!PlatformCredential) throw reason("PlatformCredential attribute is required");
  if (!PlatformPrincipal && !withoutPrincipal.includes(platform))
    throw reason("PlatformCredential attribute provided without PlatformPrincipal");
}

function checkApplication(attributes: Record<string, string>): void {
  const unknown = Object.keys(attributes).find((name) => !ofApplication.test(name));
  if (unknown) throw invalid(`Attributes Reason: Invalid attribute name: ${unknown}`);
}

function checkEndpoint(attributes: Record<string, string>): void {
  const unknown = Object.keys(attributes).find((name) => !ofEndpoint.includes(name));
  if (unknown) throw invalid(`Attributes Reason: Invalid attribute name: ${unknown}`);
  if (Buffer.byteLength(attributes.CustomUserData ?? "") > 2048)
    throw invalid(
      "Attributes Reason: Invalid value for attribute: CustomUserData: must be at most 2048 bytes long in UTF-8 encoding",
    );
}
