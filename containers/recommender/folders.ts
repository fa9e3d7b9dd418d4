import { join } from "node:path";

/**
 * Where SageMaker puts things into a training or serving container and where it looks for them afterwards.
 *
 * See "How Amazon SageMaker AI Provides Training Information" and "... Processes Training Output" in its developer guide.
 */
export interface Folders {
  /** `input/config`: `hyperparameters.json` and `inputdataconfig.json`. */
  config: string;
  /** `input/data`: one folder per channel. */
  data: string;
  /** `model`: what SageMaker packs as `model.tar.gz` after training, and unpacks before serving. */
  model: string;
  /** `output/data`: what SageMaker packs as `output.tar.gz`. */
  outputData: string;
  /** `output/failure`: its first 1,024 characters become the job's `FailureReason`. */
  failure: string;
}

/** The layout below `root`: `/opt/ml` in SageMaker, any folder (environment variable `SM_ROOT`) elsewhere. */
export function sageMakerFolders(root: string = process.env.SM_ROOT || "/opt/ml"): Folders {
  return {
    config: join(root, "input/config"),
    data: join(root, "input/data"),
    model: join(root, "model"),
    outputData: join(root, "output/data"),
    failure: join(root, "output/failure"),
  };
}
