import { noFileLost, oneRecordEach } from "./archive.ts";
import type { Invariant } from "./invariant.ts";
import { irisesOnce } from "./irises.ts";
import { modelsOnce, notebooksOnce, runsOnce, trainingsOnce } from "./platform.ts";
import { answersRight, deniedExpected, latencyFlat, memoryFlat, noMistakes, nothingParked } from "./run.ts";

/** In the order in which they are shown. */
export const invariants: Invariant[] = [
  answersRight,
  irisesOnce,
  oneRecordEach,
  noFileLost,
  trainingsOnce,
  modelsOnce,
  notebooksOnce,
  runsOnce,
  nothingParked,
  deniedExpected,
  noMistakes,
  memoryFlat,
  latencyFlat,
];
