import { paginateListJobRuns } from "@aws-sdk/client-emr-serverless";
import {
  paginateListEndpointConfigs,
  paginateListEndpoints,
  paginateListModels,
  paginateListNotebookInstanceLifecycleConfigs,
  paginateListNotebookInstances,
  paginateListTrainingJobs,
} from "@aws-sdk/client-sagemaker";
import { paginateListSchedules } from "@aws-sdk/client-scheduler";
import { PlatformClient } from "../../lib/platformClient.ts";
import { output } from "../../lib/stack.ts";
import { otherModel } from "../systems/ratings.ts";
import { type Invariant, Look } from "./invariant.ts";

interface Notebook {
  NotebookId: string;
  Nb_status: string;
}

/** `soak-7` of a name with a prefix and a suffix of the stack's. */
const soakName = (name = ""): string => /soak-\d+/.exec(name)?.[0] ?? name;

/** The API's notebooks are SageMaker's; who was accepted is there, and who was deleted is not. */
export const notebooksOnce: Invariant = {
  name: "each notebook has one instance",
  async check({ stack, clients: { sagemaker }, ledger }) {
    const look = new Look();
    const items = (await new PlatformClient(stack).all("/notebooks")) as Notebook[];
    const instances = new Map<string, string>();
    for await (const { NotebookInstances = [] } of paginateListNotebookInstances({ client: sagemaker }, {})) {
      for (const one of NotebookInstances) {
        instances.set(soakName(one.NotebookInstanceName), one.NotebookInstanceStatus ?? "");
      }
    }
    for (const { NotebookId, Nb_status } of items) {
      const status = instances.get(NotebookId);
      look.expect(
        status === Nb_status,
        `notebook ${NotebookId} is ${Nb_status}, its instance ${status ?? "not there"}`,
      );
    }
    const ids = new Set(items.map(({ NotebookId }) => NotebookId));
    for (const id of instances.keys()) look.expect(ids.has(id), `the instance of ${id} is nobody's`);
    for await (const page of paginateListNotebookInstanceLifecycleConfigs({ client: sagemaker }, {})) {
      for (const { NotebookInstanceLifecycleConfigName: name } of page.NotebookInstanceLifecycleConfigs ?? []) {
        look.expect(ids.has(soakName(name)), `the lifecycle ${name} was left behind`);
      }
    }
    for (const { id, created, deletion } of ledger.notebooks) {
      if (created && !deletion) look.expect(ids.has(id), `notebook ${id} was accepted, and is not there`);
      if (deletion === "accepted") look.expect(!ids.has(id), `notebook ${id} was deleted, and is there`);
    }
    return look;
  },
};

/** Each run that was accepted is one of EMR Serverless, and there are no more than were asked for. */
export const runsOnce: Invariant = {
  name: "each job ran as often as was asked",
  async check({ stack, clients: { emr, scheduler }, ledger }) {
    const look = new Look();
    const api = new PlatformClient(stack);
    const runs = new Map<string, Set<string>>();
    const query = { applicationId: output(stack, "jobsApplicationId") };
    for await (const { jobRuns = [] } of paginateListJobRuns({ client: emr }, query)) {
      for (const { id = "", name = "", state } of jobRuns) {
        // One that was cancelled belongs to a request that was taken back, or to a job that was deleted.
        if (!state?.startsWith("CANCEL")) runs.set(name, (runs.get(name) ?? new Set()).add(id));
      }
    }
    const schedules = new Set<string>();
    for await (const { Schedules = [] } of paginateListSchedules({ client: scheduler }, { NamePrefix: "soak-" })) {
      for (const { Name = "" } of Schedules) schedules.add(Name);
    }
    for (const { id, created, deletion, runs: accepted, asked, scheduled } of ledger.jobs) {
      const found = runs.get(id) ?? new Set();
      for (const run of deletion ? [] : accepted) {
        look.expect(found.has(run), `run ${run} of ${id} was accepted, and is not there`);
      }
      look.expect(found.size <= asked, `${id} ran ${found.size} times; ${asked} were asked for`);
      const there = await api.find(`/jobs/${id}`);
      if (deletion === "accepted") look.expect(there === undefined, `job ${id} was deleted, and is there`);
      if (!there) look.expect(!schedules.has(id), `the schedule of ${id} was left behind`);
      if (!created || deletion) continue;
      look.expect(schedules.has(id) === scheduled, `job ${id} was made with${scheduled ? "" : "out"} a schedule`);
      look.expect(there !== undefined, `job ${id} was accepted, and is not there`);
      if (!there) continue;
      look.expect(found.size >= 1, `job ${id} was to run at once, and has not`);
      const history = (await api.all(`/jobs/${id}/runs`)) as { RunId: string }[];
      const told = new Set(history.map(({ RunId }) => RunId));
      for (const run of found) look.expect(told.has(run), `run ${run} of ${id} is not in its history`);
      look.expect(told.size === history.length, `the history of ${id} has a run twice`);
    }
    return look;
  },
};

/** Each training that was accepted is a job of SageMaker, one for each that was asked for, and has ended. */
export const trainingsOnce: Invariant = {
  name: "each training is one job",
  async check({ clients: { sagemaker }, ledger }) {
    const look = new Look();
    const found = new Map<string, string>();
    for await (const { TrainingJobSummaries = [] } of paginateListTrainingJobs({ client: sagemaker }, {})) {
      for (const job of TrainingJobSummaries) found.set(job.TrainingJobArn ?? "", job.TrainingJobStatus ?? "");
    }
    for (const arn of ledger.trainings) {
      const status = found.get(arn);
      const isOver = status !== undefined && status !== "InProgress" && status !== "Stopping";
      look.expect(isOver, `${arn} was accepted, and is ${status ?? "not there"}`);
    }
    look.expect(found.size <= ledger.trainingsAsked, `${found.size} jobs; ${ledger.trainingsAsked} were asked for`);
    return look;
  },
};

/** A model that was deployed has an endpoint, a configuration and a model of SageMaker; one that was undeployed has none. */
export const modelsOnce: Invariant = {
  name: "each model is deployed once, or not at all",
  async check({ clients: { sagemaker: client }, ledger }) {
    const look = new Look();
    const found = { endpoints: 0, configurations: 0, models: 0 };
    const isOne = (name = "") => new RegExp(`-${otherModel}(-[0-9a-f]{8})?$`).test(name);
    for await (const { Endpoints = [] } of paginateListEndpoints({ client }, {})) {
      for (const { EndpointName, EndpointStatus } of Endpoints.filter((one) => isOne(one.EndpointName))) {
        found.endpoints++;
        look.expect(EndpointStatus === "InService", `${EndpointName} is ${EndpointStatus}`);
      }
    }
    for await (const { EndpointConfigs = [] } of paginateListEndpointConfigs({ client }, {})) {
      found.configurations += EndpointConfigs.filter((one) => isOne(one.EndpointConfigName)).length;
    }
    for await (const { Models = [] } of paginateListModels({ client }, {})) {
      found.models += Models.filter((one) => isOne(one.ModelName)).length;
    }
    const { wanted, accepted } = ledger.model;
    // What was not accepted may be there or not, and what an interrupted call left goes with the next.
    const counts = Object.entries(found).map(([what, count]) => `${count} ${what}`);
    const right = Object.values(found).every((count) => (accepted ? count === (wanted ? 1 : 0) : count <= 1));
    look.expect(right, `${otherModel} was ${wanted ? "" : "un"}deployed last, and has ${counts.join(", ")}`);
    return look;
  },
};
