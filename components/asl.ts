/**
 * Amazon States Language as types, and small functions that build it: what a machine says is checked by the compiler, and
 * then by `asl-validator` in the tests. https://states-language.net/spec.html
 */
export interface Machine {
  Comment?: string;
  StartAt: string;
  States: Record<string, State>;
  /** Of a whole execution. */
  TimeoutSeconds?: number;
}

interface SucceedState {
  Type: "Succeed";
  OutputPath?: string;
}

export type State = TaskState | PassState | ChoiceState | SucceedState | FailState;

/** A value as JSON; keys that end in `.$` hold a path or an intrinsic function. */
export type Template = { [key: string]: string | number | boolean | Template };

interface Flow {
  Next?: string;
  End?: true;
}

export interface TaskState extends Flow {
  Type: "Task";
  Resource: string;
  Parameters: Template;
  ResultPath: string | null;
  TimeoutSeconds: number;
  Retry: (Retrier | NoRetrier)[];
  Catch: Catcher[];
}

interface PassState extends Flow {
  Type: "Pass";
  Parameters: Template;
  ResultPath?: string;
}

interface ChoiceState {
  Type: "Choice";
  Choices: (Condition & { Next: string })[];
  Default: string;
}

interface FailState {
  Type: "Fail";
  Error: string;
  Cause: string;
}

export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds: number;
  MaxAttempts: number;
  BackoffRate: number;
  MaxDelaySeconds: number;
  JitterStrategy: "FULL" | "NONE";
}

/** For errors that another try would not change; without delays, of which there are none. */
interface NoRetrier {
  ErrorEquals: string[];
  MaxAttempts: 0;
}

export interface Catcher {
  ErrorEquals: string[];
  ResultPath: string;
  Next: string;
}

type Condition =
  | { Variable: string; BooleanEquals: boolean }
  | { Variable: string; NumericGreaterThanEquals: number }
  | { Variable: string; StringEquals: string }
  | { Variable: string; IsPresent: true }
  | { Variable: string; IsBoolean: boolean }
  | { Variable: string; IsString: boolean }
  | { And: Condition[] };

export const present = (Variable: string): Condition => ({ Variable, IsPresent: true });
export const isTrue = (Variable: string): Condition => ({ Variable, BooleanEquals: true });
export const isBoolean = (Variable: string): Condition => ({ Variable, IsBoolean: true });
export const isText = (Variable: string): Condition => ({ Variable, IsString: true });
export const equals = (Variable: string, StringEquals: string): Condition => ({ Variable, StringEquals });
export const atLeast = (Variable: string, NumericGreaterThanEquals: number): Condition => ({
  Variable,
  NumericGreaterThanEquals,
});
export const and = (...And: Condition[]): Condition => ({ And });

/** @param ways conditions and where they lead, the first that holds wins. */
export const choice = (ways: [Condition, next: string][], Default: string): ChoiceState => ({
  Type: "Choice",
  Choices: ways.map(([condition, Next]) => ({ ...condition, Next })),
  Default,
});

/** @param ResultPath default: the parameters become the state's whole output. */
export const pass = (Parameters: Template, Next: string, ResultPath?: string): PassState => ({
  Type: "Pass",
  Parameters,
  ...(ResultPath && { ResultPath }),
  Next,
});

export const task = (settings: Omit<TaskState, "Type">): TaskState => ({ Type: "Task", ...settings });
export const fail = (error: string, cause: string): FailState => ({ Type: "Fail", Error: error, Cause: cause });
/** @param OutputPath what of the state's input becomes the execution's output. Default: all of it. */
export const succeed = (OutputPath?: string): SucceedState => ({ Type: "Succeed", ...(OutputPath && { OutputPath }) });

/** Delays of 1, 2, 4, ... seconds, each at most `MaxDelaySeconds` and spread by chance, so that tries do not meet. */
export const retry = (ErrorEquals: string[], MaxAttempts: number, MaxDelaySeconds: number): Retrier => ({
  ErrorEquals,
  IntervalSeconds: 1,
  MaxAttempts,
  BackoffRate: 2,
  MaxDelaySeconds,
  JitterStrategy: "FULL",
});

export const noRetry = (ErrorEquals: string[]): NoRetrier => ({ ErrorEquals, MaxAttempts: 0 });

/** What is known of the error is at `$.error`. */
export const caught = (ErrorEquals: string[], Next: string): Catcher => ({ ErrorEquals, ResultPath: "$.error", Next });

/** Seconds that a retrier waits in all, at most. */
export function longestWait(retrier: Retrier | NoRetrier): number {
  if (retrier.MaxAttempts === 0) return 0;
  const { IntervalSeconds, MaxAttempts, BackoffRate, MaxDelaySeconds } = retrier as Retrier;
  let sum = 0;
  for (let attempt = 0; attempt < MaxAttempts; attempt++) {
    sum += Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** attempt);
  }
  return sum;
}
