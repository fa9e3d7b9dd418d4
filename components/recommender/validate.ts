import { handlersRules } from "../function/validate.ts";
import { longestFunctionName } from "../naming.ts";
import { integerBetween, matches, type Rule } from "../validation.ts";
import type { SnowflakeRecommenderArgs } from "./args.ts";
import { servingRules, trainingRules } from "./machines.ts";
import { retrainRules } from "./schedules.ts";
import { trustRules } from "./trust.ts";

/** Of the longest names that are made of it, `NAME-undeploy` and `NAME-retrain-schedule-role`. */
const longestName = Math.min(longestFunctionName - "-undeploy".length, 56 - "-retrain-schedule-role".length);

/** What can be wrong with a recommender's arguments. */
export function recommenderRules(name: string, args: SnowflakeRecommenderArgs): Rule[] {
  return [
    matches("name", name, /^[a-zA-Z][\w-]*$/, "a letter, then letters, digits, - and _"),
    { ok: name.length <= longestName, field: "name", value: name, allowed: `at most ${longestName} characters` },
    matches(
      "image",
      args.image,
      /^[\w./:@-]+$/,
      "the URI of an image, such as ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG",
    ),
    ...trainingRules(args.training ?? {}),
    ...servingRules(args.serving ?? {}),
    ...handlersRules(args.handlers),
    ...(args.retrain ? retrainRules(args.retrain) : []),
    matches("encryptionKeyArn", args.encryptionKeyArn, /^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/, "a key's ARN"),
    ...trustRules("api", args.api),
    ...trustRules("storage", args.storage),
    integerBetween("maximumEndpoints", args.maximumEndpoints, 1, 100),
    integerBetween("removeIdleAfter", args.removeIdleAfter, 1, 720),
  ];
}
