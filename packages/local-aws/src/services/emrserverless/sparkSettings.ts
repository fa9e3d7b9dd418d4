/** Spark settings of a run: `sparkSubmitParameters`, and `spark-defaults` of the application and of the run. */
import type { Configuration } from "@aws-sdk/client-emr-serverless";

export interface SparkSettings {
  /** Properties by name, `spark.executor.memory`. */
  conf: Record<string, string>;
  /** Other options of spark-submit, each with its value: `["--py-files", "s3://…"]`. */
  options: string[];
}

/** The caller cannot choose where it runs, neither on EMR Serverless nor here. */
const ignored = new Set(["--master", "--deploy-mode", "--proxy-user", "--principal", "--keytab", "--queue"]);
const flags = new Set(["--verbose", "-v", "--supervise"]);
/** Options that are aliases of properties. */
const properties: Record<string, string> = {
  "--driver-memory": "spark.driver.memory",
  "--driver-cores": "spark.driver.cores",
  "--executor-memory": "spark.executor.memory",
  "--executor-cores": "spark.executor.cores",
  "--num-executors": "spark.executor.instances",
};

/** https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-spark.html#spark-defaults */
const defaults = {
  "spark.driver.cores": "4",
  "spark.driver.memory": "14g",
  "spark.executor.cores": "4",
  "spark.executor.memory": "14g",
  "spark.executor.instances": "3",
};

/** @throws Error when a quote is not closed, or an option lacks its value. */
export function sparkSettings(parameters = "", ...configurations: (Configuration[] | undefined)[]): SparkSettings {
  const conf: Record<string, string> = { ...defaults };
  for (const one of configurations.flatMap((list) => list ?? [])) {
    if (one.classification === "spark-defaults") Object.assign(conf, one.properties);
  }
  const options: string[] = [];
  const words = split(parameters);
  while (words.length > 0) {
    const word = words.shift()!;
    if (flags.has(word)) continue;
    const [, name = word, joined] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
    const value = joined ?? words.shift();
    if (!name.startsWith("-") || value === undefined) {
      throw new Error(`sparkSubmitParameters has "${word}"; allowed are options of spark-submit with their values`);
    }
    if (name === "--conf" || name === "-c") {
      const [, key = value, text = ""] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
      conf[key.trim()] = text;
    } else if (Object.hasOwn(properties, name)) conf[properties[name]!] = value;
    else if (!ignored.has(name)) options.push(name, value);
  }
  return { conf, options };
}

/** Splits words like a shell, without expansions. */
function split(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (quote) {
      if (character === quote) quote = "";
      else if (character === "\\" && quote === '"' && index + 1 < text.length) word += text[++index]!;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + (character === "\\" && index + 1 < text.length ? text[++index]! : character);
  }
  if (quote) throw new Error(`sparkSubmitParameters has a ${quote} that is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}

export interface Workers {
  driver: { cpu: number; memory: number };
  executor: { cpu: number; memory: number };
  /** Requested executors; fewer if the application's capacity has no more. */
  executors: number;
}

/** vCPU and bytes of a run's workers: memory and its overhead, a tenth of it and 384 MB at least. */
export function workersOf({ conf }: SparkSettings): Workers {
  const worker = (kind: "driver" | "executor") => {
    const memory = bytesOf(conf[`spark.${kind}.memory`] ?? "14g");
    const given = conf[`spark.${kind}.memoryOverhead`];
    const overhead = given ? bytesOf(given) : Math.max(memory * 0.1, 384 * 2 ** 20);
    return { cpu: Number(conf[`spark.${kind}.cores`]) || 4, memory: Math.ceil(memory + overhead) };
  };
  const executors = Number(conf["spark.executor.instances"] ?? conf["spark.dynamicAllocation.initialExecutors"]);
  return {
    driver: worker("driver"),
    executor: worker("executor"),
    executors: Number.isInteger(executors) ? executors : 3,
  };
}

/** Spark's sizes: `14g`, `512m`; a bare number is in mebibytes. @throws Error for an invalid size. */
function bytesOf(text: string): number {
  const [, value, unit = "m"] = /^(\d+)\s*([kmgt])?b?$/i.exec(text.trim()) ?? [];
  if (!value) throw new Error(`"${text}" is not an amount of memory for Spark, such as 14g`);
  return Number(value) * 2 ** ({ k: 10, m: 20, g: 30, t: 40 }[unit.toLowerCase()] ?? 20);
}
