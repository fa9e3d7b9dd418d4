/** A thread of `fits.ts`: each message asks for one fit, each answer is its result. */
import { parentPort, workerData } from "node:worker_threads";
import { type FitContext, runFit } from "./fits.ts";

parentPort!.on("message", ({ fold }: { fold?: number }) => {
  const result = runFit(workerData as FitContext, fold);
  const { model } = result;
  const arrays = model ? [model.userBiases, model.itemBiases, model.userFactors, model.itemFactors] : [];
  parentPort!.postMessage(
    result,
    arrays.map((array) => array.buffer as ArrayBuffer),
  );
});
