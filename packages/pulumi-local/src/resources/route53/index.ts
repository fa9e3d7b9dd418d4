/** Hosted zones and records of Route 53. */
import type { ServiceResources } from "../resourceType.ts";
import { recordType } from "./record.ts";
import { findZone, zoneType } from "./zone.ts";

export const route53Resources: ServiceResources = (cloud) => ({
  types: [zoneType(cloud), recordType(cloud)],
  invokes: { "aws:route53/getZone:getZone": (args) => findZone(cloud, args) },
});
