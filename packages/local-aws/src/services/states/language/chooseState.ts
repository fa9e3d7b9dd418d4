import { holds, type Rule } from "./choice.ts";
import { EvaluationError, StateError } from "./failure.ts";
import { typeName } from "./jsonata.ts";
import type { Outcome, Running } from "./running.ts";

/** The Choice state: the first rule that holds decides. @throws StateError `States.NoChoiceMatched` */
export async function choose(running: Running): Promise<Outcome> {
  const { state, jsonata } = running;
  const selected = running.selectedInput();
  const rules: Rule[] = state.Choices;
  for (const [index, rule] of rules.entries()) {
    const field = `Choices[${index}]`;
    if (!(jsonata ? await condition(running, rule, `${field}/Condition`) : holds(rule, running.scope(selected))))
      continue;
    const assigned = await running.assigned(rule.Assign, selected, {}, `${field}/Assign`);
    if (!jsonata) return { output: running.output(selected), next: rule.Next as string, assigned };
    const output = rule.Output === undefined ? running.input : await running.evaluate(rule.Output, `${field}/Output`);
    return { output, next: rule.Next as string, assigned };
  }
  if (state.Default === undefined)
    throw new StateError(
      "States.NoChoiceMatched",
      "Failed to transition out of the state. The state did not match any choice and has no default.",
    );
  const assigned = await running.assigned(state.Assign, selected, {});
  if (!jsonata) return { output: running.output(selected), next: state.Default, assigned };
  const output = state.Output === undefined ? running.input : await running.evaluate(state.Output, "Output");
  return { output, next: state.Default, assigned };
}

async function condition(running: Running, { Condition }: Rule, field: string): Promise<boolean> {
  const value = await running.evaluate(Condition, field);
  if (typeof value === "boolean") return value;
  throw new EvaluationError(
    `The JSONata expression '${Condition}' specified for the field '${field}' returned an unexpected result type. Expected 'boolean', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`,
    field,
  );
}
