import { type Resource, type Rule, unless } from "../rule.ts";

const fromQueue = ({ props, sources }: Resource): boolean =>
  /:sqs:/.test(props.eventSourceArn ?? "") || sources?.eventSourceArn?.[0]?.type === "aws:sqs/queue:Queue";

const finite = (value: unknown): boolean => typeof value === "number" && value >= 0;

export const eventSourceRules: Rule[] = [
  {
    name: "stream-mapping-gives-up-and-keeps",
    description: "A stream mapping tries a finite time, isolates what fails and keeps it",
    ids: ["Serverless-LambdaEventSourceMappingDestination"],
    types: ["aws:lambda/eventSourceMapping:EventSourceMapping"],
    check: (resource) => {
      const { props } = resource;
      if (fromQueue(resource)) return [];
      return [
        ...unless(
          Boolean(props.destinationConfig?.onFailure?.destinationArn),
          "destinationConfig.onFailure is missing",
        ),
        ...unless(props.bisectBatchOnFunctionError === true, "bisectBatchOnFunctionError is not true"),
        ...unless(finite(props.maximumRetryAttempts), "maximumRetryAttempts is not finite"),
        ...unless(finite(props.maximumRecordAgeInSeconds), "maximumRecordAgeInSeconds is not finite"),
        ...unless(reportsFailures(props), "functionResponseTypes lacks ReportBatchItemFailures"),
      ];
    },
  },
  {
    name: "queue-mapping-is-bounded",
    description:
      "A queue mapping reports partial failures, bounds its concurrency and leaves messages hidden long enough",
    ids: ["own"],
    types: ["aws:lambda/eventSourceMapping:EventSourceMapping"],
    check: (resource) => {
      const { props, sources } = resource;
      if (!fromQueue(resource)) return [];
      const queue = sources?.eventSourceArn?.find(({ type }) => type === "aws:sqs/queue:Queue")?.props;
      const timeout = sources?.functionName?.find(({ type }) => type === "aws:lambda/function:Function")?.props.timeout;
      const needed = 6 * (timeout ?? 0);
      return [
        ...unless(reportsFailures(props), "functionResponseTypes lacks ReportBatchItemFailures"),
        ...unless(finite(props.scalingConfig?.maximumConcurrency), "scalingConfig.maximumConcurrency is missing"),
        ...unless(!queue || Boolean(queue.redrivePolicy), "eventSourceArn is a queue without redrivePolicy"),
        ...unless(
          !queue || (queue.visibilityTimeoutSeconds ?? 30) >= needed,
          `eventSourceArn is a queue whose visibilityTimeoutSeconds is under 6 times the function's timeout (${needed})`,
        ),
      ];
    },
  },
];

const reportsFailures = (props: Resource["props"]): boolean =>
  (props.functionResponseTypes ?? []).includes("ReportBatchItemFailures");
