import type { Operations } from "../../operations.ts";
import { type Access, AwsError } from "../../service.ts";
import { type Alias, type Machine, pageOf, type Records, type Version } from "./records.ts";
import { variableReferences } from "./variables.ts";

/** What is started under an ARN, and by which of the machine's ARNs it was asked for. */
export interface Asked {
  machine: Pick<
    Machine,
    "arn" | "name" | "type" | "definition" | "roleArn" | "loggingConfiguration" | "tracingConfiguration" | "revision"
  >;
  versionArn?: string;
  aliasArn?: string;
}

export const missingMachine = (arn: string): AwsError =>
  new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);

/** @param arn of a machine, a version or an alias. @throws AwsError `StateMachineDoesNotExist` */
export function askedMachine(records: Records, arn: string): Asked {
  const machine = records.machines.get(arn);
  if (machine) return { machine };
  const alias = records.aliases.get(arn);
  const versionArn = alias ? drawn(alias.routing) : arn;
  const version = records.versions.get(versionArn);
  if (!version) throw missingMachine(arn);
  return { machine: { ...version, arn: version.machineArn }, versionArn, ...(alias && { aliasArn: arn }) };
}

/** One of the versions, by their shares. */
function drawn([first, second]: Alias["routing"]): string {
  const chosen = second && Math.random() * 100 >= first!.weight ? second : first;
  return chosen!.stateMachineVersionArn;
}

/** Publishes a machine as it is; a revision is published once. */
export function publish(records: Records, machine: Machine, description?: string): Version {
  const { tags: _, lastVersion = 0, ...rest } = machine;
  const published = records.versions.values(`${machine.arn}:`).find(({ revision }) => revision === machine.revision);
  if (published) return published;
  const number = lastVersion + 1;
  const version: Version = {
    ...rest,
    arn: `${machine.arn}:${number}`,
    machineArn: machine.arn,
    number,
    created: Date.now() / 1000,
    ...(description !== undefined && { description }),
  };
  records.versions.put(version.arn, version);
  records.machines.put(machine.arn, { ...machine, lastVersion: number });
  return version;
}

/** What AWS says of a machine that says nothing itself. */
export const shownMachine = <T extends Partial<Machine>>(machine: T) => ({
  loggingConfiguration: { level: "OFF" as const, includeExecutionData: false },
  tracingConfiguration: { enabled: false },
  encryptionConfiguration: { type: "AWS_OWNED_KEY" as const },
  ...machine,
  status: "ACTIVE" as const,
});

export function describedVersion({ arn, machineArn: _, number: __, created, revision, ...version }: Version) {
  return {
    ...shownMachine(version),
    stateMachineArn: arn,
    creationDate: new Date(created * 1000),
    revisionId: revision,
    variableReferences: variableReferences(version.definition),
  };
}

/** With a machine go its versions and aliases. */
export function forgetVersions(records: Records, machineArn: string): void {
  for (const [key] of records.versions.entries(`${machineArn}:`)) records.versions.delete(key);
  for (const [key] of records.aliases.entries(`${machineArn}:`)) records.aliases.delete(key);
}

export function versionOperations(records: Records): Operations<"states"> {
  const on = (action: string, arn: string): Access[] => [{ action: `states:${action}`, resource: arn }];
  const machineAt = (arn: string): Machine => {
    if (!arn.startsWith("arn:")) throw new AwsError("InvalidArn", `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
    const machine = records.machines.get(arn);
    if (!machine) throw missingMachine(arn);
    return machine;
  };

  return {
    PublishStateMachineVersion: {
      access: ({ stateMachineArn }) => on("PublishStateMachineVersion", stateMachineArn),
      run({ stateMachineArn = "", revisionId, description }) {
        const machine = machineAt(stateMachineArn);
        if (revisionId !== undefined && revisionId !== machine.revision) {
          throw new AwsError(
            "ConflictException",
            `Failed to publish the State Machine version for revision ${revisionId}. The current State Machine revision is ${machine.revision}.`,
          );
        }
        const { arn, created } = publish(records, machine, description);
        return { creationDate: new Date(created * 1000), stateMachineVersionArn: arn };
      },
    },
    ListStateMachineVersions: {
      access: ({ stateMachineArn }) => on("ListStateMachineVersions", stateMachineArn),
      run({ stateMachineArn = "", ...rest }) {
        machineAt(stateMachineArn);
        const all = records.versions.values(`${stateMachineArn}:`);
        const { items, paging } = pageOf(all, rest, ({ number }) => number, true);
        return {
          stateMachineVersions: items.map(({ arn, created }) => ({
            stateMachineVersionArn: arn,
            creationDate: new Date(created * 1000),
          })),
          ...paging,
        };
      },
    },
    DeleteStateMachineVersion: {
      access: ({ stateMachineVersionArn }) => on("DeleteStateMachineVersion", stateMachineVersionArn),
      run({ stateMachineVersionArn = "" }) {
        const alias = records.aliases
          .values(stateMachineVersionArn.replace(/\d+$/, ""))
          .find(({ routing }) => routing.some((one) => one.stateMachineVersionArn === stateMachineVersionArn));
        if (alias) {
          throw new AwsError(
            "ConflictException",
            `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${alias.name}]`,
          );
        }
        records.versions.delete(stateMachineVersionArn);
        return {};
      },
    },
  };
}
