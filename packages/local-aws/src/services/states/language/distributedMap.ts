/** Maps whose iterations are executions of their own. https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html */
import { setImmediate as nextTurn } from "node:timers/promises";
import { sideBySide } from "./branches.ts";
import { Aborted, RuntimeError, StateError } from "./failure.ts";
import type { Frame, MapRun } from "./frame.ts";
import { readItems } from "./itemReader.ts";
import { type ChildResult, writeResults } from "./resultWriter.ts";
import { numberIn, type Running, shownValue } from "./running.ts";
import { Variables } from "./scope.ts";

/** Child executions at a time, whatever is asked for. AWS allows 10,000; this is one machine. */
const mostChildren = 40;

/** @param items those of ItemsPath. @param started told how many items there are, before they are read. */
export async function runDistributed(
  running: Running,
  maxConcurrency: number,
  items: () => Promise<unknown[]>,
  started: (length: number) => void,
): Promise<unknown> {
  const { frame, state } = running;
  const { surroundings, chain } = frame;
  const given = state.ItemReader ? undefined : await items();
  started(given?.length ?? 0);
  const toleratedFailureCount = await tolerated(running, "ToleratedFailureCount", "integer");
  const toleratedFailurePercentage = await tolerated(running, "ToleratedFailurePercentage", "float");
  const run = surroundings.mapRun({
    label: state.Label,
    maxConcurrency,
    toleratedFailureCount,
    toleratedFailurePercentage,
    place: running.attempt,
  });
  const { arn: mapRunArn, redrives: redriveCount } = run;
  if (redriveCount === 0) surroundings.add("MapRunStarted", { mapRunStartedEventDetails: { mapRunArn } }, chain);
  else surroundings.add("MapRunRedriven", { mapRunRedrivenEventDetails: { mapRunArn, redriveCount } }, chain);
  try {
    const inputs = await batched(running, await selectedItems(running, given ?? (await readItems(running))));
    const results = await runChildren(running, run, inputs);
    const outputs = results.filter(({ error }) => !error).map(({ output }) => output);
    const output = state.ResultWriter ? await writeResults(running, run.arn, results) : outputs;
    run.end("SUCCEEDED", state.ResultWriter ? results.length : 0);
    surroundings.add("MapRunSucceeded", {}, chain);
    return output;
  } catch (error) {
    if (error instanceof Aborted || frame.signal.aborted) {
      run.end("ABORTED", 0);
      throw new Aborted();
    }
    run.end("FAILED", 0);
    if (error instanceof StateError) {
      const reason = { ...(error.error && { error: error.error }), ...(error.cause && { cause: error.cause }) };
      surroundings.add("MapRunFailed", { mapRunFailedEventDetails: reason }, chain);
    }
    throw error;
  }
}

async function selectedItems(running: Running, items: unknown[]): Promise<unknown[]> {
  const selected: unknown[] = [];
  for (const [index, value] of items.entries()) selected.push(await running.item(index, value));
  return selected;
}

interface ChildInput {
  input: unknown;
  items: number;
}

/** Some items each, by number and size, with what they share. */
async function batched(running: Running, items: unknown[]): Promise<ChildInput[]> {
  const { ItemBatcher } = running.state;
  if (!ItemBatcher) return items.map((input) => ({ input, items: 1 }));
  const limit = async (field: string) => {
    const path = ItemBatcher[`${field}Path`];
    if (path !== undefined) return running.reference(path, running.input) as number;
    return (
      ((await running.fill(ItemBatcher[field], `ItemBatcher/${field}`, running.input)) as number | undefined) ??
      Number.POSITIVE_INFINITY
    );
  };
  const [most, bytes] = [await limit("MaxItemsPerBatch"), await limit("MaxInputBytesPerBatch")];
  const shared = ItemBatcher.BatchInput;
  const BatchInput = await running.fill(shared, "ItemBatcher/BatchInput", running.selectedInput());
  const batches: unknown[][] = [];
  let size = 0;
  for (const item of items) {
    const length = Buffer.byteLength(JSON.stringify(item)) + 1;
    const last = batches.at(-1);
    if (last && last.length < most && size + length <= bytes) {
      last.push(item);
      size += length;
    } else {
      batches.push([item]);
      size = length;
    }
  }
  return batches.map((Items) => ({
    input: { ...(shared !== undefined && { BatchInput }), Items },
    items: Items.length,
  }));
}

async function runChildren(running: Running, run: MapRun, inputs: ChildInput[]): Promise<ChildResult[]> {
  const { frame, state } = running;
  const processor = state.ItemProcessor ?? state.Iterator;
  const total = inputs.reduce((sum, { items }) => sum + items, 0);
  let failedItems = 0;
  run.begin(inputs.map(({ items }) => items));
  const jobs = inputs.map(({ input, items }, index) => async (signal: AbortSignal): Promise<ChildResult> => {
    const surroundings = frame.surroundings.child(run, input);
    const inner: Frame = {
      ...frame,
      surroundings,
      place: `${running.attempt}/${index}`,
      chain: { last: 0 },
      variables: new Variables(),
      signal,
    };
    run.started(items);
    const began = Date.now();
    const of = { arn: String(surroundings.context.Execution.Id), input, started: began };
    try {
      const output = await frame.run(processor, input, inner);
      run.ended("succeeded", items);
      return { ...of, output, stopped: Date.now() };
    } catch (error) {
      if (!(error instanceof StateError)) {
        run.ended("aborted", items);
        throw error;
      }
      run.ended("failed", items);
      failedItems += items;
      const { toleratedFailureCount, toleratedFailurePercentage } = run.settings;
      const share = (failedItems / total) * 100;
      if (failedItems > toleratedFailureCount && share > toleratedFailurePercentage)
        throw new StateError(
          "States.ExceedToleratedFailureThreshold",
          "The specified tolerated failure threshold was exceeded",
        );
      return { ...of, error, stopped: Date.now() };
    }
  });
  const results = await sideBySide(
    jobs,
    () => Math.min(run.settings.maxConcurrency || mostChildren, mostChildren),
    frame.signal,
  );
  await nextTurn();
  return results;
}

async function tolerated(running: Running, field: string, type: "integer" | "float"): Promise<number> {
  const path = running.state[`${field}Path`];
  const given = (await running.valueOf(field)) ?? 0;
  const value = path === undefined ? given : numberIn(given);
  const valid = typeof value === "number" && (type === "float" || Number.isInteger(value));
  if (!valid) {
    const cause = `The ${field}Path field refers to value "${shownValue(value)}" which is not a valid ${type}: ${path}`;
    throw running.refusal(field, cause);
  }
  if (type === "float" && (value < 0 || value > 100)) throw new RuntimeError(`${field} must be between 0 and 100.`);
  if (value < 0) throw new RuntimeError(`${field} cannot be negative.`);
  return value;
}
