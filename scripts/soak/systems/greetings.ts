import { output } from "../../lib/stack.ts";
import { type Load, patiently } from "./load.ts";

const said: Record<string, string> = {
  whodisUrl: "Whoop whoop! This is the sound of the Python",
  oleoleoleUrl: "Feelin' hot hot hot!",
};

/** Two small APIs, asked often. */
export const greetings: Load = {
  name: "greetings",
  pause: 300,
  clients: 2,
  async step({ stack, measures, ledger }, chance) {
    const key = chance.one(Object.keys(said));
    const name = `latency ${key.replace("Url", "")}`;
    const answer = await measures.timed(name, () => patiently(() => fetch(output(stack, key))));
    if (!answer.ok) return;
    const { message } = (await answer.json()) as { message?: string };
    ledger.expect("answers are right", message === said[key], () => `${key} answered ${JSON.stringify(message)}`);
  },
};
