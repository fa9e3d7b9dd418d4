import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Sample } from "./metrics.ts";

/** A multinomial logistic regression, as it was fitted. */
export interface Fit {
  classes: string[];
  means: number[];
  deviations: number[];
  weights: number[][];
  intercepts: number[];
}

const requirements = join(import.meta.dirname, "requirements.txt");
/** Where scikit-learn is installed, once. */
const environment = join(import.meta.dirname, "../../node_modules/.cache/scikit-learn");

/**
 * Fits by scikit-learn's `LogisticRegression`, its settings the usual ones, on its own `train_test_split`.
 * @throws Error that says what is missing: Python, or a package index for the first time.
 */
export function fitByScikitLearn(samples: readonly Sample[], split: { heldOutShare: number; seed: number }): Fit {
  const python = join(environment, "bin/python");
  if (!existsSync(python)) install(python);
  const given = { samples: samples.map(({ values }) => values), labels: samples.map(({ target }) => target), ...split };
  return JSON.parse(run(python, [join(import.meta.dirname, "train.py")], JSON.stringify(given)));
}

function install(python: string): void {
  mkdirSync(environment, { recursive: true });
  try {
    run("python3", ["-m", "venv", environment]);
    const options = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes"];
    run(python, ["-m", "pip", "install", ...options, "--requirement", requirements]);
  } catch (error) {
    rmSync(environment, { recursive: true, force: true });
    throw error;
  }
}

function run(program: string, args: string[], input = ""): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Error(
    `${program} ${args.slice(0, 3).join(" ")} failed: ${error?.message ?? stderr.trim().split("\n").at(-1)}`,
  );
}
