import { handlersRules } from "../function/validate.ts";
import { longestFunctionName } from "../naming.ts";
import { integerBetween, matches, type Rule } from "../validation.ts";
import type { NotebookServiceArgs } from "./args.ts";

/** Of the longest name that is made of it, `NAME-observe`. */
const longestName = longestFunctionName - "-observe".length;

/** What can be wrong with a notebook service's arguments. */
export function notebookRules(name: string, args: NotebookServiceArgs): Rule[] {
  const { instanceTypes, network, directInternet } = args;
  return [
    matches("name", name, /^[a-zA-Z][\w-]*$/, "a letter, then letters, digits, - and _"),
    { ok: name.length <= longestName, field: "name", value: name, allowed: `at most ${longestName} characters` },
    {
      ok: instanceTypes === undefined || instanceTypes.length > 0,
      field: "instanceTypes",
      value: instanceTypes,
      allowed: "at least one",
    },
    ...(instanceTypes ?? []).map((type) =>
      matches("instanceTypes", type, /^ml(\.[a-z0-9-]+){2}$/, "machines of SageMaker, such as ml.t3.medium"),
    ),
    integerBetween("maximumVolumeSize", args.maximumVolumeSize, 5, 16_384),
    integerBetween("idleMinutes", args.idleMinutes, 30, 10_080),
    {
      ok: directInternet !== false || network !== undefined,
      field: "network",
      value: network,
      allowed: "a network where directInternet is false: SageMaker's own has no other way out",
    },
    ...handlersRules(args.handlers),
    matches("encryptionKeyArn", args.encryptionKeyArn, /^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/, "a key's ARN"),
  ];
}
