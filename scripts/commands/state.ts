import type { CommandModule } from "yargs";
import { startCommand } from "../lib/platforms.ts";
import { printJson, printTable } from "../lib/print.ts";
import { forgetState, loadState, savedStates, saveState } from "../lib/savedStates.ts";
import { stateDirectory } from "../lib/stack.ts";

const save: CommandModule<object, { state: string; replace: boolean }> = {
  command: "save <state>",
  describe: "Keep the local platform's state as it is now; it may run",
  builder: (command) =>
    command
      .positional("state", { type: "string", demandOption: true, describe: "Name to keep it under" })
      .option("replace", { type: "boolean", default: false, describe: "In the place of one of that name" })
      .example("dsp state save trained", "To come back to it later"),
  async handler({ state, replace }) {
    const began = performance.now();
    saveState(stateDirectory(), state, { replace });
    console.log(`${state} is kept (${seconds(began)})`);
  },
};

const load: CommandModule<object, { state: string }> = {
  command: "load <state>",
  describe: "Put a kept state in the place of the present one; the platform must not run",
  builder: (command) =>
    command
      .positional("state", { type: "string", demandOption: true, describe: "Its name" })
      .example("dsp state load trained", "What was kept is there at the next npm start"),
  async handler({ state }) {
    const began = performance.now();
    const directory = stateDirectory();
    loadState(directory, state);
    console.log(`${state} is loaded (${seconds(began)}). Start it: ${startCommand(directory)}`);
  },
};

const list: CommandModule<object, { json?: boolean }> = {
  command: "list",
  describe: "List the kept states, oldest first",
  async handler({ json }) {
    const directory = stateDirectory();
    const states = savedStates(directory);
    if (json) return printJson(states);
    if (states.length === 0) return console.log(`None is kept of ${directory}. Keep one: dsp state save NAME`);
    printTable(states.map(({ name, saved, bytes }) => [name, saved.toISOString(), `${(bytes / 1e6).toFixed(1)} MB`]));
  },
};

const forget: CommandModule<object, { state: string }> = {
  command: "delete <state>",
  describe: "Delete a kept state",
  builder: (command) => command.positional("state", { type: "string", demandOption: true, describe: "Its name" }),
  async handler({ state }) {
    forgetState(stateDirectory(), state);
    console.log(`${state} is deleted`);
  },
};

const seconds = (began: number): string => `${((performance.now() - began) / 1000).toFixed(2)} s`;

/** `dsp state`: the local platform's state, kept under names. */
export const state: CommandModule = {
  command: "state",
  describe: "Keep the local platform's state, and come back to it",
  builder: (command) =>
    command
      .command(save)
      .command(load)
      .command(list)
      .command(forget)
      .demandCommand(1, "Say which: save, load, list, delete."),
  handler() {},
};
