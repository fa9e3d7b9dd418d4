import { paginateListJobRuns } from "@aws-sdk/client-emr-serverless";
import { paginateListNotebookInstances, paginateListTrainingJobs } from "@aws-sdk/client-sagemaker";
import { PlatformClient } from "../../lib/platformClient.ts";
import { output } from "../../lib/stack.ts";
import { type Invariant, Look } from "./invariant.ts";

interface Notebook {
  NotebookId: string;
  Nb_status: string;
}

/** The API's notebooks are SageMaker's; who was accepted is there, and who was deleted is not. */
export const notebooksOnce: Invariant = {
  name: "each notebook has one instance",
  async check({ stack, clients: { sagemaker }, ledger }) {
    const look = new Look();
    const items = (await new PlatformClient(stack).all("/notebooks")) as Notebook[];
    const instances = new Map<string, string>();
    for await (const { NotebookInstances = [] } of paginateListNotebookInstances({ client: sagemaker }, {})) {
      for (const one of NotebookInstances) {
        instances.set(
          one.NotebookInstanceName?.replace(/^.*?(soak-\d+)$/, "$1") ?? "",
          one.NotebookInstanceStatus ?? "",
        );
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
  async check({ stack, clients: { emr }, ledger }) {
    const look = new Look();
    const api = new PlatformClient(stack);
    const runs = new Map<string, Set<string>>();
    const query = { applicationId: output(stack, "jobsApplicationId") };
    for await (const { jobRuns = [] } of paginateListJobRuns({ client: emr }, query)) {
      for (const { id = "", name = "" } of jobRuns) runs.set(name, (runs.get(name) ?? new Set()).add(id));
    }
    for (const { id, created, deletion, runs: accepted, asked } of ledger.jobs) {
      const found = runs.get(id) ?? new Set();
      for (const run of accepted) look.expect(found.has(run), `run ${run} of ${id} was accepted, and is not there`);
      look.expect(found.size <= asked, `${id} ran ${found.size} times; ${asked} were asked for`);
      const there = await api.find(`/jobs/${id}`);
      if (deletion === "accepted") look.expect(there === undefined, `job ${id} was deleted, and is there`);
      if (!created || deletion) continue;
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
