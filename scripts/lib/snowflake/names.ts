import { Failure } from "../failure.ts";
import { output, type Stack } from "../stack.ts";
import { identifier, qualified, readName, type Sql } from "./quote.ts";

/** What the statements are about: values of the stack, and names in Snowflake. */
export interface Setting {
  stack: StackValues;
  /** Account-wide in Snowflake: two stacks in one account need two of each. */
  database: string;
  warehouse: string;
  role: string;
  integrations: { api: string; storage: string };
  /** What `deploy_model` and `invoke_model` call the model. */
  model: string;
  /** When the tasks train again: five cron fields and a time zone. */
  schedule: string;
}

export interface StackValues {
  name: string;
  /** `https://API/STAGE`, without a slash at its end. */
  url: string;
  bucket: string;
  externalFunctionRoleArn: string;
  storageRoleArn: string;
  trust: "pending" | "established";
}

/** Options of `dsp snowflake sql` for names. */
export interface NameOptions {
  database: string;
  warehouse: string;
  role: string;
  integrations: string;
  model: string;
  schedule: string;
}

function stackValues(stack: Stack): StackValues {
  return {
    name: stack.name,
    url: output(stack, "recommenderUrl"),
    bucket: output(stack, "recommenderBucketName"),
    externalFunctionRoleArn: output(stack, "snowflakeExternalFunctionRoleArn"),
    storageRoleArn: output(stack, "snowflakeStorageRoleArn"),
    trust: output(stack, "snowflakeTrust"),
  };
}

/** @throws {Failure} naming the option that is no name in Snowflake. */
export function readSetting(stack: Stack, options: NameOptions): Setting {
  const integration = (kind: string) => `${readName("--integrations", options.integrations)}_${kind}_INTEGRATION`;
  return {
    stack: stackValues(stack),
    database: readName("--database", options.database),
    warehouse: readName("--warehouse", options.warehouse),
    role: readName("--role", options.role),
    integrations: { api: integration("API"), storage: integration("STORAGE") },
    model: matching(
      "--model",
      options.model,
      /^[A-Za-z0-9](-*[A-Za-z0-9])*$/,
      "letters, digits and hyphens between them",
    ),
    schedule: matching(
      "--schedule",
      options.schedule,
      /^([\w*,/-]+ ){5}[\w+/-]+$/,
      "five cron fields and a time zone, as 0 3 * * 0 UTC",
    ),
  };
}

function matching(option: string, value: string, pattern: RegExp, allowed: string): string {
  if (pattern.test(value)) return value;
  throw new Failure(`${option} is ${JSON.stringify(value)}; allowed: ${allowed}`);
}

/** In the database, always. */
export const schema = "PUBLIC";

/** Names that some places take in a string, where a plain one needs no double quotes. */
export const plain = { fileFormat: "RECOMMENDER_CSV", newJobs: "NEW_TRAINING_JOBS" };

/** The quoted names that statements share. Table and stage names are the contract's, in capitals, as without quotes. */
export const quoted = (setting: Setting) => ({
  database: identifier(setting.database),
  schema: qualified(setting.database, schema),
  warehouse: identifier(setting.warehouse),
  role: identifier(setting.role),
  apiIntegration: identifier(setting.integrations.api),
  storageIntegration: identifier(setting.integrations.storage),
  fileFormat: identifier(plain.fileFormat),
  training: identifier("TRAINING"),
  recommendations: identifier("RECOMMENDATIONS"),
  ...tables,
});

const tables = {
  movies: identifier("MOVIES"),
  ratings: identifier("RATINGS"),
  trainData: identifier("RATINGS_TRAIN_DATA"),
  userRecommendations: identifier("USER_MOVIE_RECOMMENDATIONS"),
  noRatings: identifier("NO_RATINGS"),
  jobs: identifier("TRAINING_JOBS"),
  newJobs: identifier(plain.newJobs),
} satisfies Record<string, Sql>;

/** What training is told: folders of the stages, by the tables' names. */
export const folders = { input: "ratings_train_data", output: "user_movie_recommendations" };
