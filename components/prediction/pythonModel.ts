import { basename, dirname } from "node:path";
import type { Input, Resource } from "@pulumi/pulumi";
import type { PythonCode } from "../function/args.ts";
import { moduleRules, pythonRules, requirementsBeside } from "../function/python/package.ts";
import type { Binding } from "../function/statement.ts";
import { fileRule } from "../function/validate.ts";
import { PythonFunction } from "../pythonFunction.ts";
import { integerBetween, type Rule } from "../validation.ts";
import type { PythonPredictorArgs } from "./args.ts";

/** What can be wrong with a model in Python. */
export function pythonModelRules(args: PythonPredictorArgs): Rule[] {
  const file = fileRule("predictor.entry", args.entry);
  return [
    integerBetween("predictor.memory", args.memory, 128, 10_240),
    file,
    ...(file.ok ? moduleRules(args.entry, ["load", "predict"], "predictor.") : []),
    ...(file.ok ? pythonRules(codeOf(args), "predictor.") : []),
  ];
}

/** The module, behind the platform's own handler, which loads the model and answers for each record. */
function codeOf({ entry, requirements = requirementsBeside(entry) }: PythonPredictorArgs): PythonCode {
  return {
    entry: "handlers/prediction/python/serve.py",
    include: [dirname(entry)],
    ...(requirements !== undefined && { requirements }),
  };
}

interface ModelFunctionArgs extends PythonPredictorArgs {
  /** Seconds that a batch may take. */
  timeout: number;
  /** The model's place, with the right to read it. */
  model: Binding;
  modelCheckSeconds: number;
}

/** The function that has the model. */
export function createPythonModel(name: string, args: ModelFunctionArgs, parent: Resource): PythonFunction {
  const environment: Record<string, Input<string>> = {
    PREDICTOR_MODULE: basename(args.entry, ".py"),
    MODEL_CHECK_SECONDS: String(args.modelCheckSeconds),
    // The alarm on models looks at the predictor's service.
    POWERTOOLS_SERVICE_NAME: `${name}-predict`,
  };
  return new PythonFunction(
    `${name}-model`,
    {
      ...codeOf(args),
      description: `Has the model of ${name}`,
      memory: args.memory ?? 512,
      timeout: args.timeout,
      environment,
      bindings: { MODEL_URI: args.model },
    },
    { parent },
  );
}
