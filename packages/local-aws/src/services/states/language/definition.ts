/** Machines as they are written, in Amazon States Language. https://states-language.net */

// biome-ignore lint/suspicious/noExplicitAny: states have the fields of their type, which are checked when a machine is made.
export type State = { Type: string } & Record<string, any>;

export interface States {
  StartAt: string;
  States: Record<string, State>;
  QueryLanguage?: string;
}

export interface Definition extends States {
  TimeoutSeconds?: number;
}

/** Every state by name, those of branches and maps included: names are unique in a machine. */
export function* statesOf({ States }: Pick<States, "States">): Iterable<[string, State]> {
  for (const [name, state] of Object.entries(States ?? {})) {
    yield [name, state];
    for (const inner of [...(state.Branches ?? []), state.Iterator, state.ItemProcessor]) {
      if (inner) yield* statesOf(inner);
    }
  }
}
