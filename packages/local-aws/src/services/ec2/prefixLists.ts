/** Prefix lists: the account's own, with versions, and those of AWS's services. */
import type { AddPrefixListEntry, ManagedPrefixList, PrefixListEntry } from "@aws-sdk/client-ec2";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { canonical, readBlock } from "./cidr.ts";
import { describe, select } from "./describe.ts";
import type { Items } from "./kinds.ts";
import type { Network } from "./network.ts";

type List = Items["pl"];

export function prefixListOperations(network: Network): Operations<"ec2"> {
  return {
    CreateManagedPrefixList: {
      access: (input) => needsToMake(network, "pl", "CreateManagedPrefixList", input),
      run(input) {
        const { PrefixListName, MaxEntries, AddressFamily } = input;
        checkName(PrefixListName);
        if (!["IPv4", "IPv6"].includes(AddressFamily)) {
          const message = `Value (${AddressFamily}) for parameter addressFamily is invalid. Allowed are IPv4 and IPv6.`;
          throw new AwsError("InvalidParameterValue", message);
        }
        const entries = added([], input.Entries ?? [], AddressFamily);
        checkCount(entries, MaxEntries);
        const made = network.make("pl", input, (PrefixListId, Tags) => ({
          ...{ PrefixListId, PrefixListName, MaxEntries, AddressFamily, Tags },
          PrefixListArn: network.arn("pl", PrefixListId),
          OwnerId: network.accountId,
          State: "create-complete",
          Version: 1,
          versions: [entries],
        }));
        return { PrefixList: { ...shown(made), State: "create-in-progress" } };
      },
    },
    DescribeManagedPrefixLists: {
      access: () => needs(network, "DescribeManagedPrefixLists"),
      run(input) {
        const { items, ...rest } = describe(network, "pl", input, input.PrefixListIds, {
          "owner-id": ({ OwnerId }) => OwnerId,
          "prefix-list-id": ({ PrefixListId }) => PrefixListId,
          "prefix-list-name": ({ PrefixListName }) => PrefixListName,
        });
        return { PrefixLists: items.map(shown), ...rest };
      },
    },
    DescribePrefixLists: {
      access: () => needs(network, "DescribePrefixLists"),
      run(input) {
        const { items, ...rest } = describe(network, "pl", input, input.PrefixListIds, {
          "prefix-list-id": ({ PrefixListId }) => PrefixListId,
          "prefix-list-name": ({ PrefixListName }) => PrefixListName,
        });
        const services = items.filter(({ OwnerId }) => OwnerId === "AWS");
        return {
          PrefixLists: services.map((list) => ({
            PrefixListId: list.PrefixListId,
            PrefixListName: list.PrefixListName,
            Cidrs: entriesOf(list).map(({ Cidr = "" }) => Cidr),
          })),
          ...rest,
        };
      },
    },
    GetManagedPrefixListEntries: {
      access: ({ PrefixListId }) => needs(network, "GetManagedPrefixListEntries", PrefixListId),
      run({ PrefixListId, TargetVersion, ...paging }) {
        const list = network.get("pl", PrefixListId);
        const entries = entriesOf(list, TargetVersion);
        const { items, ...rest } = select(entries, paging, ({ Cidr = "" }) => Cidr, {});
        return { Entries: items, ...rest };
      },
    },
    ModifyManagedPrefixList: {
      access: ({ PrefixListId }) => needs(network, "ModifyManagedPrefixList", PrefixListId),
      run(input) {
        const list = own(network, input.PrefixListId);
        const { AddEntries = [], RemoveEntries = [], CurrentVersion, MaxEntries = list.MaxEntries } = input;
        const { PrefixListName = list.PrefixListName } = input;
        checkName(PrefixListName);
        const changes = AddEntries.length + RemoveEntries.length > 0;
        if (changes && CurrentVersion === undefined) {
          throw new AwsError("MissingParameter", "The request must contain the parameter CurrentVersion");
        }
        if (CurrentVersion !== undefined && CurrentVersion !== list.Version) {
          const message = `The prefix list has the incorrect version number: it is ${list.Version}, not ${CurrentVersion}`;
          throw new AwsError("PrefixListVersionMismatch", message);
        }
        const removed = RemoveEntries.map(({ Cidr = "" }) => canonical(Cidr));
        const before = entriesOf(list);
        const unknown = removed.find((cidr) => !before.some(({ Cidr }) => Cidr === cidr));
        if (unknown) throw new AwsError("InvalidParameterValue", `The prefix list has no entry ${unknown}`);
        const left = before.filter(({ Cidr = "" }) => !removed.includes(Cidr));
        const entries = added(left, AddEntries, list.AddressFamily);
        checkCount(entries, MaxEntries);
        const versions = changes ? [...list.versions, entries] : list.versions;
        const changed: List = {
          ...list,
          ...{ PrefixListName, MaxEntries, versions, Version: versions.length, State: "modify-complete" },
        };
        network.put("pl", changed);
        return { PrefixList: { ...shown(changed), State: "modify-in-progress" } };
      },
    },
    DeleteManagedPrefixList: {
      access: ({ PrefixListId }) => needs(network, "DeleteManagedPrefixList", PrefixListId),
      run({ PrefixListId }) {
        const list = own(network, PrefixListId);
        const isUsed =
          network.list("sgr").some((rule) => rule.PrefixListId === PrefixListId) ||
          network.list("rtb").some(({ Routes }) => Routes.some((one) => one.DestinationPrefixListId === PrefixListId));
        if (isUsed) {
          throw new AwsError(
            "DependencyViolation",
            `The prefix list '${PrefixListId}' is in use and cannot be deleted.`,
          );
        }
        network.delete(PrefixListId);
        return { PrefixList: { ...shown(list), State: "delete-in-progress" } };
      },
    },
  };
}

const shown = ({ versions: _, ...list }: List): ManagedPrefixList => list;

/** @throws AwsError for a version that there is not. */
function entriesOf(list: List, version = list.Version): PrefixListEntry[] {
  const found = list.versions[version - 1];
  if (found) return found;
  const message = `The prefix list version ${version} does not exist for ${list.PrefixListId}`;
  throw new AwsError("InvalidPrefixListVersion", message);
}

/** @throws AwsError for a list of AWS's. */
function own(network: Network, id: string): List {
  const list = network.get("pl", id);
  if (list.OwnerId !== "AWS") return list;
  throw new AwsError("OperationNotPermitted", `The prefix list ${id} is managed by AWS.`);
}

function checkName(name: string): void {
  if (name.length <= 255 && name !== "" && !name.startsWith("com.amazonaws")) return;
  const message = `Prefix list name '${name}' must have 1 to 255 characters and may not start with com.amazonaws`;
  throw new AwsError("InvalidParameterValue", message);
}

function checkCount(entries: PrefixListEntry[], most: number): void {
  if (most < 1 || most > 1000) {
    throw new AwsError("InvalidParameterValue", `MaxEntries must be between 1 and 1000, it is ${most}`);
  }
  if (entries.length <= most) return;
  const message = `The number of entries, ${entries.length}, exceeds the maximum of the prefix list, ${most}`;
  throw new AwsError("PrefixListMaxEntriesExceeded", message);
}

/** One that is there is given its new description. */
function added(before: PrefixListEntry[], more: AddPrefixListEntry[], family: string): PrefixListEntry[] {
  const entries = more.map(({ Cidr = "", Description }) => {
    if (readBlock(Cidr, "cidr").isIpv4 === (family === "IPv4")) {
      return { Cidr: canonical(Cidr), ...(Description && { Description }) };
    }
    throw new AwsError(
      "InvalidParameterValue",
      `The CIDR '${Cidr}' is not of the prefix list's address family ${family}`,
    );
  });
  const fresh = new Set(entries.map(({ Cidr }) => Cidr));
  if (fresh.size < entries.length)
    throw new AwsError("InvalidParameterValue", "The entries of a prefix list must be unique");
  return [...before.filter(({ Cidr = "" }) => !fresh.has(Cidr)), ...entries];
}
