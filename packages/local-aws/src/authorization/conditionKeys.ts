/**
 * Condition keys that services have, and which of them requests carry here. A policy that asks for another is refused when it
 * is stored: in a Deny, or in a ForAllValues, a key that is never there would allow what AWS refuses.
 *
 * `conditionKeys.json` is cut from AWS's Service Authorization Reference by `npm run iam:keys`, which documents how.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { keysOfInput } from "./requestKeys.ts";

const { services: known } = JSON.parse(readFileSync(join(import.meta.dirname, "conditionKeys.json"), "utf8")) as {
  services: Record<string, string[]>;
};

/** Keys that requests carry in addition to those from their input; lower case, as keys are compared. */
const supplied: Record<string, RegExp> = {
  "application-autoscaling": /^(scalable-dimension|service-namespace)$/,
  cloudwatch: /^(alarmactions|namespace|requestinsightruleloggroups)$/,
  dynamodb:
    /^(attributes|enclosingoperation|firstpartitionkeyvalues|leadingkeys|returnconsumedcapacity|returnvalues|select)$/,
  ec2: /^(allocationid|availabilityzone(id)?|createaction|dhcpoptionsid|internetgatewayid|networkaclid|networkinterfaceid|publicipaddress|region|routetableid|securitygroupid|subnet(id)?|vpc(id)?|vpceservice(name|owner))$/,
  events: /^(creatoraccount|detail-type|source)$/,
  iam: /^(awsservicename|passedtoservice|policyarn)$/,
  kms: /^(calleraccount|datakeypairspec|encryptionalgorithm|grant(constrainttype|eeprincipal|isforawsresource|operations)|keyagreementalgorithm|primaryregion|replicaregion|retiringprincipal|encryptioncontext:.+|encryptioncontextkeys|viaservice)$/,
  lambda: /^functionarn$/,
  route53: /^changeresourcerecordsets(actions|normalizedrecordnames|recordtypes)$/,
  s3: /^(authtype|delimiter|existingobjecttag\/.+|if-(none-)?match|max-keys|object-lock-(legal-hold|mode|remaining-retention-days|retain-until-date)|prefix|requestobjecttag(keys|\/.+)|resourceaccount|signatureage|signatureversion|tlsversion|versionid|x-amz-(content-sha256|copy-source|metadata-directive|server-side-encryption(-aws-kms-key-id)?|storage-class))$/,
  ssm: /^recursive$/,
  sts: /^(externalid|rolesessionname|sourceidentity)$/,
};

/** Keys that no request can carry, since the local cloud lacks the feature; without it they are absent on AWS as well. */
const absent: Record<string, RegExp> = {
  dynamodb: /^(second|third|fourth)partitionkeyvalues$/,
  // Of instances, volumes, VPNs and what else is no part of a VPC's own.
  ec2: /^(?!attribute(\/|$))/,
  events: /^managedby$/,
  "execute-api": /^viadomainarn$/,
  kms: /^recipientattestation:.+$/,
  // Of private zones.
  route53: /^vpcs$/,
  s3: /^(accessgrants|accesspoint|buckettag\/|dataaccesspoint|object-lock-event-)/,
};

/** @returns why a policy that uses this key cannot be stored; `undefined` when it can. */
export function unsupplied(key: string): string | undefined {
  const [service = "", name = ""] = key.toLowerCase().split(/:(.*)/, 2);
  if (!Object.hasOwn(known, service) || name.startsWith("resourcetag/")) return undefined;
  if (supplied[service]?.test(name) || absent[service]?.test(name)) return undefined;
  if (keysOfInput(service).some((one) => one.toLowerCase() === `${service}:${name}`)) return undefined;
  // A name with a variable part, such as `BucketTag/${TagKey}`.
  const isKnown = known[service]?.some((one) => {
    const [start = "", more] = one.toLowerCase().split(/[$<]/, 2);
    return more === undefined ? name === start : name.startsWith(start) && name.length > start.length;
  });
  return isKnown ? `the local cloud does not supply the condition key ${key}, which ${service} has on AWS` : undefined;
}

/** Every key that is refused, by service. */
export const refusedKeys = (): [service: string, keys: string[]][] =>
  Object.entries(known)
    .map(([service, names]): [string, string[]] => [
      service,
      names.map((name) => `${service}:${name}`).filter((key) => unsupplied(key.replace(/\$\{\w+\}/g, "x"))),
    ])
    .filter(([, keys]) => keys.length > 0);
