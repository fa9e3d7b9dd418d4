import { passRole } from "../../kit/passRole.ts";
import { tagList, tagMap, withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { checkName, date, invalid, type Names, page } from "./names.ts";
import type { Records } from "./records.ts";

/** Models, and configurations of endpoints. */
export function modelOperations(records: Records, names: Names): Operations<"sagemaker"> {
  return {
    CreateModel: {
      access: ({ ModelName, ExecutionRoleArn }) => [
        ...names.on("CreateModel", "model", ModelName),
        ...passRole("sagemaker.amazonaws.com", ExecutionRoleArn),
      ],
      run({ ModelName, PrimaryContainer, ExecutionRoleArn, EnableNetworkIsolation = false, Tags }) {
        checkName("modelName", ModelName);
        if (records.models.has(ModelName)) throw names.exists("model", ModelName);
        const { Image, ModelDataUrl, Environment } = PrimaryContainer ?? {};
        if (!Image) throw invalid("The local cloud serves models of one container: PrimaryContainer.Image is missing");
        if (!ExecutionRoleArn)
          throw invalid("The local cloud runs models with their own role: ExecutionRoleArn is missing");
        const ModelArn = names.arn("model", ModelName);
        records.models.put(ModelName, {
          name: ModelName,
          image: Image,
          modelDataUrl: ModelDataUrl,
          environment: Environment,
          roleArn: ExecutionRoleArn,
          isolated: EnableNetworkIsolation,
          created: Date.now(),
        });
        records.tags.put(ModelArn, tagMap(Tags));
        return { ModelArn };
      },
    },
    DescribeModel: {
      access: ({ ModelName }) => names.on("DescribeModel", "model", ModelName),
      run({ ModelName }) {
        const model = records.models.get(ModelName);
        if (!model) throw names.missing("model", ModelName);
        const { image: Image, modelDataUrl: ModelDataUrl, environment: Environment, roleArn, created } = model;
        return {
          ModelName,
          ModelArn: names.arn("model", ModelName),
          PrimaryContainer: { Image, ModelDataUrl, Environment, Mode: "SingleModel" },
          ExecutionRoleArn: roleArn,
          CreationTime: date(created),
          EnableNetworkIsolation: model.isolated ?? false,
        };
      },
    },
    ListModels: {
      access: () => [{ action: "sagemaker:ListModels", resource: "*" }],
      run(input) {
        const [models, next] = page(records.models.values(), input);
        const Models = models.map(({ name, created }) => ({
          ModelName: name,
          ModelArn: names.arn("model", name),
          CreationTime: date(created),
        }));
        return { Models, ...next };
      },
    },
    DeleteModel: {
      access: ({ ModelName }) => names.on("DeleteModel", "model", ModelName),
      run({ ModelName }) {
        if (!records.models.delete(ModelName)) throw names.missing("model", ModelName);
        records.tags.delete(names.arn("model", ModelName));
        return {};
      },
    },
    CreateEndpointConfig: {
      access: ({ EndpointConfigName, ExecutionRoleArn }) => [
        ...names.on("CreateEndpointConfig", "endpoint-config", EndpointConfigName),
        ...passRole("sagemaker.amazonaws.com", ExecutionRoleArn),
      ],
      run({ EndpointConfigName, ProductionVariants = [], Tags }) {
        checkName("endpointConfigName", EndpointConfigName);
        if (records.configs.has(EndpointConfigName)) throw names.exists("endpoint-config", EndpointConfigName);
        for (const { ModelName = "", InstanceType, ServerlessConfig } of ProductionVariants) {
          if (!records.models.has(ModelName)) throw names.missing("model", ModelName);
          if (!InstanceType === !ServerlessConfig) {
            throw invalid("A production variant has either an InstanceType or a ServerlessConfig.");
          }
        }
        const EndpointConfigArn = names.arn("endpoint-config", EndpointConfigName);
        const record = { name: EndpointConfigName, variants: ProductionVariants, created: Date.now() };
        records.configs.put(EndpointConfigName, record);
        records.tags.put(EndpointConfigArn, tagMap(Tags));
        return { EndpointConfigArn };
      },
    },
    DescribeEndpointConfig: {
      access: ({ EndpointConfigName }) => names.on("DescribeEndpointConfig", "endpoint-config", EndpointConfigName),
      run({ EndpointConfigName }) {
        const config = records.configs.get(EndpointConfigName);
        if (!config) throw names.missing("endpoint-config", EndpointConfigName);
        return {
          EndpointConfigName,
          EndpointConfigArn: names.arn("endpoint-config", EndpointConfigName),
          ProductionVariants: config.variants,
          CreationTime: date(config.created),
        };
      },
    },
    ListEndpointConfigs: {
      access: () => [{ action: "sagemaker:ListEndpointConfigs", resource: "*" }],
      run(input) {
        const [configs, next] = page(records.configs.values(), input);
        const EndpointConfigs = configs.map(({ name, created }) => ({
          EndpointConfigName: name,
          EndpointConfigArn: names.arn("endpoint-config", name),
          CreationTime: date(created),
        }));
        return { EndpointConfigs, ...next };
      },
    },
    DeleteEndpointConfig: {
      access: ({ EndpointConfigName }) => names.on("DeleteEndpointConfig", "endpoint-config", EndpointConfigName),
      run({ EndpointConfigName }) {
        if (!records.configs.delete(EndpointConfigName)) throw names.missing("endpoint-config", EndpointConfigName);
        records.tags.delete(names.arn("endpoint-config", EndpointConfigName));
        return {};
      },
    },
    AddTags: {
      access: ({ ResourceArn }) => [{ action: "sagemaker:AddTags", resource: ResourceArn }],
      run({ ResourceArn, Tags }) {
        const tags = { ...records.tags.get(ResourceArn), ...tagMap(Tags) };
        records.tags.put(ResourceArn, tags);
        return { Tags: tagList(tags) };
      },
    },
    ListTags: {
      access: ({ ResourceArn }) => [{ action: "sagemaker:ListTags", resource: ResourceArn }],
      run: ({ ResourceArn }) => ({ Tags: tagList(records.tags.get(ResourceArn) ?? {}) }),
    },
    DeleteTags: {
      access: ({ ResourceArn }) => [{ action: "sagemaker:DeleteTags", resource: ResourceArn }],
      run({ ResourceArn, TagKeys }: { ResourceArn: string; TagKeys: string[] }) {
        records.tags.put(ResourceArn, withoutTags(records.tags.get(ResourceArn), TagKeys));
        return {};
      },
    },
  };
}
