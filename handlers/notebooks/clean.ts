import { MetricUnit } from "@aws-lambda-powertools/metrics";
import {
  AddTagsCommand,
  DeleteTagsCommand,
  ListTagsCommand,
  type NotebookInstanceSummary,
  paginateListNotebookInstances,
} from "@aws-sdk/client-sagemaker";
import { logger } from "../lib/logger.ts";
import { metrics } from "../lib/metrics.ts";
import { sagemaker } from "./clients.ts";
import { type Decision, decide } from "./idleness.ts";
import { tags } from "./idleReport.ts";
import { notebookIdOf } from "./instances.ts";
import { LIST, type Notebook } from "./notebook.ts";
import { settings } from "./settings.ts";
import { readNotebook, reconcile, refresh, table, updateNotebook } from "./store.ts";
import { stop } from "./transitions.ts";

/** Minutes that a stop may take until it is one that did not happen: the cleaner comes every five. */
const LONGEST_STOP = 10;
/** Notebooks that are looked at at one time: SageMaker takes few calls a second. */
const AT_ONCE = 5;

export interface Cleaned {
  warned: string[];
  stopped: string[];
  silent: string[];
  failed: string[];
}

/**
 * On a schedule: stops notebooks that nobody uses, and mends what lost events have left. It decides, not the instance:
 * what an instance says of itself only helps.
 */
export async function handler(): Promise<Cleaned> {
  const cleaned: Cleaned = { warned: [], stopped: [], silent: [], failed: [] };
  const instances = await listInstances();
  const notebooks = table.all(LIST);
  const work = async () => {
    for (let next = await notebooks.next(); !next.done; next = await notebooks.next()) {
      const notebook = next.value as Notebook;
      await clean(notebook, instances.get(notebook.NotebookId), cleaned).catch((error: Error) => {
        logger.error("not cleaned", { notebook: notebook.NotebookId, error });
        cleaned.failed.push(notebook.NotebookId);
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  report(cleaned);
  return cleaned;
}

async function clean(notebook: Notebook, instance: NotebookInstanceSummary | undefined, cleaned: Cleaned) {
  const { NotebookId: id } = notebook;
  const isNews = instance?.NotebookInstanceStatus !== notebook.Nb_status || notebook.DeleteRequested !== undefined;
  if (isNews) await reconcile(notebook);
  if (instance?.NotebookInstanceStatus !== "InService" || notebook.DeleteRequested) return;
  const running = isNews ? await readNotebook(id) : notebook;
  if (!running) return;
  const ResourceArn = instance.NotebookInstanceArn!;
  const said = await tagsOf(ResourceArn);
  const decision = judge(running, said);
  switch (decision.kind) {
    case "silent":
      cleaned.silent.push(id);
      return;
    case "warn": {
      const StopsAt = new Date(decision.stopsAt).toISOString();
      await sagemaker.send(new AddTagsCommand({ ResourceArn, Tags: [{ Key: tags.stopsAt, Value: StopsAt }] }));
      await updateNotebook(id, { StopsAt });
      cleaned.warned.push(id);
      return;
    }
    case "stop":
      if (decision.late > LONGEST_STOP) cleaned.failed.push(id);
      await stop(id);
      await refresh(running);
      cleaned.stopped.push(id);
      return;
    case "keep":
      if (!said.has(tags.stopsAt)) return;
      await sagemaker.send(new DeleteTagsCommand({ ResourceArn, TagKeys: [tags.stopsAt] }));
      await updateNotebook(id, { StopsAt: undefined });
      return;
    case "wait":
      return;
    default:
      decision satisfies never;
  }
}

function judge({ Started, Timestamp, IdleMinutes }: Notebook, said: Map<string, string>): Decision {
  // What is no time was not written by us, and says nothing.
  const time = (key: string) => {
    const value = Date.parse(said.get(key) ?? "");
    return Number.isNaN(value) ? undefined : value;
  };
  return decide({
    now: Date.now(),
    started: Date.parse(Started ?? Timestamp),
    active: time(tags.active),
    reported: time(tags.reported),
    busy: Boolean(said.get(tags.busy)),
    stopsAt: time(tags.stopsAt),
    idleMinutes: IdleMinutes,
  });
}

async function tagsOf(ResourceArn: string): Promise<Map<string, string>> {
  const { Tags = [] } = await sagemaker.send(new ListTagsCommand({ ResourceArn, MaxResults: 100 }));
  return new Map(Tags.map(({ Key, Value }) => [Key!, Value!]));
}

/** The stack's instances, by their notebooks' ids. */
export async function listInstances(): Promise<Map<string, NotebookInstanceSummary>> {
  const found = new Map<string, NotebookInstanceSummary>();
  const query = { NameContains: settings.prefix };
  for await (const { NotebookInstances = [] } of paginateListNotebookInstances(
    { client: sagemaker, pageSize: 100 },
    query,
  )) {
    for (const instance of NotebookInstances) {
      const id = notebookIdOf(instance.NotebookInstanceName!);
      if (id !== undefined) found.set(id, instance);
    }
  }
  return found;
}

function report(cleaned: Cleaned): void {
  logger.info("cleaned", { ...cleaned });
  metrics.addMetric("NotebookSilent", MetricUnit.Count, cleaned.silent.length);
  metrics.addMetric("NotebookNotStopped", MetricUnit.Count, cleaned.failed.length);
  metrics.publishStoredMetrics();
}
