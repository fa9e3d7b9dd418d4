import { sideBySide } from "./branches.ts";
import type { States } from "./definition.ts";
import { Aborted } from "./failure.ts";
import type { Frame } from "./frame.ts";
import { attempts } from "./retry.ts";
import type { Outcome, Running } from "./running.ts";
import { Variables } from "./scope.ts";

/** The Parallel state. https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html */
export function runParallel(running: Running): Promise<Outcome> {
  const { frame, state } = running;
  const { surroundings, chain } = frame;
  return attempts(
    running,
    async () => {
      const { trial } = surroundings;
      if (trial?.results) return trial.results(running);
      const input = await running.effectiveInput();
      surroundings.add("ParallelStateStarted", {}, chain);
      let last = chain.last;
      const jobs = (state.Branches as States[]).map((branch, index) => async (signal: AbortSignal) => {
        const inner: Frame = {
          ...frame,
          place: `${running.attempt}/${index}`,
          chain: { last: chain.last },
          variables: new Variables(frame.variables),
          signal,
        };
        const output = await frame.run(branch, input, inner).finally(() => {
          last = inner.chain.last;
        });
        return output;
      });
      try {
        const outputs = await sideBySide(jobs, () => Number.POSITIVE_INFINITY, frame.signal);
        chain.last = last;
        surroundings.add("ParallelStateSucceeded", {}, chain, true);
        return outputs;
      } catch (error) {
        chain.last = last;
        if (error instanceof Aborted || frame.signal.aborted) throw new Aborted();
        throw error;
      }
    },
    () => surroundings.add("ParallelStateFailed", {}, chain),
  );
}
