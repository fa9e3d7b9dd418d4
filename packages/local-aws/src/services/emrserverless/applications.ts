import type {
  CreateApplicationRequest,
  ListApplicationsRequest,
  Application as ShownApplication,
  UpdateApplicationRequest,
} from "@aws-sdk/client-emr-serverless";
import type { Operations } from "../../operations.ts";
import { checkApplication } from "./applicationInput.ts";
import { onceByToken } from "./idempotency.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { type Application, isOver } from "./model.ts";
import { invalid, newestFirst, newId } from "./names.ts";
import type { Records } from "./records.ts";

type Named = { applicationId: string };

/** https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_Operations.html */
export function applicationOperations(records: Records, lifecycle: Lifecycle): Operations<"emr-serverless"> {
  const { names } = records;
  const on =
    (action: string) =>
    ({ applicationId }: Named) => [{ action: `emr-serverless:${action}`, resource: names.application(applicationId) }];
  const inOneOf = (application: Application, ...states: Application["state"][]) => {
    if (states.includes(application.state)) return;
    throw invalid(
      `Application ${application.id} must be in one of the following statuses [${states.join(", ")}]. Current status: ${application.state}`,
    );
  };

  return {
    CreateApplication: {
      access: () => [{ action: "emr-serverless:CreateApplication", resource: "*" }],
      run: (input: CreateApplicationRequest) =>
        onceByToken(records, "application", input, (id) => {
          if (id) return made(records.application(id));
          checkApplication(input);
          const { clientToken: _, tags = {}, ...rest } = input;
          const now = Date.now();
          const application: Application = { id: newId(), input: rest, state: "CREATING", created: now, updated: now };
          records.putApplication(application);
          records.tags.put(names.application(application.id), tags);
          lifecycle.created(application.id);
          return made(application);
        }),
    },
    GetApplication: {
      access: on("GetApplication"),
      run: ({ applicationId }: Named) => ({ application: shown(records.application(applicationId)) }),
    },
    ListApplications: {
      access: () => [{ action: "emr-serverless:ListApplications", resource: "*" }],
      run(input: ListApplicationsRequest) {
        const all = records.applications.values().filter(({ state }) => input.states?.includes(state) ?? true);
        const { items, next } = newestFirst(all, input as object);
        return { applications: items.map(summary), nextToken: next };
      },
    },
    UpdateApplication: {
      access: on("UpdateApplication"),
      run(input: UpdateApplicationRequest) {
        const application = records.application(input.applicationId!);
        inOneOf(application, "CREATED", "STOPPED");
        checkApplication(input);
        const { applicationId: _, clientToken: __, ...changes } = input;
        const updated = { ...application, input: { ...application.input, ...changes } } as Application;
        checkApplication(updated.input);
        records.putApplication(updated);
        return { application: shown(records.application(application.id)) };
      },
    },
    StartApplication: {
      access: on("StartApplication"),
      run({ applicationId }: Named) {
        const application = records.application(applicationId);
        inOneOf(application, "CREATING", "CREATED", "STARTING", "STARTED", "STOPPED");
        lifecycle.start(applicationId);
        return {};
      },
    },
    StopApplication: {
      access: on("StopApplication"),
      run({ applicationId }: Named) {
        const application = records.application(applicationId);
        inOneOf(application, "CREATED", "STARTED", "STARTING", "STOPPING", "STOPPED");
        if (records.runsOf(applicationId).some(({ state }) => !isOver(state))) {
          throw invalid(
            `Application ${applicationId} has job runs that are not completed. Cancel them before stopping the application`,
          );
        }
        if (application.state === "STARTED" || application.state === "STARTING") lifecycle.stop(applicationId);
        return {};
      },
    },
    DeleteApplication: {
      access: on("DeleteApplication"),
      run({ applicationId }: Named) {
        const application = records.application(applicationId);
        inOneOf(application, "CREATED", "STOPPED");
        lifecycle.terminate(application);
        return {};
      },
    },
  };

  function made({ id, input: { name } }: Application) {
    return { applicationId: id, ...(name && { name }), arn: names.application(id) };
  }

  function summary(application: Application) {
    const { id, input, state, stateDetails, created, updated } = application;
    return {
      id,
      name: input.name,
      arn: names.application(id),
      releaseLabel: input.releaseLabel,
      type: typeOf(input.type),
      state,
      stateDetails: stateDetails ?? "",
      createdAt: new Date(created),
      updatedAt: new Date(updated),
      architecture: input.architecture ?? "X86_64",
    };
  }

  function shown(application: Application): ShownApplication {
    const { id, ...rest } = summary(application);
    const { autoStartConfiguration, autoStopConfiguration, ...input } = application.input;
    return {
      // Image configuration is shown as it was given.
      ...(input as Partial<ShownApplication>),
      ...rest,
      applicationId: id,
      autoStartConfiguration: { enabled: true, ...autoStartConfiguration },
      autoStopConfiguration: { enabled: true, idleTimeoutMinutes: 15, ...autoStopConfiguration },
      tags: records.tags.get(names.application(id)) ?? {},
    };
  }
}

/** In the form that is shown, however it was written. */
export const typeOf = (type = ""): string => type.charAt(0).toUpperCase() + type.slice(1).toLowerCase();
