import type {
  CreateNotebookInstanceLifecycleConfigInput,
  ListNotebookInstanceLifecycleConfigsInput,
  UpdateNotebookInstanceLifecycleConfigInput,
} from "@aws-sdk/client-sagemaker";
import { tagMap } from "../../../kit/tags.ts";
import type { Operation } from "../../../service.ts";
import { checkName, date, invalid } from "../names.ts";
import { checkHooks } from "./input.ts";
import { type Listing, listed } from "./listing.ts";
import type { LifecycleConfig, NotebookRecords } from "./records.ts";

type Named = { NotebookInstanceLifecycleConfigName: string };

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstanceLifecycleConfig.html */
export function lifecycleConfigOperations(records: NotebookRecords): Record<string, Operation> {
  const { configs } = records;
  const kind = "notebook-instance-lifecycle-config";
  const on = (action: string) => (input: Named) =>
    records.names.on(action, kind, input.NotebookInstanceLifecycleConfigName);
  const unable = (doing: string, name: string, why: string) =>
    invalid(
      `Unable to ${doing} Notebook Instance Lifecycle Config '${records.arn(kind, name)}'. (Details: Notebook Instance Lifecycle Config ${why}.)`,
    );
  const existing = (doing: string, name: string): LifecycleConfig => {
    const config = configs.get(name);
    if (!config) throw unable(doing, name, "does not exist");
    return config;
  };

  return {
    CreateNotebookInstanceLifecycleConfig: {
      access: on("CreateNotebookInstanceLifecycleConfig"),
      run(input: CreateNotebookInstanceLifecycleConfigInput) {
        const name = input.NotebookInstanceLifecycleConfigName!;
        checkName("notebookInstanceLifecycleConfigName", name);
        checkHooks("onCreate", input.OnCreate);
        checkHooks("onStart", input.OnStart);
        if (configs.has(name)) throw unable("create", name, "already exists");
        const now = Date.now();
        const { OnCreate: onCreate = [], OnStart: onStart = [] } = input;
        configs.put(name, { name, onCreate, onStart, created: now, modified: now });
        const NotebookInstanceLifecycleConfigArn = records.arn(kind, name);
        records.tags.put(NotebookInstanceLifecycleConfigArn, tagMap(input.Tags));
        return { NotebookInstanceLifecycleConfigArn };
      },
    },
    DescribeNotebookInstanceLifecycleConfig: {
      access: on("DescribeNotebookInstanceLifecycleConfig"),
      run({ NotebookInstanceLifecycleConfigName: name }: Named) {
        const { onCreate, onStart, ...config } = existing("describe", name);
        return { ...summary(config), OnCreate: onCreate, OnStart: onStart };
      },
    },
    ListNotebookInstanceLifecycleConfigs: {
      access: () => [{ action: "sagemaker:ListNotebookInstanceLifecycleConfigs", resource: "*" }],
      run(input: ListNotebookInstanceLifecycleConfigsInput) {
        const { items, next } = listed(configs.values(), input as Listing);
        return { NotebookInstanceLifecycleConfigs: items.map(summary), NextToken: next };
      },
    },
    UpdateNotebookInstanceLifecycleConfig: {
      access: on("UpdateNotebookInstanceLifecycleConfig"),
      run(input: UpdateNotebookInstanceLifecycleConfigInput) {
        const config = existing("update", input.NotebookInstanceLifecycleConfigName!);
        checkHooks("onCreate", input.OnCreate);
        checkHooks("onStart", input.OnStart);
        // What is not given is removed: Terraform's provider relies on it.
        const { OnCreate: onCreate = [], OnStart: onStart = [] } = input;
        configs.put(config.name, { ...config, onCreate, onStart, modified: Date.now() });
        return {};
      },
    },
    DeleteNotebookInstanceLifecycleConfig: {
      access: on("DeleteNotebookInstanceLifecycleConfig"),
      run({ NotebookInstanceLifecycleConfigName: name }: Named) {
        existing("delete", name);
        const users = records
          .all()
          .filter(({ input, status }) => input.LifecycleConfigName === name && status !== "Deleting");
        if (users.length > 0) throw unable("delete", name, `is in use by ${users.length} Notebook Instance(s)`);
        configs.delete(name);
        records.tags.delete(records.arn(kind, name));
        return {};
      },
    },
  };

  function summary({ name, created, modified }: Pick<LifecycleConfig, "name" | "created" | "modified">) {
    return {
      NotebookInstanceLifecycleConfigName: name,
      NotebookInstanceLifecycleConfigArn: records.arn(kind, name),
      CreationTime: date(created),
      LastModifiedTime: date(modified),
    };
  }
}
