/** TestState: one state, tried alone. https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html */
import { randomUUID } from "node:crypto";
import type * as sfn from "@aws-sdk/client-sfn";
import { parseJson } from "../../jsonText.ts";
import { passRole } from "../../kit/passRole.ts";
import type { Operations } from "../../operations.ts";
import { AwsError, type Cloud } from "../../service.ts";
import { checkDefinition } from "./definition.ts";
import { callService } from "./integrations.ts";
import type { State } from "./language/definition.ts";
import { StateError } from "./language/failure.ts";
import type { Surroundings, Trial } from "./language/frame.ts";
import { runState, runStates } from "./language/machine.ts";
import { readResource } from "./language/resource.ts";
import { Variables } from "./language/scope.ts";
import { checkContext } from "./testContext.ts";
import { checkMock } from "./testMock.ts";

const invalid = (message: string) => new AwsError("ValidationException", message);

/** A state that its definition is, or that it names among others. */
function readState(text: string, name: string | undefined): [name: string, state: State, language: string | undefined] {
  let given: State & { States?: Record<string, State> };
  try {
    given = parseJson(text) as State;
  } catch (error) {
    throw new AwsError(
      "InvalidDefinition",
      `Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: ${(error as Error).message}'`,
    );
  }
  if (given.States) {
    checkDefinition(text);
    const state = given.States[name ?? given.StartAt];
    if (!state) throw invalid("State not found in definition");
    return [name ?? given.StartAt, state, given.QueryLanguage];
  }
  if (name !== undefined) throw invalid("State not found in definition");
  // What follows it is not there.
  const next = [
    given.Next,
    given.Default,
    ...[...(given.Choices ?? []), ...(given.Catch ?? [])].map(({ Next }) => Next),
  ];
  const others = next.filter((one) => typeof one === "string").map((one) => [one, { Type: "Succeed" }]);
  const whole = { StartAt: "StateName", States: { ...Object.fromEntries(others), StateName: given } };
  checkDefinition(JSON.stringify(whole));
  return ["StateName", given, undefined];
}

/** States that a mock stands for. */
const mockable = new Set(["Task", "Map", "Parallel"]);

function check(input: sfn.TestStateInput, { Type, ...state }: State): void {
  const { mock, stateConfiguration: { mapIterationFailureCount } = {}, roleArn } = input;
  if (mock && !mockable.has(Type)) throw invalid(`State type '${Type}' is not supported when a mock is specified`);
  if (mock?.result !== undefined && mock.errorOutput)
    throw invalid("A test mock should have only one of the following fields: [result, errorOutput].");
  if (!mock && mapIterationFailureCount !== undefined)
    throw invalid("TestState does not support MapIterationFailureCount when a mock is not specified.");
  if (!mock && (Type === "Map" || Type === "Parallel")) {
    throw new AwsError(
      "InvalidDefinition",
      "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
    );
  }
  if (!mock && Type === "Task" && !roleArn) throw invalid("RoleArn must be specified when testing a Task state");
  if (!mock && /\.(sync|sync:2|waitForTaskToken)$/.test(state.Resource ?? ""))
    throw invalid("TestState API does not support '.sync' and '.waitForTaskToken' integration patterns without a mock");
  if (mock?.result === undefined) return;
  const result = resultOf(input);
  if (Type === "Map" && !state.ResultWriter && !Array.isArray(result)) throw invalid("Mocked result must be an array.");
  if (Type === "Parallel" && (!Array.isArray(result) || result.length !== state.Branches.length))
    throw invalid("Mocked result must be an array with one result for each branch.");
  if (Array.isArray(result) && (mapIterationFailureCount ?? 0) > result.length)
    throw invalid("Map iteration failure count must be less than or equal to the number of Map iterations");
}

function resultOf({ mock }: sfn.TestStateInput): unknown {
  try {
    return parseJson(mock?.result ?? "null");
  } catch {
    throw invalid("Mocked result must be valid JSON");
  }
}

const text = (value: unknown): string => JSON.stringify(value);

/** What a trial has seen, in AWS's words. */
class Seen {
  readonly data: Record<string, unknown> = {};
  readonly #errors: Record<string, number> = {};
  retriable = false;
  /** What was caught. */
  failure: StateError | undefined;

  inspect(stage: string, value: unknown): void {
    this.data[stage] = typeof value === "number" ? value : text(value);
  }

  retries(retryIndex: number, delay: number | undefined): void {
    Object.assign(this.#errors, {
      retryIndex,
      ...(delay !== undefined && { retryBackoffIntervalSeconds: Math.round(delay) }),
    });
    this.retriable = delay !== undefined;
    this.data.errorDetails = this.#errors;
  }

  caughtBy(catchIndex: number, failure: StateError): void {
    this.data.errorDetails = { catchIndex };
    this.failure = failure;
  }
}

/** What a mocked Map does with failures of its iterations. */
async function mockedMap(
  seen: Seen,
  running: { valueOf(field: string): Promise<unknown> },
  result: unknown,
  failures: number,
): Promise<unknown> {
  const count = (await running.valueOf("ToleratedFailureCount")) as number | undefined;
  const share = (await running.valueOf("ToleratedFailurePercentage")) as number | undefined;
  if (count !== undefined) seen.inspect("toleratedFailureCount", count);
  if (share !== undefined) seen.inspect("toleratedFailurePercentage", share);
  const total = Array.isArray(result) ? result.length : 0;
  const many = count !== undefined && failures > count;
  const large = share !== undefined && total > 0 && (failures / total) * 100 > share;
  if ((many || large) && !((count !== undefined && !many) || (share !== undefined && !large)))
    throw new StateError(
      "States.ExceedToleratedFailureThreshold",
      "The specified tolerated failure threshold was exceeded",
    );
  return result;
}

export function testOperations(cloud: Cloud): Operations<"states"> {
  return {
    TestState: {
      access: ({ roleArn }: sfn.TestStateInput) => [
        { action: "states:TestState", resource: "*" },
        ...(roleArn === undefined ? [] : passRole("states.amazonaws.com", roleArn)),
      ],
      run: (input: sfn.TestStateInput) => tryState(cloud, input),
    },
  };
}

async function tryState(cloud: Cloud, input: sfn.TestStateInput): Promise<object> {
  const { definition = "", stateName, roleArn = "", inspectionLevel = "INFO", mock, stateConfiguration = {} } = input;
  const [name, state, language] = readState(definition, stateName);
  const jsonata = (state.QueryLanguage ?? language) === "JSONata";
  check(input, state);
  if (mock?.result !== undefined && state.Type === "Task")
    await checkMock(readResource(state.Resource), resultOf(input), mock.fieldValidationMode ?? "STRICT");
  const value = parseJson(input.input ?? "{}");
  const seen = new Seen();
  const context = input.context === undefined ? undefined : checkContext(input.context, state);
  const mocked = () => {
    if (mock?.errorOutput) throw new StateError(mock.errorOutput.error, mock.errorOutput.cause);
    return resultOf(input);
  };
  const trial: Trial = {
    ...(context && { context }),
    retried: stateConfiguration.retrierRetryCount ?? 0,
    inspect: (stage, inspected) => seen.inspect(stage, inspected),
    retries: (index, delay) => seen.retries(index, delay),
    caughtBy: (index, failure) => seen.caughtBy(index, failure),
    ...(mock && {
      async results(running) {
        const result = mocked();
        const { mapIterationFailureCount = 0 } = stateConfiguration;
        return state.Type === "Map" ? mockedMap(seen, running, result, mapIterationFailureCount) : result;
      },
    }),
  };
  const surroundings = surroundingsOf(cloud, roleArn, input.input ?? "{}", trial, mock && mocked);
  const variables = new Variables();
  for (const [variable, given] of Object.entries(parseJson(input.variables ?? "{}") as object))
    variables.set(variable, given);
  const frame = {
    surroundings,
    place: "",
    chain: { last: 0 },
    variables,
    signal: new AbortController().signal,
    language: jsonata ? ("JSONata" as const) : ("JSONPath" as const),
    run: runStates,
  };
  seen.data.input = input.input ?? "{}";
  const answer = (more: object) => ({
    ...more,
    ...(inspectionLevel !== "INFO" && { inspectionData: shownData(seen.data, state, jsonata) }),
  });
  try {
    const { output, next } = await runState(name, state, value, frame, 0);
    const { failure } = seen;
    return answer({
      output: text(output),
      ...(next !== undefined && { nextState: next }),
      ...(failure && { error: failure.error, cause: failure.cause }),
      status: failure ? "CAUGHT_ERROR" : "SUCCEEDED",
    });
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    const { error: code, cause } = error;
    return answer({
      ...(code !== undefined && { error: code }),
      ...(cause !== undefined && {
        cause: cause.replace(
          /^An error occurred while executing the state '.*?' \(entered at the event id #\d+\)\. /,
          "",
        ),
      }),
      status: seen.retriable ? "RETRIABLE" : "FAILED",
    });
  }
}

/** Stages that are shown, by what the state does with its data. */
function shownData(data: Record<string, unknown>, { Type }: State, jsonata: boolean): Record<string, unknown> {
  if (Type === "Parallel") delete data.afterInputPath;
  if (jsonata && Type !== "Task") delete data.afterArguments;
  return data;
}

function surroundingsOf(
  cloud: Cloud,
  roleArn: string,
  input: string,
  trial: Trial,
  mocked: (() => unknown) | undefined,
): Surroundings {
  const [machine, execution] = [randomUUID(), randomUUID()];
  const prefix = `arn:aws:states:${cloud.region}:${cloud.accountId}`;
  const machineArn = `${prefix}:stateMachine:${machine}`;
  const executionArn = `${prefix}:express:${machine}:${execution}`;
  const session = () => cloud.assumeRole(roleArn, "states.amazonaws.com", execution.slice(0, 16), machineArn);
  const surroundings: Surroundings = {
    trial,
    over: false,
    region: cloud.region,
    context: {
      Execution: {
        Id: executionArn,
        Input: parseJson(input),
        Name: execution,
        RoleArn: roleArn,
        StartTime: new Date().toISOString(),
      },
      StateMachine: { Id: machineArn, Name: machine },
    },
    add: () => 2,
    enter() {},
    leave() {},
    async perform({ integration, input: given, signal }) {
      if (mocked) return mocked();
      return callService(cloud, integration, given, await session(), { executionArn, machineArn, signal });
    },
    hasActivity: () => true,
    async waitUntil() {},
    keep: (_place, make) => make(),
    token: () => randomUUID(),
    mapRun: () => {
      throw invalid("A Map is not run by TestState");
    },
    child: () => surroundings,
    call: async (service, operation, request) =>
      cloud.request(service, operation, request, (await session()).principal),
  };
  return surroundings;
}
