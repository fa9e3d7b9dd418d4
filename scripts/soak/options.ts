import { parseArgs } from "node:util";
import { Failure } from "../lib/failure.ts";

export interface SoakOptions {
  /** How long the load lasts. */
  minutes: number;
  /** Of the load and of the faults. */
  seed: number;
  /** Without faults. */
  calm: boolean;
  /** Of the program, for this run: `irisCompute=fargate`. */
  config: string[];
  /** Whether the state folder stays at the end. */
  keep: boolean;
}

export const usage = `npm run soak [-- OPTION ...]     loads every system at once, with faults at random, and checks what is left

  --minutes N   how long the load lasts, 0.5 to 1440 (default 3)
  --seed S      repeats the load and the faults of a run with that seed (default: a random one)
  --calm        without faults
  --config K=V  configures the program for this run, as npm start does: irisCompute=fargate
  --keep        keeps the state folder, and says where it is`;

/** @throws {Failure} naming the option, its value and what is allowed. */
export function readOptions(args: string[]): SoakOptions | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  const minutes = Number(values.minutes ?? 3);
  if (!(minutes >= 0.5 && minutes <= 1_440)) {
    throw new Failure(`--minutes is "${values.minutes}"; allowed is a number from 0.5 to 1440`);
  }
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31) {
    throw new Failure(`--seed is "${values.seed}"; allowed is a whole number from 0 to ${2 ** 31 - 1}`);
  }
  return { minutes, seed, calm: values.calm ?? false, config: values.config ?? [], keep: values.keep ?? false };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        minutes: { type: "string" },
        seed: { type: "string" },
        calm: { type: "boolean" },
        config: { type: "string", multiple: true },
        keep: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Failure(`${(error as Error).message.split(". ")[0]}\n\n${usage}`);
  }
}
