/** Alarms and dashboards of CloudWatch. */
import type { CompositeAlarm, DescribeAlarmsOutput, MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { Cloud } from "local-aws/service";
import type { CheckFailure, Made, Properties } from "../engine/provider.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";
import { tagChanges, tagList } from "./tags.ts";

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/cloudwatch/${name}/`;
const actions = ["actionsEnabled", "alarmActions", "okActions", "insufficientDataActions", "alarmDescription"];
const single = ["metricName", "namespace", "dimensions", "period", "statistic", "extendedStatistic", "unit"];

export const monitoringResources: ServiceResources = (cloud) => ({
  types: [metricAlarm(cloud), compositeAlarm(cloud), dashboard(cloud)],
});

const alarmArn = (cloud: Cloud, name: unknown) => `arn:aws:cloudwatch:${cloud.region}:${cloud.accountId}:alarm:${name}`;
const list = (value: unknown): string[] => (value ?? []) as string[];
const dimensions = (map: unknown) => Object.entries((map ?? {}) as object).map(([Name, Value]) => ({ Name, Value }));

/** Members that both kinds of alarm have. */
const common = (inputs: Properties) => ({
  AlarmDescription: inputs.alarmDescription,
  ActionsEnabled: inputs.actionsEnabled,
  AlarmActions: list(inputs.alarmActions),
  OKActions: list(inputs.okActions),
  InsufficientDataActions: list(inputs.insufficientDataActions),
});

async function tag(cloud: Cloud, name: unknown, before: unknown, after: unknown): Promise<void> {
  const { put, remove } = tagChanges(before, after);
  const ResourceARN = alarmArn(cloud, name);
  if (remove.length > 0) await cloud.call("monitoring", "UntagResource", { ResourceARN, TagKeys: remove });
  const Tags = tagList(put);
  if (Tags.length > 0) await cloud.call("monitoring", "TagResource", { ResourceARN, Tags });
}

async function described(cloud: Cloud, name: string): Promise<MetricAlarm | CompositeAlarm | undefined> {
  const { MetricAlarms, CompositeAlarms } = await cloud.call<DescribeAlarmsOutput>("monitoring", "DescribeAlarms", {
    AlarmNames: [name],
    AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
  });
  return MetricAlarms?.[0] ?? CompositeAlarms?.[0];
}

/** An alarm of either kind: they differ in the operation that puts them. */
function alarm(cloud: Cloud, name: string, put: (inputs: Properties) => Promise<unknown>) {
  const made = (inputs: Properties): Made => ({
    id: String(inputs[name]),
    outputs: { ...inputs, arn: alarmArn(cloud, inputs[name]), region: cloud.region },
  });
  const verbs: Pick<ResourceType, "create" | "update" | "delete" | "read"> = {
    async create(inputs) {
      await put(inputs);
      await tag(cloud, inputs[name], {}, inputs.tagsAll);
      return made(inputs);
    },
    async update(_id, before, after) {
      await put(after);
      await tag(cloud, after[name], before.tagsAll, after.tagsAll);
      return made(after);
    },
    async delete(id) {
      await cloud.call("monitoring", "DeleteAlarms", { AlarmNames: [id] });
    },
    async read(id, context) {
      if (!(await described(cloud, id))) return undefined;
      return made({ ...context.previous?.inputs, [name]: id });
    },
  };
  return verbs;
}

function metricAlarm(cloud: Cloud): ResourceType {
  const put = (inputs: Properties) =>
    cloud.call("monitoring", "PutMetricAlarm", {
      AlarmName: inputs.name,
      ...common(inputs),
      ComparisonOperator: inputs.comparisonOperator,
      EvaluationPeriods: inputs.evaluationPeriods,
      DatapointsToAlarm: inputs.datapointsToAlarm,
      Threshold: inputs.threshold,
      TreatMissingData: inputs.treatMissingData,
      ...(inputs.metricQueries === undefined
        ? {
            MetricName: inputs.metricName,
            Namespace: inputs.namespace,
            Dimensions: dimensions(inputs.dimensions),
            Period: inputs.period,
            Statistic: inputs.statistic,
            ExtendedStatistic: inputs.extendedStatistic,
            Unit: inputs.unit,
          }
        : { Metrics: (inputs.metricQueries as Properties[]).map(query) }),
    });
  return {
    type: "aws:cloudwatch/metricAlarm:MetricAlarm",
    docs: docs("metricalarm"),
    requiredHere: ["comparisonOperator", "evaluationPeriods"],
    properties: [
      ...["name", "comparisonOperator", "evaluationPeriods", "datapointsToAlarm", "threshold", "treatMissingData"],
      ...["metricQueries", ...single, ...actions],
    ],
    inert: ["evaluateLowSampleCountPercentiles"],
    enums: {
      comparisonOperator: [
        "GreaterThanOrEqualToThreshold",
        "GreaterThanThreshold",
        "LessThanThreshold",
        "LessThanOrEqualToThreshold",
      ],
      statistic: ["SampleCount", "Average", "Sum", "Minimum", "Maximum"],
      treatMissingData: ["missing", "ignore", "breaching", "notBreaching"],
    },
    defaults: { actionsEnabled: true, treatMissingData: "missing" },
    replaces: ["name"],
    autoname: { property: "name", max: 255 },
    taggable: true,
    validate: checkSource,
    ...alarm(cloud, "name", put),
  };
}

/** One metric or several queries. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
function checkSource(inputs: Properties, unknowns: readonly string[]): CheckFailure[] {
  if (unknowns.includes("metricQueries")) return [];
  const given = single.filter((name) => inputs[name] !== undefined);
  if (inputs.metricQueries !== undefined) {
    return given.map((property) => ({ property, reason: "cannot be given together with metricQueries" }));
  }
  const missing = ["metricName", "namespace", "period"].filter((name) => inputs[name] === undefined);
  const failures = missing.map((property) => ({ property, reason: "is required, unless metricQueries is given" }));
  if ((inputs.statistic === undefined) === (inputs.extendedStatistic === undefined)) {
    failures.push({ property: "statistic", reason: "or extendedStatistic must be given, and not both" });
  }
  return failures;
}

function query({ id, expression, label, returnData, period, metric }: Properties): object {
  const of = metric as Properties | undefined;
  return {
    Id: id,
    Expression: expression,
    Label: label,
    // The provider's default: it must be said of the one query whose data the alarm watches.
    ReturnData: returnData ?? false,
    Period: period,
    ...(of && {
      MetricStat: {
        Metric: { MetricName: of.metricName, Namespace: of.namespace, Dimensions: dimensions(of.dimensions) },
        Period: of.period,
        Stat: of.stat,
        Unit: of.unit,
      },
    }),
  };
}

function compositeAlarm(cloud: Cloud): ResourceType {
  const put = (inputs: Properties) =>
    cloud.call("monitoring", "PutCompositeAlarm", {
      AlarmName: inputs.alarmName,
      AlarmRule: inputs.alarmRule,
      ...common(inputs),
    });
  return {
    type: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
    docs: docs("compositealarm"),
    required: ["alarmName", "alarmRule"],
    properties: ["alarmName", "alarmRule", ...actions],
    defaults: { actionsEnabled: true },
    replaces: ["alarmName", "actionsEnabled"],
    taggable: true,
    idOf: (inputs) => String(inputs.alarmName),
    ...alarm(cloud, "alarmName", put),
  };
}

function dashboard(cloud: Cloud): ResourceType {
  const put = async (inputs: Properties): Promise<Made> => {
    const { dashboardName, dashboardBody } = inputs;
    const DashboardBody = typeof dashboardBody === "string" ? dashboardBody : JSON.stringify(dashboardBody);
    await cloud.call("monitoring", "PutDashboard", { DashboardName: dashboardName, DashboardBody });
    const dashboardArn = `arn:aws:cloudwatch::${cloud.accountId}:dashboard/${dashboardName}`;
    return { id: String(dashboardName), outputs: { ...inputs, dashboardArn, region: cloud.region } };
  };
  return {
    type: "aws:cloudwatch/dashboard:Dashboard",
    docs: docs("dashboard"),
    required: ["dashboardName", "dashboardBody"],
    properties: ["dashboardName", "dashboardBody"],
    replaces: ["dashboardName"],
    idOf: (inputs) => String(inputs.dashboardName),
    create: put,
    update: (_id, _before, after) => put(after),
    async delete(id) {
      await cloud.call("monitoring", "DeleteDashboards", { DashboardNames: [id] });
    },
  };
}
