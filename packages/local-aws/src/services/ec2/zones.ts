/** Regions and their availability zones. Each region has three, as most do. */
import type { AvailabilityZone, Region } from "@aws-sdk/client-ec2";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs } from "./access.ts";
import { select } from "./describe.ts";
import type { Network } from "./network.ts";

const letters = ["a", "b", "c"];

/** Regions that an account has without asking for them. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
const regions = [
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-central-1", "eu-north-1"],
  ...["eu-west-1", "eu-west-2", "eu-west-3", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"],
  ...["ap-southeast-1", "ap-southeast-2"],
];

/** `eu-west-1a` is `euw1-az1`. */
export function zoneId(zone: string): string {
  const [, area = "", direction = "", number = "", letter = "a"] = /^(\w+)-(\w+)-(\d)(\w)$/.exec(zone) ?? [];
  const short = direction.replace(/(north|south|east|west|central)/g, ([first = ""]) => first);
  return `${area}${short}${number}-az${letters.indexOf(letter) + 1}`;
}

export const zoneNames = (region: string): string[] => letters.map((letter) => `${region}${letter}`);

/** The zone of that name or id. @throws AwsError */
export function zoneOf(region: string, { AvailabilityZone, AvailabilityZoneId }: Zoned): string {
  const names = zoneNames(region);
  if (AvailabilityZone === undefined && AvailabilityZoneId === undefined) return names[0]!;
  const found = names.find((name) => name === AvailabilityZone || zoneId(name) === AvailabilityZoneId);
  if (found) return found;
  const given = AvailabilityZone ?? AvailabilityZoneId;
  const message = `Value (${given}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${names.join(", ")}.`;
  throw new AwsError("InvalidParameterValue", message);
}

interface Zoned {
  AvailabilityZone?: string | undefined;
  AvailabilityZoneId?: string | undefined;
}

export function zoneOperations(network: Network): Operations<"ec2"> {
  const { region } = network;
  const zones = zoneNames(region).map(
    (ZoneName): AvailabilityZone => ({
      State: "available",
      OptInStatus: "opt-in-not-required",
      Messages: [],
      RegionName: region,
      ZoneName,
      ZoneId: zoneId(ZoneName),
      GroupName: `${region}-zg-1`,
      NetworkBorderGroup: region,
      ZoneType: "availability-zone",
    }),
  );
  const described = [...new Set([...regions, region])].map(
    (RegionName): Region => ({
      RegionName,
      Endpoint: `ec2.${RegionName}.amazonaws.com`,
      OptInStatus: "opt-in-not-required",
    }),
  );

  return {
    DescribeAvailabilityZones: {
      access: () => needs(network, "DescribeAvailabilityZones"),
      run({ Filters, ZoneNames = [], ZoneIds = [] }) {
        const unknown = [
          ...ZoneNames.filter((name) => !zones.some(({ ZoneName }) => ZoneName === name)),
          ...ZoneIds.filter((id) => !zones.some(({ ZoneId }) => ZoneId === id)),
        ];
        if (unknown.length > 0) {
          throw new AwsError("InvalidParameterValue", `Invalid availability zone: [${unknown.join(", ")}]`);
        }
        const asked = zones.filter(
          ({ ZoneName = "", ZoneId = "" }) =>
            (ZoneNames.length === 0 || ZoneNames.includes(ZoneName)) &&
            (ZoneIds.length === 0 || ZoneIds.includes(ZoneId)),
        );
        const { items } = select(asked, { Filters }, ({ ZoneName = "" }) => ZoneName, {
          "group-name": ({ GroupName }) => GroupName,
          message: () => undefined,
          "opt-in-status": ({ OptInStatus }) => OptInStatus,
          "parent-zone-id": () => undefined,
          "parent-zone-name": () => undefined,
          "region-name": ({ RegionName }) => RegionName,
          state: ({ State }) => State,
          "zone-id": ({ ZoneId }) => ZoneId,
          "zone-name": ({ ZoneName }) => ZoneName,
          "zone-type": ({ ZoneType }) => ZoneType,
        });
        return { AvailabilityZones: items };
      },
    },
    DescribeRegions: {
      access: () => needs(network, "DescribeRegions"),
      run({ Filters, RegionNames = [] }) {
        const unknown = RegionNames.filter((name) => !described.some(({ RegionName }) => RegionName === name));
        if (unknown.length > 0) {
          throw new AwsError("InvalidParameterValue", `Invalid region name(s): [${unknown.join(", ")}]`);
        }
        const asked = described.filter(
          ({ RegionName = "" }) => RegionNames.length === 0 || RegionNames.includes(RegionName),
        );
        const { items } = select(asked, { Filters }, ({ RegionName = "" }) => RegionName, {
          endpoint: ({ Endpoint }) => Endpoint,
          "opt-in-status": ({ OptInStatus }) => OptInStatus,
          "region-name": ({ RegionName }) => RegionName,
        });
        return { Regions: items };
      },
    },
    DescribeAccountAttributes: {
      access: () => needs(network, "DescribeAccountAttributes"),
      run({ AttributeNames = [] }) {
        const own = network.list("vpc").find(({ IsDefault }) => IsDefault);
        const values: Record<string, string> = {
          "supported-platforms": "VPC",
          "default-vpc": own?.VpcId ?? "none",
          "max-instances": "20",
          "vpc-max-security-groups-per-interface": "5",
          "max-elastic-ips": "5",
          "vpc-max-elastic-ips": "5",
        };
        const names = AttributeNames.length > 0 ? AttributeNames : Object.keys(values);
        return {
          AccountAttributes: names.map((AttributeName) => {
            const AttributeValue = Object.hasOwn(values, AttributeName) ? values[AttributeName] : undefined;
            if (AttributeValue !== undefined) return { AttributeName, AttributeValues: [{ AttributeValue }] };
            const message = `Invalid attribute name: ${AttributeName}; allowed are ${Object.keys(values).join(", ")}`;
            throw new AwsError("InvalidParameterValue", message);
          }),
        };
      },
    },
  };
}
