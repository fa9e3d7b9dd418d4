/** Fields of states, by their type. https://states-language.net/#states-fields */

/** Of every state. */
const common = ["Type", "Comment", "QueryLanguage"];
const flow = ["Next", "End", "Assign"];
/** Of states in one language only. */
export const jsonPathFields = new Set([
  ...["InputPath", "OutputPath", "ResultPath", "ResultSelector", "Parameters", "ItemsPath", "SecondsPath"],
  ...["TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "ErrorPath", "CausePath", "MaxConcurrencyPath"],
  ...["ToleratedFailureCountPath", "ToleratedFailurePercentagePath"],
]);
export const jsonataFields = new Set(["Arguments", "Output", "Items"]);

const io = ["InputPath", "OutputPath", "Output"];
const results = ["ResultPath", "ResultSelector", "Retry", "Catch"];

export const fieldsOf: Record<string, ReadonlySet<string>> = {
  Pass: new Set([...common, ...flow, ...io, "Result", "ResultPath", "Parameters"]),
  Succeed: new Set([...common, ...io, "Assign"]),
  Fail: new Set([...common, "Error", "Cause", "ErrorPath", "CausePath"]),
  Choice: new Set([...common, ...io, "Choices", "Default", "Assign"]),
  Wait: new Set([...common, ...flow, ...io, "Seconds", "SecondsPath", "Timestamp", "TimestampPath"]),
  Task: new Set([
    ...[...common, ...flow, ...io, ...results, "Resource", "Parameters", "Arguments", "Credentials"],
    ...["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"],
  ]),
  Parallel: new Set([...common, ...flow, ...io, ...results, "Branches", "Parameters", "Arguments"]),
  Map: new Set([
    ...[...common, ...flow, ...io, ...results, "Parameters", "ItemProcessor", "Iterator", "Items", "ItemsPath"],
    ...["ItemSelector", "ItemReader", "ItemBatcher", "ResultWriter", "MaxConcurrency", "MaxConcurrencyPath", "Label"],
    ...["ToleratedFailureCount", "ToleratedFailureCountPath", "ToleratedFailurePercentage"],
    "ToleratedFailurePercentagePath",
  ]),
};

/** Fields of a Map that only one with executions of its own has. What it tolerates may be said of any, and is nothing to others. */
export const distributedFields = [...["ItemReader", "ItemBatcher", "ResultWriter", "Label"]];
