import { each, type Reasons, tagged } from "./reasons.ts";

/** Of alarms, dashboards, logs and the budget. */
export const observability: Readonly<Record<string, Reasons>> = {
  "aws:budgets/budget:Budget": each("budgets", { ModifyBudget: "makes, changes and deletes it", TagResource: tagged }),
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": each("cloudwatch", {
    PutCompositeAlarm: "makes and changes it",
    DeleteAlarms: "deletes it",
    TagResource: tagged,
  }),
  "aws:cloudwatch/dashboard:Dashboard": each("cloudwatch", {
    PutDashboard: "makes and changes it",
    DeleteDashboards: "deletes it",
  }),
  "aws:cloudwatch/logGroup:LogGroup": each("logs", {
    CreateLogGroup: "makes it",
    PutRetentionPolicy: "ends what it keeps",
    DeleteRetentionPolicy: "changes what it keeps",
    AssociateKmsKey: "encrypts it by config logKeyArn",
    DisassociateKmsKey: "takes that back",
    DeleteLogGroup: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": each("cloudwatch", {
    PutMetricAlarm: "makes and changes it",
    DeleteAlarms: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
};
