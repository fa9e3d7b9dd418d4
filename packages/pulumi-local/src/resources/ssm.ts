/** Parameters of Systems Manager. */
import type { GetParameterResult, PutParameterResult } from "@aws-sdk/client-ssm";
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../engine/provider.ts";
import { ifThere } from "./missing.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";
import { tagChanges, tagList } from "./tags.ts";

export const ssmResources: ServiceResources = (cloud) => ({
  types: [parameter(cloud)],
  invokes: {
    "aws:ssm/getParameter:getParameter": async ({ name, withDecryption = true }) => {
      const found = await find(cloud, String(name), withDecryption === true);
      if (!found) throw new Error(`reading SSM Parameter (${name}): couldn't find resource`);
      const { ARN: arn, Type: type, Value: value, Version: version } = found;
      const insecureValue = type === "SecureString" ? "" : value;
      return { id: name, name, arn, type, value, version, insecureValue, withDecryption, region: cloud.region };
    },
  },
});

async function find(cloud: Cloud, Name: string, WithDecryption = true) {
  const found = await ifThere(cloud.call<GetParameterResult>("ssm", "GetParameter", { Name, WithDecryption }));
  return found?.Parameter;
}

function parameter(cloud: Cloud): ResourceType {
  const arnOf = (name: string) =>
    `arn:aws:ssm:${cloud.region}:${cloud.accountId}:parameter${name.startsWith("/") ? "" : "/"}${name}`;

  async function put(inputs: Properties, Overwrite: boolean): Promise<Made> {
    const name = String(inputs.name);
    const value = inputs.value ?? inputs.insecureValue;
    const { Version, Tier } = await cloud.call<PutParameterResult>("ssm", "PutParameter", {
      Name: name,
      Value: value,
      Type: inputs.type,
      Description: inputs.description,
      Tier: inputs.tier,
      KeyId: inputs.keyId,
      AllowedPattern: inputs.allowedPattern,
      DataType: inputs.dataType,
      Overwrite,
    });
    const plain = inputs.type === "SecureString" ? {} : { insecureValue: value };
    const outputs = {
      ...inputs,
      value,
      ...plain,
      arn: arnOf(name),
      version: Version,
      tier: Tier,
      dataType: inputs.dataType ?? "text",
    };
    return { id: name, outputs: { ...outputs, region: cloud.region } };
  }

  async function tag(ResourceId: unknown, before: unknown, after: unknown): Promise<void> {
    const of = { ResourceType: "Parameter", ResourceId };
    const { put: added, remove } = tagChanges(before, after);
    if (remove.length > 0) await cloud.call("ssm", "RemoveTagsFromResource", { ...of, TagKeys: remove });
    if (Object.keys(added).length > 0) await cloud.call("ssm", "AddTagsToResource", { ...of, Tags: tagList(added) });
  }

  return {
    type: "aws:ssm/parameter:Parameter",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/ssm/parameter/",
    required: ["type"],
    properties: [
      ...["name", "type", "value", "insecureValue", "description", "tier", "keyId", "allowedPattern", "dataType"],
      "overwrite",
    ],
    inert: ["arn"],
    enums: {
      type: ["String", "StringList", "SecureString"],
      tier: ["Standard", "Advanced", "Intelligent-Tiering"],
      dataType: ["text"],
    },
    replaces: ["name"],
    autoname: { property: "name", max: 1011 },
    taggable: true,
    secretOutputs: ["value"],
    changesWith: { version: ["value", "insecureValue", "type", "description", "tier"] },
    validate({ value, insecureValue, type }) {
      if ((value === undefined) === (insecureValue === undefined)) {
        return [{ property: "value", reason: "or insecureValue must be given, and not both" }];
      }
      if (insecureValue !== undefined && type === "SecureString") {
        return [{ property: "insecureValue", reason: "cannot be given for a SecureString" }];
      }
      return [];
    },
    async create(inputs) {
      const made = await put(inputs, inputs.overwrite === true);
      await tag(made.id, {}, inputs.tagsAll);
      return made;
    },
    async update(id, before, after) {
      const made = await put(after, true);
      await tag(id, before.tagsAll, after.tagsAll);
      return made;
    },
    async delete(Name) {
      await cloud.call("ssm", "DeleteParameter", { Name });
    },
    async read(id) {
      const found = await find(cloud, id);
      if (!found) return undefined;
      const { ARN: arn, Type: type, Value: value, Version: version, DataType: dataType } = found;
      return { id, outputs: { name: id, arn, type, value, version, dataType, region: cloud.region } };
    },
  };
}
