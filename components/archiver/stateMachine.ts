import {
  and,
  atLeast,
  type Catcher,
  caught,
  choice,
  equals,
  fail,
  isBoolean,
  isText,
  isTrue,
  type Machine,
  noRetry,
  pass,
  present,
  type Retrier,
  retry,
  type State,
  succeed,
  type TaskState,
  type Template,
  task,
} from "../asl.ts";

/** How an execution can end for its file; a failed one also ends as `Failed`, `Vanished` or `Changed`. */
export const outcomes = ["Archived", "Quality_Fail", "Unarchivable", "Rejected", "Expired"] as const;
export type Outcome = (typeof outcomes)[number];

/** What the machine is made of: plain values, known when it is deployed. */
export interface ArchiverParts {
  /** ARN of the function that reads the file, or simulates one. */
  gatherInfo: string;
  /** ARN of the function that archives, moves, tags, deletes. */
  act: string;
  /** Name of the table of records. */
  table: string;
  /** Quality from which a file is archived. */
  qualityThreshold: number;
  /** Seconds that reading, or acting on, a file may take. */
  fileTimeout: number;
  /** Who is asked, and how long; none where nobody can be, as in an Express machine. */
  approval?: { timeout: number } & ({ queueUrl: string } | { askFunction: string });
  /** Whether it is for an Express machine, whose executions have ARNs of another form. */
  express: boolean;
  /** Seconds that an execution may take. */
  timeout: number;
}

/** Errors that Lambda itself raises and that pass. https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html */
const lambdaPasses = [
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
  "Lambda.ClientExecutionTimeoutException",
];
/** Errors of a function that ended without reporting one. */
const crashes = ["Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout"];
/** Errors of our functions that no other try mends. */
const permanent = ["InvalidInput", "FileVanished", "FileChanged", "NoApprover", "States.Timeout"];

const whatWentWrong: Catcher[] = [
  caught(["FileVanished"], "File Vanished"),
  caught(["FileChanged"], "File Changed"),
  caught(["States.ALL"], "Failure"),
];

/**
 * The archiver's state machine: Set Defaults, Gather Info, Need Approval?, Data Manager Approval, Archive or Not?,
 * Quality?, an action, Record Result. Whatever goes wrong on the way ends in the record too.
 */
export function archiverDefinition(parts: ArchiverParts): Machine {
  const { approval, qualityThreshold, timeout } = parts;
  return {
    Comment: "Archives a file, or not: by its quality, and a human's decision",
    StartAt: "Set Defaults",
    TimeoutSeconds: timeout,
    States: {
      "Set Defaults": setDefaults(parts.express),
      "Gather Info": callFunction(
        parts.gatherInfo,
        { "input.$": "$$.Execution.Input", "id.$": "$.id", "approval_needed.$": "$.granule.approval_needed" },
        { timeout: parts.fileTimeout, result: "$.granule", next: "Need Approval?" },
      ),
      "Need Approval?": choice(
        [[isTrue("$.granule.approval_needed"), approval ? "Data Manager Approval" : "Nobody To Ask"]],
        "Archive or Not?",
      ),
      ...(approval ? approvalStates(approval) : nobodyToAsk),
      "Archive or Not?": choice([[isTrue("$.granule.archive"), "Quality?"]], "Do Not Archive"),
      "Quality?": choice([[atLeast("$.granule.quality", qualityThreshold), "Archive Granule"]], "Bad Granule"),
      "Archive Granule": act(parts, "Archived"),
      // To quarantine, unless `actions` say otherwise.
      "Bad Granule": act(parts, "Quality_Fail"),
      "Do Not Archive": act(parts, "Unarchivable"),
      ...(approval && { Rejected: act(parts, "Rejected"), Expired: act(parts, "Expired") }),
      "File Vanished": endedAs("Vanished"),
      "File Changed": endedAs("Changed"),
      Failure: endedAs("Failed"),
      "Explain Failure": pass(
        { "full.$": "States.JsonMerge($.unexplained, $.error, false)" },
        "Note Failure",
        "$.error",
      ),
      "Note Failure": pass(
        {
          Error: { "S.$": "States.Format('{}', $.error.full.Error)" },
          Reason: { "S.$": "States.Format('{}', $.error.full.Cause)" },
        },
        "Compose Record",
        "$.failure",
      ),
      "Compose Record": composeRecord,
      "Record Result": recordResult(parts.table),
      "Done?": choice([[equals("$.done.action", "Failed"), "Not Archived"]], "Done"),
      "Not Archived": fail("ArchiverFailed", "The record says why"),
      "Not Recorded": fail("NotRecorded", "The table took no record; the reconciler writes it"),
      // What was done, and where the file is: the rest of it are defaults that look like errors.
      Done: succeed("$.done"),
    },
  };
}

/** Every path that a later state reads is there from the start, whatever fails before it is filled. */
const setDefaults = (express: boolean): State =>
  pass(
    {
      // The record's key is the last part of the execution's ARN: its name, or Express's own id.
      "id.$": `States.ArrayGetItem(States.StringSplit($$.Execution.Id, ':'), ${express ? 8 : 7})`,
      granule: { approval_needed: false, archive: false, quality: 0, url: "" },
      unexplained: { Error: "States.TaskFailed", Cause: "" },
      unsigned: { approver: "", reason: "" },
      decision: {},
      failure: {},
    },
    "Gather Info",
  );

function callFunction(
  Resource: string,
  Parameters: Template,
  { timeout, result, next }: { timeout: number; result: string; next: string },
): TaskState {
  return task({
    Resource,
    Parameters,
    ResultPath: result,
    TimeoutSeconds: timeout,
    Retry: [
      retry(lambdaPasses, 4, 8),
      noRetry(permanent),
      // A function that crashed in the middle: what it does, it can do again.
      retry(["States.TaskFailed"], 2, 4),
    ],
    Catch: whatWentWrong,
    Next: next,
  });
}

const act = ({ act: arn, fileTimeout }: ArchiverParts, outcome: Outcome): TaskState =>
  callFunction(
    arn,
    { outcome, "id.$": "$.id", "granule.$": "$.granule" },
    { timeout: fileTimeout, result: "$.done", next: "Compose Record" },
  );

const endedAs = (action: string): State => pass({ action, "url.$": "$.granule.url" }, "Explain Failure", "$.done");

/** Asked for where nobody can be asked: not archived without the decision that was required. */
const nobodyToAsk: Record<string, State> = {
  "Nobody To Ask": pass(
    { Error: "NoApprover", Cause: "approval_needed is true, but this state machine has nobody to ask" },
    "Failure",
    "$.error",
  ),
};

function approvalStates(approval: NonNullable<ArchiverParts["approval"]>): Record<string, State> {
  return {
    "Data Manager Approval": task({
      ...question(approval),
      ResultPath: "$.answer",
      TimeoutSeconds: approval.timeout,
      Retry: [retry([...lambdaPasses, ...crashes, "SQS.SdkClientException", "SQS.ServiceUnavailable"], 4, 8)],
      Catch: [caught(["States.Timeout"], "Expired"), caught(["States.ALL"], "Failure")],
      Next: "Answer Given?",
    }),
    // One step after the other: an interpreter may read every operand of And before it decides.
    "Answer Given?": choice([[present("$.answer.approved"), "Answer Clear?"]], "Malformed Answer"),
    "Answer Clear?": choice([[isBoolean("$.answer.approved"), "Read Answer"]], "Malformed Answer"),
    "Malformed Answer": pass(
      { Error: "MalformedAnswer", Cause: 'The answer is not {"approved": true} or {"approved": false}' },
      "Failure",
      "$.error",
    ),
    "Read Answer": pass({ "full.$": "States.JsonMerge($.unsigned, $.answer, false)" }, "Answer Signed?", "$.answer"),
    "Answer Signed?": choice(
      [[and(isText("$.answer.full.approver"), isText("$.answer.full.reason")), "Note Answer"]],
      "Malformed Answer",
    ),
    "Note Answer": pass(
      {
        Approved: { "BOOL.$": "$.answer.full.approved" },
        Approver: { "S.$": "$.answer.full.approver" },
        Reason: { "S.$": "$.answer.full.reason" },
      },
      "Approved?",
      "$.decision",
    ),
    "Approved?": choice([[isTrue("$.answer.full.approved"), "Archive or Not?"]], "Rejected"),
  };
}

/** The task token goes to the queue in plain, as its readers expect; by mail it stays in a table. */
function question(approval: NonNullable<ArchiverParts["approval"]>): Pick<TaskState, "Resource" | "Parameters"> {
  if ("queueUrl" in approval) {
    return {
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: {
        QueueUrl: approval.queueUrl,
        MessageBody: {
          Message: "Approve me!",
          "TaskToken.$": "$$.Task.Token",
          "Execution.$": "$$.Execution.Id",
          "id.$": "$.granule.id",
          "quality.$": "$.granule.quality",
          "archive.$": "$.granule.archive",
          "url.$": "$.granule.url",
          "granule.$": "$.granule",
        },
      },
    };
  }
  return {
    Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
    Parameters: {
      FunctionName: approval.askFunction,
      Payload: {
        "taskToken.$": "$$.Task.Token",
        "execution.$": "$$.Execution.Id",
        "id.$": "$.id",
        timeout: approval.timeout,
        "granule.$": "$.granule",
      },
    },
  };
}

const composeRecord: State = pass(
  {
    Id: { "S.$": "$.id" },
    Archive: { "BOOL.$": "$.granule.archive" },
    Quality: { "N.$": "States.Format('{}', $.granule.quality)" },
    Action: { "S.$": "$.done.action" },
    Timestamp: { "S.$": "$$.State.EnteredTime" },
    Approval: { "BOOL.$": "$.granule.approval_needed" },
    Url: { "S.$": "$.done.url" },
    Execution: { "S.$": "$$.Execution.Id" },
  },
  "Record Result",
  "$.item",
);

/** 23 seconds in all, without jitter: a table that is away for a while still gets its records. */
const patience: Retrier = { ...retry(["States.TaskFailed"], 5, 8), JitterStrategy: "NONE" };

/** The one record of this execution: a second try, the reconciler and the status rule find it and leave it. */
const recordResult = (TableName: string): TaskState =>
  task({
    Resource: "arn:aws:states:::dynamodb:putItem",
    Parameters: {
      TableName,
      "Item.$": "States.JsonMerge(States.JsonMerge($.item, $.decision, false), $.failure, false)",
      ConditionExpression: "attribute_not_exists(Id)",
    },
    ResultPath: null,
    TimeoutSeconds: 30,
    Retry: [noRetry(["DynamoDB.ConditionalCheckFailedException"]), patience],
    Catch: [caught(["DynamoDB.ConditionalCheckFailedException"], "Done?"), caught(["States.ALL"], "Not Recorded")],
    Next: "Done?",
  });
