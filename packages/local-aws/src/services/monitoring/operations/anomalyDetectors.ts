/**
 * Anomaly detectors: kept and shown. No model is trained here, so that a detector stays as AWS shows a new one.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html
 */
import { randomUUID } from "node:crypto";
import type {
  AnomalyDetector,
  AnomalyDetectorType,
  DeleteAnomalyDetectorInput,
  SingleMetricAnomalyDetector,
} from "@aws-sdk/client-cloudwatch";
import { page } from "../../../kit/page.ts";
import type { Operations } from "../../../operations.ts";
import { AwsError } from "../../../service.ts";
import type { Collection } from "../../../store.ts";
import { checkQueries, invalidMix, validation } from "../query.ts";
import { statistic } from "../statistics.ts";

export type DetectorRecord = Pick<
  AnomalyDetector,
  | "AnomalyDetectorId"
  | "Configuration"
  | "MetricCharacteristics"
  | "MetricMathAnomalyDetector"
  | "SingleMetricAnomalyDetector"
>;

/** Of a metric's detector: there is one for each metric and statistic, or for each set of queries. */
function keyOf({ SingleMetricAnomalyDetector: single, MetricMathAnomalyDetector: math }: DetectorRecord): string {
  if (!single) return JSON.stringify(math?.MetricDataQueries);
  const { Namespace, MetricName, Stat, Dimensions = [] } = single;
  return JSON.stringify([Namespace, MetricName, Stat, Dimensions.map(({ Name, Value }) => [Name, Value]).sort()]);
}

export function anomalyDetectorOperations(
  detectors: Collection<DetectorRecord>,
  AccountId: string,
): Operations<"monitoring"> {
  const access = (action: string) => () => [{ action: `cloudwatch:${action}`, resource: "*" }];

  /** @throws AwsError unless exactly one metric, or one set of queries, is meant. */
  function meant(given: Omit<DeleteAnomalyDetectorInput, "AnomalyDetectorId">): DetectorRecord {
    const { Namespace, MetricName, Dimensions, Stat, SingleMetricAnomalyDetector, MetricMathAnomalyDetector } = given;
    const flat = Namespace !== undefined || MetricName !== undefined || Stat !== undefined;
    const ways = [flat, SingleMetricAnomalyDetector, MetricMathAnomalyDetector].filter(Boolean).length;
    if (ways !== 1) {
      throw invalidMix(
        "Exactly one of SingleMetricAnomalyDetector, MetricMathAnomalyDetector, and Namespace with MetricName and Stat must be given.",
      );
    }
    if (MetricMathAnomalyDetector) {
      const queries = MetricMathAnomalyDetector.MetricDataQueries ?? [];
      checkQueries(queries);
      const returned = queries.filter(({ ReturnData }) => ReturnData !== false).length;
      if (returned !== 1)
        throw validation(`Exactly one of MetricDataQueries must have ReturnData true; ${returned} have.`);
      return { MetricMathAnomalyDetector };
    }
    const single: SingleMetricAnomalyDetector = SingleMetricAnomalyDetector ?? {
      Namespace,
      MetricName,
      Dimensions,
      Stat,
    };
    for (const name of ["Namespace", "MetricName", "Stat"] as const) {
      if (!single[name]) throw new AwsError("MissingParameter", `The parameter ${name} is required.`, 400);
    }
    if (single.AccountId !== undefined && single.AccountId !== AccountId)
      throw validation(`The value ${single.AccountId} for parameter AccountId is invalid: there is one account.`);
    statistic(single.Stat as string);
    return { SingleMetricAnomalyDetector: { ...single, AccountId, Dimensions: single.Dimensions ?? [] } };
  }

  const shown = (record: DetectorRecord): AnomalyDetector => {
    const { AccountId: _, ...flat } = record.SingleMetricAnomalyDetector ?? {};
    // Dates are kept as text.
    const ExcludedTimeRanges = record.Configuration?.ExcludedTimeRanges?.map(({ StartTime = "", EndTime = "" }) => ({
      StartTime: new Date(StartTime),
      EndTime: new Date(EndTime),
    }));
    return {
      ...record,
      ...flat,
      Configuration: { ...record.Configuration, ExcludedTimeRanges },
      StateValue: "PENDING_TRAINING",
    };
  };

  return {
    PutAnomalyDetector: {
      access: access("PutAnomalyDetector"),
      run(input) {
        const which = meant(input);
        const key = keyOf(which);
        const record: DetectorRecord = {
          ...which,
          AnomalyDetectorId: detectors.get(key)?.AnomalyDetectorId ?? randomUUID(),
          Configuration: { ...input.Configuration, ExcludedTimeRanges: input.Configuration?.ExcludedTimeRanges ?? [] },
          ...(input.MetricCharacteristics && { MetricCharacteristics: input.MetricCharacteristics }),
        };
        detectors.put(key, record);
        return { AnomalyDetectorId: record.AnomalyDetectorId };
      },
    },
    DescribeAnomalyDetectors: {
      access: access("DescribeAnomalyDetectors"),
      run(input) {
        const { Namespace, MetricName, Dimensions = [], AnomalyDetectorTypes: types = ["SINGLE_METRIC"] } = input;
        const wanted = new Set<AnomalyDetectorType>(types);
        const found = detectors
          .entries("")
          .filter(([, { AnomalyDetectorId: id, SingleMetricAnomalyDetector: single }]) => {
            if (input.AnomalyDetectorIds) return input.AnomalyDetectorIds.includes(id as string);
            if (!wanted.has(single ? "SINGLE_METRIC" : "METRIC_MATH")) return false;
            return (
              (Namespace === undefined || single?.Namespace === Namespace) &&
              (MetricName === undefined || single?.MetricName === MetricName) &&
              Dimensions.every((one) =>
                single?.Dimensions?.some(({ Name, Value }) => Name === one.Name && Value === one.Value),
              )
            );
          });
        const { items, next: NextToken } = page(found, input, ([key]) => key, {
          size: 10,
          invalid: () => new AwsError("InvalidNextToken", "The next token is invalid.", 400),
        });
        return { AnomalyDetectors: items.map(([, record]) => shown(record)), NextToken };
      },
    },
    DeleteAnomalyDetector: {
      access: access("DeleteAnomalyDetector"),
      run(input) {
        const { AnomalyDetectorId: id } = input;
        const key =
          id === undefined
            ? keyOf(meant(input))
            : detectors.entries("").find(([, record]) => record.AnomalyDetectorId === id)?.[0];
        if (key === undefined || !detectors.delete(key))
          throw new AwsError("ResourceNotFoundException", "The anomaly detector does not exist.", 404);
        return {};
      },
    },
  };
}
