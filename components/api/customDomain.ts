import { BasePathMapping, DomainName, type RestApi, type Stage } from "@pulumi/aws/apigateway";
import { Record as DnsRecord } from "@pulumi/aws/route53";
import { type Input, interpolate, type Output, type Resource } from "@pulumi/pulumi";
import { matches, type Rule } from "../validation.ts";

/** A custom domain name for the API. */
export interface CustomDomainArgs {
  /** @example "api.example.org" */
  name: string;
  /** ARN of a certificate for that name, in Certificate Manager, in the API's region. */
  certificateArn: Input<string>;
  /**
   * First part of the path, so that several APIs share the name.
   * @default none: the name is this API's alone
   */
  basePath?: string;
  /**
   * Route 53 zone in which the name is made.
   * @default none: a record elsewhere points the name at output `domainTarget`
   */
  hostedZoneId?: Input<string>;
}

export const customDomainRules = (domain: CustomDomainArgs | undefined): Rule[] => [
  matches("domain.name", domain?.name, /^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a name such as api.example.org"),
  matches("domain.basePath", domain?.basePath, /^[\w.~-]+$/, "one part of a path, of letters, digits and ._~-"),
];

/** @returns the API's URL below that name, and what a DNS record of the name points at. */
export function createCustomDomain(
  name: string,
  args: CustomDomainArgs & { restApi: RestApi; stage: Stage },
  parent: Resource,
): { url: Output<string>; target: Output<string> } {
  const { name: domainName, certificateArn, basePath, hostedZoneId, restApi, stage } = args;
  const domain = new DomainName(
    `${name}-domain`,
    {
      domainName,
      regionalCertificateArn: certificateArn,
      endpointConfiguration: { types: "REGIONAL" },
      securityPolicy: "TLS_1_2",
    },
    { parent },
  );
  const mapping = new BasePathMapping(
    `${name}-mapping`,
    { domainName: domain.domainName, restApi: restApi.id, stageName: stage.stageName, ...(basePath && { basePath }) },
    { parent },
  );
  if (hostedZoneId) createRecord(name, domain, hostedZoneId, parent);
  return {
    url: interpolate`https://${mapping.domainName}${basePath ? `/${basePath}` : ""}`,
    target: domain.regionalDomainName,
  };
}

function createRecord(name: string, domain: DomainName, zoneId: Input<string>, parent: Resource): void {
  new DnsRecord(
    `${name}-record`,
    {
      zoneId,
      name: domain.domainName,
      type: "A",
      aliases: [{ name: domain.regionalDomainName, zoneId: domain.regionalZoneId, evaluateTargetHealth: false }],
    },
    { parent },
  );
}
