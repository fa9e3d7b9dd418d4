import { parsed } from "../json.ts";
import { type Rule, unless } from "../rule.ts";
import { listOf, statementsOf } from "../statements.ts";

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
  statesOf((parsed(definition) ?? {}) as State).filter(([, { Resource }]) => Resource?.endsWith(".waitForTaskToken"));

/** Services whose resources a definition names one by one. Logs and traces have none to name. */
const exactServices = /^(lambda|sqs|dynamodb|sns|states|sagemaker|s3|events):/;

export const stateMachineRules: Rule[] = [
  {
    name: "state-machine-is-logged-and-traced",
    description: "A state machine logs every event and is traced; its logs leave out the data where that holds tokens",
    ids: ["StepFunctions.1", "AwsSolutions-SF1", "AwsSolutions-SF2"],
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
  {
    name: "state-machine-role-is-exact",
    description: "A state machine's role names each function, queue and table that its states use",
    ids: ["own"],
    types: ["aws:iam/rolePolicy:RolePolicy"],
    scope: "stack",
    check: ({ props, sources }) => {
      const role = sources?.role?.find(({ type }) => type === "aws:iam/role:Role");
      if (!JSON.stringify(role?.props.assumeRolePolicy ?? "").includes("states.amazonaws.com")) return [];
      return statementsOf(props.policy).flatMap(({ Effect, Action, Resource }, index) => {
        const used = listOf(Action).filter((action) => exactServices.test(action));
        if (Effect !== "Allow" || used.length === 0) return [];
        return listOf(Resource)
          .filter((resource) => resource.includes("*"))
          .map((resource) => `policy.Statement[${index}].Resource is ${resource} for ${used.join(", ")}`);
      });
    },
  },
];
