import { type Definition, statesOf } from "./definition.ts";
import type { Execution as ExecutionRecord } from "./records.ts";
import type { Tokens } from "./tokens.ts";

/**
 * The context object, a part for each state; a token is made when, and as often as, a state reads it.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
export function contextOf(
  { arn, name, machineArn, roleArn, started, input }: ExecutionRecord,
  definition: Definition,
  tokens: Tokens,
): Record<string, unknown> {
  const Execution = {
    Id: arn,
    Name: name,
    RoleArn: roleArn,
    StartTime: new Date(started).toISOString(),
    Input: JSON.parse(input),
  };
  const StateMachine = { Id: machineArn, Name: machineArn.split(":").at(-1) };
  const byState = Object.fromEntries(
    [...statesOf(definition)].map(([state]) => [
      state,
      {
        Execution,
        StateMachine,
        State: {
          Name: state,
          get EnteredTime() {
            return new Date().toISOString();
          },
          RetryCount: 0,
        },
        Task: {
          get Token() {
            return tokens.draw();
          },
        },
      },
    ]),
  );
  return { Execution, StateMachine, byState };
}
