/** Notebook instances of SageMaker, and their lifecycle configurations. Models and endpoints are made by programs at run time. */
import type {
  DescribeNotebookInstanceLifecycleConfigOutput,
  DescribeNotebookInstanceOutput,
} from "@aws-sdk/client-sagemaker";
import type { AwsError, Cloud } from "local-aws/service";
import type { Made, Properties } from "../engine/provider.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";
import { tagChanges, tagList, tagMap } from "./tags.ts";
import { until } from "./waiting.ts";

export const sageMakerResources: ServiceResources = (cloud) => ({
  types: [lifecycleConfiguration(cloud), notebookInstance(cloud)],
});

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/sagemaker/${name}/`;
const namePattern = /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/;

/** `undefined` for what is not there: SageMaker's error is the same as for what is not valid. */
async function known<Output>(asked: Promise<Output>): Promise<Output | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (/RecordNotFound|does not exist/.test((error as AwsError).message)) return undefined;
    throw error;
  }
}

async function retag(cloud: Cloud, ResourceArn: unknown, before: Properties, after: Properties): Promise<void> {
  const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
  if (remove.length > 0) await cloud.call("sagemaker", "DeleteTags", { ResourceArn, TagKeys: remove });
  if (Object.keys(put).length > 0) await cloud.call("sagemaker", "AddTags", { ResourceArn, Tags: tagList(put) });
}

async function tagsOf(cloud: Cloud, ResourceArn: unknown): Promise<Properties> {
  const { Tags } = await cloud.call<{ Tags: { Key: string; Value: string }[] }>("sagemaker", "ListTags", {
    ResourceArn,
  });
  return { tags: tagMap(Tags), tagsAll: tagMap(Tags) };
}

function lifecycleConfiguration(cloud: Cloud): ResourceType {
  const named = (name: unknown) => ({ NotebookInstanceLifecycleConfigName: String(name) });
  const hooks = ({ onCreate, onStart }: Properties) => ({
    ...(onCreate !== undefined && { OnCreate: [{ Content: onCreate }] }),
    ...(onStart !== undefined && { OnStart: [{ Content: onStart }] }),
  });
  const describe = (name: string) =>
    cloud.call<DescribeNotebookInstanceLifecycleConfigOutput>(
      "sagemaker",
      "DescribeNotebookInstanceLifecycleConfig",
      named(name),
    );
  const made = async (inputs: Properties): Promise<Made> => {
    const id = String(inputs.name);
    const { NotebookInstanceLifecycleConfigArn: arn } = await describe(id);
    return { id, outputs: { ...inputs, arn, region: cloud.region } };
  };
  return {
    type: "aws:sagemaker/notebookInstanceLifecycleConfiguration:NotebookInstanceLifecycleConfiguration",
    docs: docs("notebookinstancelifecycleconfiguration"),
    properties: ["name", "onCreate", "onStart"],
    replaces: ["name"],
    autoname: { property: "name", max: 63, pattern: namePattern },
    taggable: true,
    async create(inputs) {
      const Tags = tagList(inputs.tagsAll);
      const given = { ...named(inputs.name), ...hooks(inputs), Tags };
      await cloud.call("sagemaker", "CreateNotebookInstanceLifecycleConfig", given);
      return made(inputs);
    },
    async update(_id, before, after) {
      const given = { ...named(after.name), ...hooks(after) };
      await cloud.call("sagemaker", "UpdateNotebookInstanceLifecycleConfig", given);
      const changed = await made(after);
      await retag(cloud, changed.outputs.arn, before, after);
      return changed;
    },
    async delete(id) {
      await known(cloud.call("sagemaker", "DeleteNotebookInstanceLifecycleConfig", named(id)));
    },
    async read(id) {
      const found = await known(describe(id));
      if (!found) return undefined;
      const { NotebookInstanceLifecycleConfigArn: arn, OnCreate = [], OnStart = [] } = found;
      const scripts = { onCreate: OnCreate[0]?.Content, onStart: OnStart[0]?.Content };
      return { id, outputs: { name: id, ...scripts, arn, ...(await tagsOf(cloud, arn)), region: cloud.region } };
    },
  };
}

function notebookInstance(cloud: Cloud): ResourceType {
  const named = (name: unknown) => ({ NotebookInstanceName: String(name) });
  const describe = (name: string) =>
    known(cloud.call<DescribeNotebookInstanceOutput>("sagemaker", "DescribeNotebookInstance", named(name)));
  const reach = async (name: string, ...wanted: (string | undefined)[]) => {
    const found = await until(
      () => describe(name),
      (one) => one?.NotebookInstanceStatus === "Failed" || wanted.includes(one?.NotebookInstanceStatus),
    );
    if (found?.NotebookInstanceStatus === "Failed" && !wanted.includes("Failed")) {
      throw new Error(`the notebook instance ${name} has failed: ${found.FailureReason}`);
    }
    return found;
  };
  const stop = async (name: string) => {
    const found = await reach(name, "InService", "Stopped", "Failed", undefined);
    if (found?.NotebookInstanceStatus !== "InService") return found;
    await cloud.call("sagemaker", "StopNotebookInstance", named(name));
    return reach(name, "Stopped", "Failed");
  };
  const settings = (inputs: Properties) => {
    const metadata = inputs.instanceMetadataServiceConfiguration as Properties | undefined;
    return {
      InstanceType: inputs.instanceType,
      RoleArn: inputs.roleArn,
      RootAccess: inputs.rootAccess,
      VolumeSizeInGB: inputs.volumeSize,
      PlatformIdentifier: inputs.platformIdentifier,
      LifecycleConfigName: inputs.lifecycleConfigName,
      DefaultCodeRepository: inputs.defaultCodeRepository,
      AdditionalCodeRepositories: inputs.additionalCodeRepositories,
      ...(metadata && {
        InstanceMetadataServiceConfiguration: {
          MinimumInstanceMetadataServiceVersion: metadata.minimumInstanceMetadataServiceVersion,
        },
      }),
    };
  };
  const made = (found: DescribeNotebookInstanceOutput, inputs: Properties): Made => ({
    id: found.NotebookInstanceName!,
    outputs: {
      ...inputs,
      arn: found.NotebookInstanceArn,
      url: found.Url,
      platformIdentifier: found.PlatformIdentifier,
      securityGroups: inputs.securityGroups ?? found.SecurityGroups ?? [],
      region: cloud.region,
    },
  });

  return {
    type: "aws:sagemaker/notebookInstance:NotebookInstance",
    docs: docs("notebookinstance"),
    required: ["instanceType", "roleArn"],
    properties: [
      ...["name", "instanceType", "roleArn", "lifecycleConfigName", "volumeSize"],
      ...["defaultCodeRepository", "additionalCodeRepositories"],
    ],
    inert: [
      ...["directInternetAccess", "instanceMetadataServiceConfiguration", "kmsKeyId", "platformIdentifier"],
      ...["rootAccess", "securityGroups", "subnetId"],
    ],
    enums: { directInternetAccess: ["Enabled", "Disabled"], rootAccess: ["Enabled", "Disabled"] },
    defaults: { directInternetAccess: "Enabled", rootAccess: "Enabled", volumeSize: 5 },
    replaces: ["name", "kmsKeyId", "subnetId", "securityGroups", "directInternetAccess", "platformIdentifier"],
    autoname: { property: "name", max: 63, pattern: namePattern },
    taggable: true,
    // Its port may be another after a restart.
    stale: ({ url }) => (String(url).endsWith(`:${new URL(cloud.origin).port}`) ? [] : ["url"]),
    async create(inputs) {
      await cloud.call("sagemaker", "CreateNotebookInstance", {
        ...named(inputs.name),
        ...settings(inputs),
        DirectInternetAccess: inputs.directInternetAccess,
        KmsKeyId: inputs.kmsKeyId,
        SubnetId: inputs.subnetId,
        SecurityGroupIds: inputs.securityGroups,
        Tags: tagList(inputs.tagsAll),
      });
      return made((await reach(String(inputs.name), "InService"))!, inputs);
    },
    // As the provider does: stopped for it, and started again where it ran.
    async update(id, before, after) {
      const given = settings(after);
      const changes = JSON.stringify(given) !== JSON.stringify(settings(before));
      let found = await describe(id);
      if (changes) {
        const ran = found?.NotebookInstanceStatus === "InService";
        await stop(id);
        await cloud.call("sagemaker", "UpdateNotebookInstance", {
          ...named(id),
          ...given,
          DisassociateLifecycleConfig: given.LifecycleConfigName === undefined,
          DisassociateDefaultCodeRepository: given.DefaultCodeRepository === undefined,
          DisassociateAdditionalCodeRepositories: given.AdditionalCodeRepositories === undefined,
        });
        found = await reach(id, "Stopped");
        if (ran) {
          await cloud.call("sagemaker", "StartNotebookInstance", named(id));
          found = await reach(id, "InService");
        }
      }
      await retag(cloud, found?.NotebookInstanceArn, before, after);
      return made(found!, after);
    },
    async delete(id) {
      if (!(await stop(id))) return;
      await cloud.call("sagemaker", "DeleteNotebookInstance", named(id));
      await until(
        () => describe(id),
        (one) => one === undefined,
      );
    },
    async read(id) {
      const found = await describe(id);
      if (!found) return undefined;
      return made(found, {
        name: found.NotebookInstanceName,
        instanceType: found.InstanceType,
        roleArn: found.RoleArn,
        lifecycleConfigName: found.NotebookInstanceLifecycleConfigName,
        volumeSize: found.VolumeSizeInGB,
        rootAccess: found.RootAccess,
        directInternetAccess: found.DirectInternetAccess,
        kmsKeyId: found.KmsKeyId,
        subnetId: found.SubnetId,
        securityGroups: found.SecurityGroups,
        defaultCodeRepository: found.DefaultCodeRepository,
        additionalCodeRepositories: found.AdditionalCodeRepositories,
        ...(await tagsOf(cloud, found.NotebookInstanceArn)),
      });
    },
  };
}
