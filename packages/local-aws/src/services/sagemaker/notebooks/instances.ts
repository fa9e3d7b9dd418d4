import type {
  CreateNotebookInstanceInput,
  ListNotebookInstancesInput,
  UpdateNotebookInstanceInput,
} from "@aws-sdk/client-sagemaker";
import { passRole } from "../../../kit/passRole.ts";
import { tagMap } from "../../../kit/tags.ts";
import type { Cloud, Operation } from "../../../service.ts";
import { checkName, invalid } from "../names.ts";
import { checkRange, checkSettings } from "./input.ts";
import type { Keeper } from "./keeper.ts";
import { type Listing, listed } from "./listing.ts";
import type { NotebookInstance, NotebookRecords } from "./records.ts";
import { described, summary, urlOf } from "./shown.ts";
import type { UrlTokens } from "./urlTokens.ts";

type Named = { NotebookInstanceName: string };
type Status = NotebookInstance["status"];

const service = "sagemaker.amazonaws.com";

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstance.html */
export function notebookInstanceOperations(
  cloud: Cloud,
  records: NotebookRecords,
  keeper: Keeper,
  tokens: UrlTokens,
): Record<string, Operation> {
  const on = (action: string) => (input: Named) =>
    records.names.on(action, "notebook-instance", input.NotebookInstanceName);
  const arn = (name: string) => records.arn("notebook-instance", name);
  const existing = (name: string): NotebookInstance => {
    const instance = records.get(name);
    if (!instance) throw invalid("RecordNotFound");
    return instance;
  };
  /** @throws AwsError when it cannot change from its status to that one. */
  const fromOneOf = ({ name, status }: NotebookInstance, allowed: Status[], to: Status) => {
    if (allowed.includes(status)) return;
    throw invalid(
      `Status (${status}) not in ([${allowed.join(", ")}]). Unable to transition to (${to}) for Notebook Instance (${arn(name)}).`,
    );
  };
  const checkConfig = (name: string | undefined) => {
    if (name === undefined || records.configs.has(name)) return;
    const config = records.arn("notebook-instance-lifecycle-config", name);
    throw invalid(
      `Unable to describe Notebook Instance Lifecycle Config '${config}'. (Details: Notebook Instance Lifecycle Config does not exist.)`,
    );
  };
  /** As on AWS, the role must let SageMaker assume it when it is given. */
  const checkRole = async (name: string, roleArn: string) => {
    try {
      await cloud.assumeRole(roleArn, service, "SageMaker", arn(name));
    } catch {
      throw invalid(
        `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal '${service}' to assume the role.`,
      );
    }
  };

  return {
    CreateNotebookInstance: {
      access: (input: CreateNotebookInstanceInput) => [
        ...on("CreateNotebookInstance")(input as Named),
        ...passRole(service, input.RoleArn),
      ],
      async run(input: CreateNotebookInstanceInput) {
        const name = input.NotebookInstanceName!;
        checkName("notebookInstanceName", name);
        await checkSettings(input);
        checkConfig(input.LifecycleConfigName);
        if ((input.Tags?.length ?? 0) > 50) throw invalid("A notebook instance can have at most 50 tags.");
        await checkRole(name, input.RoleArn!);
        if (records.get(name)) throw invalid(`Cannot create a duplicate Notebook Instance (${arn(name)})`);
        const { Tags, ...settings } = input;
        records.tags.put(arn(name), tagMap(Tags));
        const now = Date.now();
        records.put({ name, input: settings, status: "Pending", created: now, modified: now });
        keeper.start(name);
        return { NotebookInstanceArn: arn(name) };
      },
    },
    DescribeNotebookInstance: {
      access: on("DescribeNotebookInstance"),
      run: ({ NotebookInstanceName: name }: Named) => described(cloud, existing(name), arn(name)),
    },
    ListNotebookInstances: {
      access: () => [{ action: "sagemaker:ListNotebookInstances", resource: "*" }],
      run(input: ListNotebookInstancesInput) {
        const {
          StatusEquals: status,
          NotebookInstanceLifecycleConfigNameContains: config = "",
          DefaultCodeRepositoryContains: repository = "",
          AdditionalCodeRepositoryEquals: additional,
        } = input;
        const found = records
          .all()
          .filter(
            (one) =>
              (!status || one.status === status) &&
              (one.input.LifecycleConfigName ?? "").includes(config) &&
              (one.input.DefaultCodeRepository ?? "").includes(repository) &&
              (!additional || one.input.AdditionalCodeRepositories?.includes(additional)),
          );
        const { items, next } = listed(found, input as Listing);
        return { NotebookInstances: items.map((one) => summary(cloud, one, arn(one.name))), NextToken: next };
      },
    },
    StartNotebookInstance: {
      access: on("StartNotebookInstance"),
      run({ NotebookInstanceName: name }: Named) {
        fromOneOf(existing(name), ["Stopped", "Failed"], "Pending");
        records.enter(name, "Pending");
        keeper.start(name);
        return {};
      },
    },
    StopNotebookInstance: {
      access: on("StopNotebookInstance"),
      run({ NotebookInstanceName: name }: Named) {
        fromOneOf(existing(name), ["InService"], "Stopping");
        records.enter(name, "Stopping");
        tokens.revoke(name);
        keeper.stop(name);
        return {};
      },
    },
    UpdateNotebookInstance: {
      access: (input: UpdateNotebookInstanceInput) => [
        ...on("UpdateNotebookInstance")(input as Named),
        ...passRole(service, input.RoleArn),
      ],
      async run(input: UpdateNotebookInstanceInput) {
        const name = input.NotebookInstanceName!;
        const instance = existing(name);
        fromOneOf(instance, ["Stopped", "Failed"], "Updating");
        const settings = updated(instance.input, input);
        await checkSettings(settings);
        checkConfig(settings.LifecycleConfigName);
        const [before, after] = [instance.input.VolumeSizeInGB ?? 5, settings.VolumeSizeInGB ?? 5];
        if (after < before) {
          throw invalid(
            `Cannot decrease the volume size of Notebook Instance (${arn(name)}) from ${before} to ${after} GB.`,
          );
        }
        if (input.RoleArn) await checkRole(name, input.RoleArn);
        // A concurrent request may have been faster.
        fromOneOf(existing(name), ["Stopped", "Failed"], "Updating");
        records.put({ ...existing(name), input: settings, status: "Updating" });
        keeper.update(name);
        return {};
      },
    },
    DeleteNotebookInstance: {
      access: on("DeleteNotebookInstance"),
      run({ NotebookInstanceName: name }: Named) {
        fromOneOf(existing(name), ["Stopped", "Failed"], "Deleting");
        records.enter(name, "Deleting");
        tokens.revoke(name);
        keeper.remove(name);
        return {};
      },
    },
    CreatePresignedNotebookInstanceUrl: {
      access: on("CreatePresignedNotebookInstanceUrl"),
      run(input: Named & { SessionExpirationDurationInSeconds?: number }) {
        const { NotebookInstanceName, SessionExpirationDurationInSeconds: seconds = 43_200 } = input;
        const { name, status } = existing(NotebookInstanceName);
        checkRange("sessionExpirationDurationInSeconds", seconds, 1_800, 43_200);
        if (status !== "InService") {
          throw invalid(
            `Status (${status}) not in ([InService]). Unable to create a presigned URL for Notebook Instance (${arn(name)}).`,
          );
        }
        return { AuthorizedUrl: `http://${urlOf(cloud, name)}/?authToken=${tokens.issue(name, seconds)}` };
      },
    },
  };
}

/** What an update keeps, and what it removes. */
function updated(before: NotebookInstance["input"], input: UpdateNotebookInstanceInput): NotebookInstance["input"] {
  const {
    DisassociateLifecycleConfig,
    DisassociateDefaultCodeRepository,
    DisassociateAdditionalCodeRepositories,
    DisassociateAcceleratorTypes,
    NotebookInstanceName: _,
    ...changes
  } = input;
  const settings = { ...before, ...changes } as NotebookInstance["input"];
  if (DisassociateLifecycleConfig) delete settings.LifecycleConfigName;
  if (DisassociateDefaultCodeRepository) delete settings.DefaultCodeRepository;
  if (DisassociateAdditionalCodeRepositories) delete settings.AdditionalCodeRepositories;
  if (DisassociateAcceleratorTypes) delete settings.AcceleratorTypes;
  return settings;
}
