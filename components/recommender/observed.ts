import type { CodeFunction } from "../codeFunction.ts";
import { functionsOf, type Observed, type ObservedApi } from "../observability/args.ts";

interface Recommender {
  api: ObservedApi;
  functions: Record<string, CodeFunction>;
  retrain: CodeFunction | undefined;
  namePrefix: string;
}

/** What nobody sees in a query's answer. */
export function observedOf(name: string, { api, functions, retrain, namePrefix }: Recommender): Observed {
  const fault = (metricName: string, means: string) => ({ service: `${name}-observe`, metricName, means });
  return {
    apis: { [name]: api },
    functions: functionsOf(
      name,
      { ...functions, retrain },
      {
        observe: "Changes in SageMaker are not observed",
        sweep: "Endpoints that bill are not removed",
        retrain: "Scheduled training does not start",
      },
    ),
    faults: {
      [`${name}-training`]: fault("TrainingFailed", "A training job failed"),
      [`${name}-endpoint`]: fault("EndpointFailed", "An endpoint could not be made or updated"),
    },
    endpoints: namePrefix,
  };
}
