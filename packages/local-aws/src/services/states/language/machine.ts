/** Runs the states of a machine, a branch or an iteration, one after the other. */
import { choose } from "./chooseState.ts";
import type { State, States } from "./definition.ts";
import { Aborted, checkSize, RuntimeError, StateError } from "./failure.ts";
import type { Frame } from "./frame.ts";
import { runMap } from "./map.ts";
import { runParallel } from "./parallel.ts";
import { attempts, tellEvaluation, whereabouts } from "./retry.ts";
import { type Outcome, Running } from "./running.ts";
import { runTask } from "./task.ts";
import { waitState } from "./wait.ts";

/** @returns the last state's output. @throws StateError */
export async function runStates(states: States, input: unknown, frame: Frame): Promise<unknown> {
  const visits = new Map<string, number>();
  let name = states.StartAt;
  let value = input;
  for (;;) {
    const visit = visits.get(name) ?? 0;
    visits.set(name, visit + 1);
    const { output, next } = await runState(name, states.States[name]!, value, frame, visit);
    if (next === undefined) return output;
    name = next;
    value = output;
  }
}

/** @param visit how often the state has been run before. */
export async function runState(
  name: string,
  state: State,
  input: unknown,
  frame: Frame,
  visit: number,
): Promise<Outcome> {
  if (frame.signal.aborted) throw new Aborted();
  const { surroundings, chain, variables } = frame;
  const truncated = { truncated: false };
  const text = JSON.stringify(input);
  const entered = { name, input: text, inputDetails: truncated };
  const id = surroundings.add(`${state.Type}StateEntered`, { stateEnteredEventDetails: entered }, chain);
  const running = new Running(frame, name, state, input, id, `${frame.place}/${name}.${visit}`);
  surroundings.enter(running.place, id);
  try {
    const outcome = await kinds[state.Type]!(running);
    const output = JSON.stringify(outcome.output);
    checkSize(output, name);
    for (const [variable, value] of Object.entries(outcome.assigned)) variables.set(variable, value);
    const assigned = Object.entries(outcome.assigned).map(([variable, value]) => [variable, JSON.stringify(value)]);
    const exited = {
      name,
      output,
      outputDetails: truncated,
      ...(assigned.length > 0 && {
        assignedVariables: Object.fromEntries(assigned),
        assignedVariablesDetails: truncated,
      }),
    };
    surroundings.add(`${state.Type}StateExited`, { stateExitedEventDetails: exited }, chain);
    surroundings.leave(running.place);
    return outcome;
  } catch (error) {
    if (error instanceof Aborted) {
      // A branch or iteration that ends because another one has failed.
      if (abortable.has(state.Type) && !surroundings.over) surroundings.add(`${state.Type}StateAborted`, {}, chain);
      throw error;
    }
    const failure = error instanceof StateError ? error : new RuntimeError((error as Error).message);
    const placed = failure.at(whereabouts(running));
    tellEvaluation(running, placed);
    throw placed;
  }
}

/** Types of states that histories tell the end of when they are aborted. */
const abortable = new Set(["Task", "Map", "Parallel", "Wait"]);

const kinds: Record<string, (running: Running) => Promise<Outcome>> = {
  async Pass(running) {
    const { state, jsonata, input } = running;
    if (jsonata) return running.outcome(input);
    const given = await running.effectiveInput();
    return running.outcome(state.Result === undefined ? given : state.Result);
  },
  Succeed: (running) => passed(running),
  async Fail(running) {
    running.selectedInput();
    throw new StateError(await text(running, "Error"), await text(running, "Cause"));
  },
  Choice: choose,
  async Wait(running) {
    await waitState(running);
    return passed(running);
  },
  Task: (running) => attempts(running, () => runTask(running)),
  Parallel: runParallel,
  Map: runMap,
};

/** States that only pass their input on. */
async function passed(running: Running): Promise<Outcome> {
  if (running.jsonata) return running.outcome(running.input);
  const selected = running.selectedInput();
  const assigned = await running.assigned(running.state.Assign, selected, {});
  return { output: running.output(selected), next: running.state.Next, assigned };
}

async function text(running: Running, field: string): Promise<string | undefined> {
  const value = await running.valueOf(field);
  if (value === undefined || typeof value === "string") return value;
  throw new RuntimeError(`The ${field} field must be a string, it is ${JSON.stringify(value)}`);
}
