import { evaluate } from "../../components/support/evaluate.ts";
import type { Recording } from "../../components/support/record.ts";

let made: Promise<Recording[]> | undefined;

/** What the program makes: evaluations that between them make a resource of every type that it can make. */
export function everyProgram(): Promise<Recording[]> {
  made ??= evaluations();
  return made;
}

async function evaluations(): Promise<Recording[]> {
  const mail = { "platform:archiverApprovers": '["a@example.org"]' };
  const schedules = {
    "platform:archiverSchedule": "rate(1 hour)",
    "platform:recommenderRetrainSchedule": "rate(7 days)",
    "platform:recommenderIdleHours": "4",
  };
  const ses = {
    "platform:archiverMailFrom": "a@example.org",
    "platform:archiverMailIdentityArn": "arn:aws:ses:eu-west-1:123456789012:identity/example.org",
  };
  const promise = { "platform:availabilityObjective": "99.9" };
  const budget = { "platform:monthlyBudget": "100", "platform:monthlyBudgetMails": '["a@example.org"]' };
  const configurations: Record<string, string>[] = [
    { ...mail, ...schedules },
    { ...mail, ...ses, "platform:irisCompute": "fargate" },
    { "platform:platformNetwork": "true", "platform:platformNat": "false", ...budget, ...promise },
  ];
  const all: Recording[] = [];
  // One after the other: they share Pulumi's settings.
  for (const config of configurations) all.push((await evaluate(config)).made);
  return all;
}

/** Types of resources, and functions that look something up. */
export const typesOf = (recordings: Recording[]): Set<string> =>
  new Set(
    recordings.flatMap((one) => [
      ...one.all.map(({ type }) => type).filter((type) => !type.startsWith("dsp:")),
      ...one.functions,
    ]),
  );
