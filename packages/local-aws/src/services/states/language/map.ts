/** The Map state. https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html */
import { sideBySide } from "./branches.ts";
import { runDistributed } from "./distributedMap.ts";
import { Aborted, EvaluationError, RuntimeError } from "./failure.ts";
import type { Frame } from "./frame.ts";
import { typeName } from "./jsonata.ts";
import { attempts } from "./retry.ts";
import { numberIn, type Outcome, type Running, shownValue } from "./running.ts";
import { Variables } from "./scope.ts";

/** Iterations of an inline Map at a time, whatever it asks for. */
const mostInline = 40;

export function runMap(running: Running): Promise<Outcome> {
  const { frame, state } = running;
  const processor = state.ItemProcessor ?? state.Iterator;
  const distributed = processor.ProcessorConfig?.Mode === "DISTRIBUTED";
  const started = (length: number) => {
    frame.surroundings.add("MapStateStarted", { mapStateStartedEventDetails: { length } }, frame.chain);
  };
  return attempts(
    running,
    async () => {
      const maxConcurrency = await wholeNumber(running, "MaxConcurrency", 0);
      running.inspect("maxConcurrency", maxConcurrency);
      const { trial } = frame.surroundings;
      if (trial?.results) {
        if (!state.ItemReader) await itemsOf(running);
        return trial.results(running);
      }
      const outputs = await (distributed
        ? runDistributed(running, maxConcurrency, () => itemsOf(running), started)
        : runInline(running, maxConcurrency, started));
      frame.surroundings.add("MapStateSucceeded", {}, frame.chain, true);
      return outputs;
    },
    ({ error }) => {
      if (error !== "States.Runtime") frame.surroundings.add("MapStateFailed", {}, frame.chain);
    },
  );
}

async function itemsOf(running: Running): Promise<unknown[]> {
  const { state, jsonata } = running;
  if (jsonata) {
    const items = state.Items === undefined ? running.input : await running.evaluate(state.Items, "Items");
    if (Array.isArray(items)) return items;
    if (state.Items === undefined)
      throw new EvaluationError(`Map state input must be an array but was: ${JSON.stringify(items)}`, undefined);
    const expression = String(state.Items).replace(/^\{%\s*|\s*%\}$/g, "");
    throw new EvaluationError(
      `The JSONata expression '${expression}' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was '${typeName(items)}' for value: ${JSON.stringify(items)}`,
      "Items",
    );
  }
  const selected = running.selectedInput();
  const { ItemsPath = "$" } = state;
  const items = ItemsPath === "$" ? selected : running.reference(ItemsPath, selected);
  if (ItemsPath !== "$") running.inspect("afterItemsPath", items);
  if (Array.isArray(items)) return items;
  throw new RuntimeError(`Reference path "${ItemsPath}" must point to array.`);
}

async function runInline(running: Running, maxConcurrency: number, started: (length: number) => void) {
  const { frame, state, name } = running;
  const { surroundings, chain } = frame;
  const items = await itemsOf(running);
  started(items.length);
  const tell = (what: string, index: number, of = chain, passing = false) =>
    surroundings.add(`MapIteration${what}`, { [`mapIteration${what}EventDetails`]: { name, index } }, of, passing);
  const jobs = items.map((value, index) => async (signal: AbortSignal) => {
    const inner: Frame = {
      ...frame,
      place: `${running.attempt}/${index}`,
      chain: { last: chain.last },
      variables: new Variables(frame.variables),
      map: { Item: { Index: index, Value: value } },
      signal,
    };
    tell("Started", index, inner.chain);
    try {
      const input = await running.item(index, value);
      const output = await frame.run(state.ItemProcessor ?? state.Iterator, input, inner);
      tell("Succeeded", index, inner.chain, true);
      chain.last = inner.chain.last;
      return output;
    } catch (error) {
      if (!surroundings.over) tell(error instanceof Aborted ? "Aborted" : "Failed", index, inner.chain, true);
      chain.last = inner.chain.last;
      throw error;
    }
  });
  const most = Math.min(maxConcurrency || mostInline, mostInline);
  try {
    return await sideBySide(jobs, () => most, frame.signal);
  } catch (error) {
    if (frame.signal.aborted) throw new Aborted();
    throw error;
  }
}

/** @throws RuntimeError, EvaluationError */
async function wholeNumber(running: Running, field: string, otherwise: number): Promise<number> {
  const given = (await running.valueOf(field)) ?? otherwise;
  const value = running.state[`${field}Path`] === undefined ? given : numberIn(given);
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  const path = running.state[`${field}Path`];
  const cause =
    path === undefined
      ? `The ${field} field must be a non-negative integer, it is ${JSON.stringify(value)}`
      : `The ${field}Path field refers to value "${shownValue(value)}" which is not a valid integer: ${path}`;
  throw running.refusal(field, cause);
}
