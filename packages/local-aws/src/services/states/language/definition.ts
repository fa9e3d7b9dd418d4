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
