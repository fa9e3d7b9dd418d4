import { type Rule, unless } from "../rule.ts";

export const emrServerlessRules: Rule[] = [
  {
    name: "spark-application-is-bounded",
    description: "An application of EMR Serverless stops when nobody uses it, and has a maximum of vCPU and memory",
    ids: ["own"],
    types: ["aws:emrserverless/application:Application"],
    check: ({ props: { maximumCapacity, autoStopConfiguration } }) => [
      ...unless(
        Boolean(maximumCapacity?.cpu && maximumCapacity.memory),
        "maximumCapacity is not set: what a mistake may cost has no end",
      ),
      ...unless(
        autoStopConfiguration?.enabled !== false,
        "autoStopConfiguration.enabled is false: it costs while nobody uses it",
      ),
    ],
  },
];
