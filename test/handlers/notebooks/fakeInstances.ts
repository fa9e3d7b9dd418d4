import { AwsError, type Operation } from "local-aws/service";

interface Instance {
  NotebookInstanceName: string;
  NotebookInstanceArn: string;
  NotebookInstanceStatus: string;
  CreationTime: Date;
  LastModifiedTime: Date;
  tags: Map<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: as it was made
  input: any;
}

/** Notebook instances in memory, each change done at the next look but one. */
export function fakeInstances(): Record<string, Operation> {
  const instances = new Map<string, Instance>();
  const configs = new Map<string, object>();
  const next: Record<string, string> = { Pending: "InService", Stopping: "Stopped", Updating: "Stopped" };
  const op = (run: Operation["run"]): Operation => ({ access: () => [], run });
  const invalid = (text: string) => new AwsError("ValidationException", text, 400);
  const get = ({ NotebookInstanceName: name }: { NotebookInstanceName: string }) => {
    const found = instances.get(name);
    if (!found) throw invalid("RecordNotFound");
    return found;
  };
  const move = (instance: Instance, status: string) =>
    Object.assign(instance, { NotebookInstanceStatus: status, LastModifiedTime: new Date() });
  const from = (states: string[], to: string) =>
    op((input) => {
      const instance = get(input);
      if (!states.includes(instance.NotebookInstanceStatus))
        throw invalid(`Status (${instance.NotebookInstanceStatus}) not in ([${states}]).`);
      move(instance, to);
      return {};
    });
  const look = (instance: Instance) => {
    const { tags: _, input, ...shown } = instance;
    const status = next[instance.NotebookInstanceStatus];
    if (status) queueMicrotask(() => move(instance, status));
    if (instance.NotebookInstanceStatus === "Deleting") instances.delete(instance.NotebookInstanceName);
    return { ...input, ...shown };
  };
  const byArn = (arn: string) => [...instances.values()].find((one) => one.NotebookInstanceArn === arn)!;
  return {
    CreateNotebookInstance: op((input) => {
      const name = input.NotebookInstanceName;
      if (instances.has(name)) throw invalid("Cannot create a duplicate notebook instance");
      const NotebookInstanceArn = `arn:aws:sagemaker:eu-west-1:000000000000:notebook-instance/${name}`;
      instances.set(name, {
        ...{ NotebookInstanceName: name, NotebookInstanceArn, NotebookInstanceStatus: "Pending", input },
        ...{ CreationTime: new Date(), LastModifiedTime: new Date() },
        tags: new Map(input.Tags.map(({ Key, Value }: Record<string, string>) => [Key, Value])),
      });
      return { NotebookInstanceArn };
    }),
    DescribeNotebookInstance: op((input) => look(get(input))),
    ListNotebookInstances: op(({ NameContains = "" }) => ({
      NotebookInstances: [...instances.values()]
        .filter((one) => one.NotebookInstanceName.includes(NameContains))
        .map(look),
    })),
    StartNotebookInstance: from(["Stopped", "Failed"], "Pending"),
    StopNotebookInstance: from(["InService"], "Stopping"),
    DeleteNotebookInstance: from(["Stopped", "Failed"], "Deleting"),
    UpdateNotebookInstance: op((input) => {
      const instance = get(input);
      if (instance.NotebookInstanceStatus !== "Stopped") throw invalid("not Stopped");
      Object.assign(instance.input, input);
      return {};
    }),
    CreatePresignedNotebookInstanceUrl: op((input) => {
      if (get(input).NotebookInstanceStatus !== "InService") throw invalid("not InService");
      return { AuthorizedUrl: `https://${input.NotebookInstanceName}.notebook.eu-west-1.sagemaker.aws?authToken=x` };
    }),
    CreateNotebookInstanceLifecycleConfig: op((input) => {
      const name = input.NotebookInstanceLifecycleConfigName;
      if (configs.has(name)) throw invalid("already exists");
      configs.set(name, input);
      return {};
    }),
    UpdateNotebookInstanceLifecycleConfig: op((input) => {
      configs.set(input.NotebookInstanceLifecycleConfigName, input);
      return {};
    }),
    DescribeNotebookInstanceLifecycleConfig: op(({ NotebookInstanceLifecycleConfigName: name }) => {
      const found = configs.get(name);
      if (!found) throw invalid("RecordNotFound");
      return found;
    }),
    DeleteNotebookInstanceLifecycleConfig: op(({ NotebookInstanceLifecycleConfigName: name }) => {
      configs.delete(name);
      return {};
    }),
    ListNotebookInstanceLifecycleConfigs: op(({ NameContains = "" }) => ({
      NotebookInstanceLifecycleConfigs: [...configs.keys()]
        .filter((name) => name.includes(NameContains))
        .map((name) => ({ NotebookInstanceLifecycleConfigName: name })),
    })),
    AddTags: op(({ ResourceArn, Tags }) => {
      for (const { Key, Value } of Tags) byArn(ResourceArn).tags.set(Key, Value);
      return { Tags };
    }),
    ListTags: op(({ ResourceArn }) => ({
      Tags: [...byArn(ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
    })),
    DeleteTags: op(({ ResourceArn, TagKeys }) => {
      for (const key of TagKeys) byArn(ResourceArn).tags.delete(key);
      return {};
    }),
  };
}
