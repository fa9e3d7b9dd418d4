import { randomUUID } from "node:crypto";
import type { SyncExecutionStatus } from "@aws-sdk/client-sfn";
import { parseJson } from "../../jsonText.ts";
import { brokenConstraint } from "../../kit/constraint.ts";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError, type Call, type Cloud } from "../../service.ts";
import { type Execution, type HistoryEvent, pageOf, type Records } from "./records.ts";
import { describedRedrives, redriveOperation } from "./redrive.ts";
import type { Runner } from "./runner.ts";
import type { Tokens } from "./tokens.ts";
import { executionTrace } from "./traces.ts";
import { variableReferences } from "./variables.ts";
import { type Asked, askedMachine } from "./versions.ts";

/** An execution's input, 256 KiB. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const inputBytes = 262_144;

/** Executions and tasks: start, read, stop, answer. */
export function executionOperations(
  cloud: Cloud,
  records: Records,
  runner: Runner,
  tokens: Tokens,
): Operations<"states"> {
  const on = (action: string, arn: string): Access[] => [{ action: `states:${action}`, resource: arn }];
  /**
   * Whoever holds a token may answer, if IAM lets him answer the tasks of its machine. AWS's list of actions names no
   * resource; its refusals do: "not authorized to perform: states:SendTaskFailure on resource: arn:aws:states:REGION:…".
   * https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_stepfunctions.StateMachine.html#granttaskresponseidentity
   */
  const onTask = (action: string, taskToken: string) => on(action, tokens.machineOf(taskToken) ?? "*");
  const date = (value: number | undefined) => (value === undefined ? undefined : new Date(value));

  const found = (arn: string): Execution => {
    const [prefix, , service, , , kind] = arn.split(":");
    if (prefix !== "arn" || service !== "states")
      throw new AwsError("InvalidArn", `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
    if (kind !== "execution")
      throw new AwsError("InvalidArn", `Invalid Arn: 'Resource type not valid in this context: ${kind}'`);
    const execution = records.executions.get(arn);
    if (!execution) throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
    return execution;
  };

  function begin({ machine, ...asked }: Asked, name: string, input: string, call: Call): Execution {
    const kind = machine.type === "EXPRESS" ? "express" : "execution";
    const prefix = `arn:aws:states:${cloud.region}:${cloud.accountId}:${kind}:${machine.name}:${name}`;
    const execution: Execution = {
      arn: machine.type === "EXPRESS" ? `${prefix}:${randomUUID()}` : prefix,
      name,
      machineArn: machine.arn,
      ...asked,
      type: machine.type,
      definition: records.keepDefinition(machine.definition),
      roleArn: machine.roleArn,
      input,
      status: "RUNNING",
      started: Date.now(),
      ...(machine.loggingConfiguration && { logging: machine.loggingConfiguration }),
      ...(machine.tracingConfiguration && { tracing: machine.tracingConfiguration }),
      ...(machine.tracingConfiguration?.enabled && executionTrace(call)),
      ...(machine.revision !== undefined && { revision: machine.revision }),
    };
    records.executions.put(execution.arn, execution);
    return execution;
  }

  function checkInput(input: string): void {
    try {
      parseJson(input);
    } catch {
      throw new AwsError(
        "InvalidExecutionInput",
        `Invalid State Machine Execution Input: '${input.slice(0, 60)}' is not JSON`,
      );
    }
    if (Buffer.byteLength(input) > inputBytes)
      throw new AwsError("ValidationException", "input is larger than 262144 bytes");
  }

  return {
    StartExecution: {
      access: ({ stateMachineArn }) => on("StartExecution", stateMachineArn),
      run({ stateMachineArn, name = randomUUID(), input = "{}" }, call) {
        const asked = askedMachine(records, stateMachineArn);
        checkInput(input);
        const known = records.executions.get(
          asked.machine.arn.replace(":stateMachine:", ":execution:").concat(":", name),
        );
        if (known) {
          // The same name with the same input is the same execution, as long as it runs.
          if (known.status === "RUNNING" && known.input === input)
            return { executionArn: known.arn, startDate: date(known.started) };
          throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${known.arn}'`);
        }
        const execution = begin(asked, name, input, call);
        void runner.start(execution);
        return { executionArn: execution.arn, startDate: date(execution.started) };
      },
    },
    StartSyncExecution: {
      access: ({ stateMachineArn }) => on("StartSyncExecution", stateMachineArn),
      async run({ stateMachineArn, name = randomUUID(), input = "{}" }, call) {
        const asked = askedMachine(records, stateMachineArn);
        if (asked.machine.type !== "EXPRESS") {
          throw unsupportedType();
        }
        checkInput(input);
        const { arn, started, stopped, status, output, error, cause } = await runner.start(
          begin(asked, name, input, call),
        );
        const result = { executionArn: arn, stateMachineArn, name, input, output, error, cause };
        return {
          ...result,
          // Nobody stops one that is waited for.
          status: status as SyncExecutionStatus,
          startDate: date(started),
          stopDate: date(stopped),
          inputDetails: { included: true },
          outputDetails: { included: true },
        };
      },
    },
    DescribeExecution: {
      access: ({ executionArn }) => on("DescribeExecution", executionArn),
      run({ executionArn }) {
        const { arn, started, stopped, name, status, input, output, error, cause, ...of } = found(executionArn);
        return {
          ...{ executionArn: arn, stateMachineArn: of.machineArn, name, status, input, output },
          // One that has run out of time says so by its status alone.
          ...(status !== "TIMED_OUT" && { error, cause }),
          stateMachineVersionArn: of.versionArn,
          stateMachineAliasArn: of.aliasArn,
          startDate: date(started),
          stopDate: date(stopped),
          inputDetails: { included: true },
          ...describedRedrives(records.executions.get(executionArn)!, records),
        };
      },
    },
    DescribeStateMachineForExecution: {
      access: ({ executionArn }) => on("DescribeStateMachineForExecution", executionArn),
      run({ executionArn }) {
        const { machineArn, definition: id, roleArn, started, logging, tracing, revision } = found(executionArn);
        const definition = records.definition(id);
        return {
          stateMachineArn: machineArn,
          name: machineArn.split(":").at(-1),
          definition,
          roleArn,
          updateDate: date(started),
          loggingConfiguration: logging ?? { level: "OFF", includeExecutionData: false },
          tracingConfiguration: tracing ?? { enabled: false },
          encryptionConfiguration: { type: "AWS_OWNED_KEY" },
          revisionId: revision,
          variableReferences: variableReferences(definition),
        };
      },
    },
    ListExecutions: {
      access({ stateMachineArn }) {
        // Executions of a map run are not kept.
        if (!stateMachineArn) throw new AwsError("ValidationException", "A stateMachineArn must be specified");
        return on("ListExecutions", stateMachineArn);
      },
      run({ stateMachineArn = "", statusFilter, ...rest }) {
        checkStatus(statusFilter);
        const { machine, versionArn, aliasArn } = askedMachine(records, stateMachineArn);
        if (machine.type === "EXPRESS") throw unsupportedType();
        const prefix = `${machine.arn.replace(":stateMachine:", ":execution:")}:`;
        const all = records.executions
          .values(prefix)
          .filter(({ status }) => !statusFilter || status === statusFilter)
          .filter((one) => (aliasArn ? one.aliasArn === aliasArn : !versionArn || one.versionArn === versionArn));
        const { items, paging } = pageOf(all, rest, ({ started, arn }) => [started, arn], true);
        return {
          executions: items.map(({ arn, name, status, started, stopped, redrives = [], ...of }) => ({
            executionArn: arn,
            stateMachineArn: of.machineArn,
            stateMachineVersionArn: of.versionArn,
            stateMachineAliasArn: of.aliasArn,
            name,
            status,
            startDate: date(started),
            stopDate: date(stopped),
            redriveCount: redrives.length,
            redriveDate: date(redrives.at(-1)?.at),
          })),
          ...paging,
        };
      },
    },
    GetExecutionHistory: {
      access: ({ executionArn }) => on("GetExecutionHistory", executionArn),
      run({ executionArn, reverseOrder, includeExecutionData = true, ...rest }) {
        found(executionArn);
        const { items, paging } = pageOf(records.eventsOf(executionArn), rest, ({ id }) => id, reverseOrder);
        return {
          events: items.map((event) => ({
            ...(includeExecutionData ? event : withoutData(event)),
            timestamp: date(event.timestamp),
          })),
          ...paging,
        };
      },
    },
    StopExecution: {
      access: ({ executionArn }) => on("StopExecution", executionArn),
      async run({ executionArn, error, cause }) {
        found(executionArn);
        const stopped = (await runner.stop(executionArn, error, cause)) ?? found(executionArn);
        return { stopDate: date(stopped.stopped ?? Date.now()) };
      },
    },
    ...redriveOperation(records, runner, found),
    SendTaskSuccess: {
      access: ({ taskToken }) => onTask("SendTaskSuccess", taskToken),
      run({ taskToken, output }) {
        let parsed: unknown;
        try {
          parsed = parseJson(output);
        } catch {
          throw new AwsError("InvalidOutput", `Invalid Output: '${output}' is not JSON`);
        }
        tokens.answer(taskToken, { output: parsed });
        return {};
      },
    },
    SendTaskFailure: {
      access: ({ taskToken }) => onTask("SendTaskFailure", taskToken),
      run({ taskToken, error = "States.TaskFailed", cause = "" }) {
        tokens.answer(taskToken, { error: { name: error, message: cause } });
        return {};
      },
    },
    SendTaskHeartbeat: {
      access: ({ taskToken }) => onTask("SendTaskHeartbeat", taskToken),
      run({ taskToken }) {
        tokens.heartbeat(taskToken);
        return {};
      },
    },
  };
}

const unsupportedType = () =>
  new AwsError("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine");

/** As AWS orders them. */
const statuses = ["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"];

function checkStatus(given: string | undefined): void {
  if (given === undefined || statuses.includes(given)) return;
  const constraint = `Member must satisfy enum value set: [${statuses.join(", ")}]`;
  throw new AwsError("ValidationException", brokenConstraint(given, "statusFilter", constraint));
}

function withoutData(event: HistoryEvent): HistoryEvent {
  const strip = (details: unknown) => {
    if (typeof details !== "object" || details === null) return details;
    const { input, output, parameters, ...rest } = details as Record<string, unknown>;
    return rest;
  };
  return Object.fromEntries(Object.entries(event).map(([key, value]) => [key, strip(value)])) as HistoryEvent;
}
