import { type Rule, unless } from "../rule.ts";

const machines = ["aws:sfn/stateMachine:StateMachine"];

interface State {
  Resource?: string;
  TimeoutSeconds?: number;
  TimeoutSecondsPath?: string;
  States?: Record<string, State>;
  Iterator?: State;
  ItemProcessor?: State;
  Branches?: State[];
}

/** Every state by its name, those of branches and maps too. */
function statesOf(machine: State): [string, State][] {
  return Object.entries(machine.States ?? {}).flatMap(([name, state]): [string, State][] => {
    const inner = [state.Iterator, state.ItemProcessor, ...(state.Branches ?? [])].filter((one) => one !== undefined);
    return [[name, state], ...inner.flatMap(statesOf)];
  });
}

const tokenTasks = (definition: unknown): [string, State][] =>
  statesOf(typeof definition === "string" ? JSON.parse(definition) : {}).filter(([, { Resource }]) =>
    Resource?.endsWith(".waitForTaskToken"),
  );

export const stateMachineRules: Rule[] = [
  {
    name: "state-machine-is-logged-and-traced",
    description: "A state machine logs every event and is traced; its logs leave out the data where that holds tokens",
    ids: ["FSBP StepFunctions.1", "N SF1", "N SF2"],
    types: machines,
    check: ({ props: { loggingConfiguration: logging, tracingConfiguration, definition } }) => [
      ...unless(logging?.level === "ALL", "loggingConfiguration.level is not ALL"),
      ...unless(tracingConfiguration?.enabled === true, "tracingConfiguration is not enabled"),
      ...unless(
        logging?.includeExecutionData !== true || tokenTasks(definition).length === 0,
        "loggingConfiguration.includeExecutionData writes task tokens to the log",
      ),
    ],
  },
  {
    name: "token-task-times-out",
    description: "A task that waits for a token ends by itself",
    ids: ["own"],
    types: machines,
    check: ({ props: { definition } }) =>
      tokenTasks(definition)
        .filter(([, { TimeoutSeconds, TimeoutSecondsPath }]) => !TimeoutSeconds && !TimeoutSecondsPath)
        .map(([name]) => `definition: ${name} waits for a token without TimeoutSeconds`),
  },
];
