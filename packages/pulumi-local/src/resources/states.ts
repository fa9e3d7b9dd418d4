/** State machines of Step Functions. */
import type { Made, Properties } from "../engine/provider.ts";
import type { ServiceResources } from "./resourceType.ts";
import { stateMachineAlias } from "./stateAlias.ts";
import { tagChanges } from "./tags.ts";
import { timeOf } from "./time.ts";

interface Machine {
  stateMachineArn: string;
  name: string;
  definition: string;
  roleArn: string;
  type: string;
  creationDate: Date;
  revisionId: string;
}

/** The AWS provider writes one destination, flat; the API takes a list. */
const logging = (configuration: unknown) => {
  const { level, includeExecutionData, logDestination } = (configuration ?? {}) as Properties;
  if (!level) return undefined;
  return {
    level,
    includeExecutionData: includeExecutionData ?? false,
    destinations: logDestination ? [{ cloudWatchLogsLogGroup: { logGroupArn: logDestination } }] : [],
  };
};

const pairs = (tags: unknown) =>
  Object.entries((tags ?? {}) as Record<string, string>).map(([key, value]) => ({ key, value }));

export const statesResources: ServiceResources = (cloud) => {
  const call = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("states", operation, input);

  async function described(arn: string, inputs: Properties): Promise<Made> {
    const { creationDate, revisionId, name } = await call<Machine>("DescribeStateMachine", { stateMachineArn: arn });
    const asked = { stateMachineArn: arn, maxResults: 1 };
    type Versions = { stateMachineVersions: { stateMachineVersionArn: string }[] };
    const [newest] = (await call<Versions>("ListStateMachineVersions", asked)).stateMachineVersions;
    const outputs = { ...inputs, arn, name, creationDate: timeOf(creationDate), revisionId, status: "ACTIVE" };
    return {
      id: arn,
      outputs: { ...outputs, stateMachineVersionArn: newest?.stateMachineVersionArn ?? arn, description: "" },
    };
  }

  return {
    types: [
      stateMachineAlias(cloud),
      {
        type: "aws:sfn/stateMachine:StateMachine",
        docs: "https://www.pulumi.com/registry/packages/aws/api-docs/sfn/statemachine/",
        required: ["definition", "roleArn"],
        properties: ["definition", "roleArn", "type", "loggingConfiguration", "publish"],
        inert: ["encryptionConfiguration", "tracingConfiguration"],
        enums: { type: ["STANDARD", "EXPRESS"], "loggingConfiguration.level": ["ALL", "ERROR", "FATAL", "OFF"] },
        defaults: { type: "STANDARD" },
        replaces: ["name", "namePrefix", "type"],
        autoname: { property: "name", prefixed: true, max: 80, pattern: /^[\w-]+$/ },
        taggable: true,
        async create(inputs) {
          const { stateMachineArn } = await call<Machine>("CreateStateMachine", {
            name: inputs.name,
            definition: inputs.definition,
            roleArn: inputs.roleArn,
            type: inputs.type,
            publish: inputs.publish,
            loggingConfiguration: logging(inputs.loggingConfiguration),
            tags: pairs(inputs.tagsAll),
          });
          return described(stateMachineArn, inputs);
        },
        async update(id, before, after) {
          await call("UpdateStateMachine", {
            stateMachineArn: id,
            definition: after.definition,
            roleArn: after.roleArn,
            publish: after.publish,
            loggingConfiguration: logging(after.loggingConfiguration) ?? { level: "OFF", destinations: [] },
          });
          const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
          if (remove.length > 0) await call("UntagResource", { resourceArn: id, tagKeys: remove });
          if (Object.keys(put).length > 0) await call("TagResource", { resourceArn: id, tags: pairs(put) });
          return described(id, after);
        },
        async delete(id) {
          await call("DeleteStateMachine", { stateMachineArn: id });
        },
        async read(id) {
          const { definition, roleArn, type } = await call<Machine>("DescribeStateMachine", { stateMachineArn: id });
          return await described(id, { definition, roleArn, type });
        },
      },
    ],
    invokes: {
      "aws:sfn/getStateMachine:getStateMachine": async ({ name }) => {
        const { stateMachines } = await call<{ stateMachines: Machine[] }>("ListStateMachines", {});
        const found = stateMachines.find((machine) => machine.name === name);
        if (!found) throw new Error(`there is no state machine "${String(name)}"`);
        const machine = await call<Machine>("DescribeStateMachine", { stateMachineArn: found.stateMachineArn });
        const { stateMachineArn, definition, roleArn, creationDate } = machine;
        const made = { arn: stateMachineArn, definition, roleArn, creationDate: timeOf(creationDate) };
        return { id: stateMachineArn, name, status: "ACTIVE", region: cloud.region, ...made };
      },
    },
  };
};
