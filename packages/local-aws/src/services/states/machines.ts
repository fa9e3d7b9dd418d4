import { randomUUID } from "node:crypto";
import { passRole } from "../../kit/passRole.ts";
import { tagList, tagMap, withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError, type Cloud } from "../../service.ts";
import { checkDefinition, faultsOf } from "./definition.ts";
import type { Machine, Records } from "./records.ts";
import { variableReferences } from "./variables.ts";
import { describedVersion, forgetVersions, missingMachine, publish, shownMachine } from "./versions.ts";

const principal = "states.amazonaws.com";
const seconds = (): number => Date.now() / 1000;
const date = (value: number): Date => new Date(value * 1000);

/** Logging that AWS refuses unless the role may deliver logs. https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
const logDelivery = ["logs:CreateLogDelivery", "logs:PutResourcePolicy", "logs:DescribeLogGroups"];

/** State machines: create, read, update, delete, validate, tag. */
export function machineOperations(cloud: Cloud, records: Records): Operations<"states"> {
  const arnOf = (name: string) => `arn:aws:states:${cloud.region}:${cloud.accountId}:stateMachine:${name}`;
  const on = (action: string, arn: string): Access[] => [{ action: `states:${action}`, resource: arn }];

  const found = (arn: string): Machine => {
    const machine = records.machines.get(arn);
    if (!machine) throw missingMachine(arn);
    return machine;
  };

  /** Versions and aliases have no tags. */
  const tagged = (arn: string): Machine => {
    const machine = records.machines.get(arn);
    if (!machine) throw new AwsError("ResourceNotFound", `Resource not found: '${arn}'`, 400, { resourceName: arn });
    return machine;
  };

  /** AWS tries the role as the machine is made: its trust, and its rights to deliver logs. */
  async function checkRole(arn: string, roleArn: string, logging: Machine["loggingConfiguration"]): Promise<void> {
    const session = await cloud.assumeRole(roleArn, principal, "validate", arn).catch(() => {
      throw new AwsError(
        "AccessDeniedException",
        `Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.`,
      );
    });
    if (!logging?.level || logging.level === "OFF") return;
    await checkDestinations(logging.destinations);
    try {
      const access = logDelivery.map((action) => ({ action, resource: "*" }));
      await cloud.authorize({ principal: session.principal, operation: "CreateStateMachine" }, access);
    } catch {
      throw new AwsError(
        "AccessDeniedException",
        "The state machine IAM Role is not authorized to access the Log Destination",
      );
    }
  }

  /** Logs go to one group, which is there. */
  async function checkDestinations(destinations: NonNullable<Machine["loggingConfiguration"]>["destinations"] = []) {
    const invalid = (message: string) =>
      new AwsError("InvalidLoggingConfiguration", `Invalid Logging Configuration: ${message}`);
    if (destinations.length !== 1) throw invalid("Must specify exactly one Log Destination.");
    const name = destinations[0]?.cloudWatchLogsLogGroup?.logGroupArn?.split(":log-group:")[1]?.replace(/:\*$/, "");
    const { logGroups = [] } = await cloud.call("logs", "DescribeLogGroups", { logGroupNamePrefix: name });
    if (!logGroups.some(({ logGroupName }) => logGroupName === name)) throw invalid("Log Destination not found.");
  }

  return {
    CreateStateMachine: {
      access: ({ name, roleArn }) => [...on("CreateStateMachine", arnOf(name)), ...passRole(principal, roleArn)],
      async run(input) {
        const {
          name,
          definition,
          roleArn,
          type = "STANDARD",
          loggingConfiguration,
          tracingConfiguration,
          encryptionConfiguration,
          versionDescription,
        } = input;
        checkVersionDescription(input);
        if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/.test(name))
          throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
        checkDefinition(definition, type);
        await checkRole(arnOf(name), roleArn, loggingConfiguration);
        const known = records.machines.get(arnOf(name));
        // Creating the same machine again is no error, as long as it is the same.
        if (known && (known.definition !== definition || known.roleArn !== roleArn || known.type !== type)) {
          throw new AwsError("StateMachineAlreadyExists", `State Machine Already Exists: '${known.arn}'`);
        }
        const machine: Machine = known ?? {
          arn: arnOf(name),
          name,
          type,
          definition,
          roleArn,
          created: seconds(),
          ...(loggingConfiguration && { loggingConfiguration }),
          ...(tracingConfiguration && { tracingConfiguration }),
          ...(encryptionConfiguration && { encryptionConfiguration }),
          tags: tagMap(input.tags),
        };
        records.machines.put(machine.arn, machine);
        const answer = { stateMachineArn: machine.arn, creationDate: date(machine.created) };
        if (!input.publish) return answer;
        return { ...answer, stateMachineVersionArn: publish(records, machine, versionDescription).arn };
      },
    },
    UpdateStateMachine: {
      access: ({ stateMachineArn, roleArn }) => [
        ...on("UpdateStateMachine", stateMachineArn),
        ...passRole(principal, roleArn),
      ],
      async run(input) {
        const { stateMachineArn, definition, roleArn, loggingConfiguration, versionDescription } = input;
        const machine = found(stateMachineArn);
        checkVersionDescription(input);
        if (definition) checkDefinition(definition, machine.type);
        await checkRole(
          stateMachineArn,
          roleArn ?? machine.roleArn,
          loggingConfiguration ?? machine.loggingConfiguration,
        );
        const { tracingConfiguration, encryptionConfiguration } = input;
        const changed = { definition, roleArn, loggingConfiguration, tracingConfiguration, encryptionConfiguration };
        const given = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
        const after = { ...machine, ...given, revision: randomUUID() };
        records.machines.put(stateMachineArn, after);
        const answer = { updateDate: new Date(), revisionId: after.revision };
        if (!input.publish) return answer;
        return { ...answer, stateMachineVersionArn: publish(records, after, versionDescription).arn };
      },
    },
    DescribeStateMachine: {
      access: ({ stateMachineArn }) => on("DescribeStateMachine", stateMachineArn),
      run({ stateMachineArn }) {
        const version = records.versions.get(stateMachineArn);
        if (version) return describedVersion(version);
        const { arn, created, revision, lastVersion: _, tags, ...machine } = found(stateMachineArn);
        return {
          ...shownMachine(machine),
          stateMachineArn: arn,
          creationDate: date(created),
          revisionId: revision,
          variableReferences: variableReferences(machine.definition),
        };
      },
    },
    ListStateMachines: {
      access: () => on("ListStateMachines", "*"),
      run: () => ({
        stateMachines: records.machines
          .values()
          .map(({ arn, name, type, created }) => ({ stateMachineArn: arn, name, type, creationDate: date(created) })),
      }),
    },
    DeleteStateMachine: {
      access: ({ stateMachineArn }) => on("DeleteStateMachine", stateMachineArn),
      run({ stateMachineArn }) {
        // What runs goes on to its end, by its own copy of the definition.
        records.machines.delete(stateMachineArn);
        forgetVersions(records, stateMachineArn);
        return {};
      },
    },
    ValidateStateMachineDefinition: {
      access: () => on("ValidateStateMachineDefinition", "*"),
      run({ definition, type, maxResults = 100 }) {
        const faults = faultsOf(definition, type);
        return {
          result: faults.length > 0 ? "FAIL" : "OK",
          diagnostics: faults.slice(0, maxResults || 100).map((fault) => ({ severity: "ERROR", ...fault })),
          truncated: faults.length > (maxResults || 100),
        };
      },
    },
    ListTagsForResource: {
      access: ({ resourceArn }) => on("ListTagsForResource", resourceArn),
      run: ({ resourceArn }) => ({
        tags: tagList(tagged(resourceArn).tags).map(({ Key: key, Value: value }) => ({ key, value })),
      }),
    },
    TagResource: {
      access: ({ resourceArn }) => on("TagResource", resourceArn),
      run({ resourceArn, tags }) {
        const machine = tagged(resourceArn);
        records.machines.put(resourceArn, { ...machine, tags: { ...machine.tags, ...tagMap(tags) } });
        return {};
      },
    },
    UntagResource: {
      access: ({ resourceArn }) => on("UntagResource", resourceArn),
      run({ resourceArn, tagKeys }) {
        const machine = tagged(resourceArn);
        records.machines.put(resourceArn, { ...machine, tags: withoutTags(machine.tags, tagKeys) });
        return {};
      },
    },
  };
}

function checkVersionDescription({ publish, versionDescription }: { publish?: boolean; versionDescription?: string }) {
  if (versionDescription === undefined || publish) return;
  throw new AwsError("ValidationException", "Version description can only be set when publish is true");
}
