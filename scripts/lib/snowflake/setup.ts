import { localStack } from "../stack.ts";
import { type ExternalFunction, externalFunctions } from "./functions.ts";
import { plain, quoted, type Setting, schema } from "./names.ts";
import { identifier, join, qualified, type Sql, sql } from "./quote.ts";

/** One statement, and what it is for. */
export interface Statement {
  /** Why, where the statement itself does not say it; lines of a comment. */
  note?: string;
  sql: Sql;
}

/** Who makes what is account-wide, and where everything goes. */
function asAdministrator(setting: Setting): Statement[] {
  return [{ sql: sql`USE ROLE ACCOUNTADMIN` }, ...inSchema(setting)];
}

export function inSchema(setting: Setting): Statement[] {
  const { warehouse, schema: name } = quoted(setting);
  return [{ sql: sql`USE WAREHOUSE ${warehouse}` }, { sql: sql`USE SCHEMA ${name}` }];
}

/** Role, database, warehouse, tables and file format. What is there already stays as it is. */
export function objects(setting: Setting): Statement[] {
  const names = quoted(setting);
  const { movies, ratings, trainData, userRecommendations, noRatings, jobs, newJobs } = names;
  return [
    { sql: sql`USE ROLE ACCOUNTADMIN` },
    { sql: sql`CREATE ROLE IF NOT EXISTS ${names.role} COMMENT = ${"May use the recommender"}` },
    { sql: sql`GRANT ROLE ${names.role} TO ROLE SYSADMIN` },
    { sql: sql`CREATE DATABASE IF NOT EXISTS ${names.database}` },
    { sql: sql`CREATE SCHEMA IF NOT EXISTS ${names.schema}` },
    {
      sql: sql`CREATE WAREHOUSE IF NOT EXISTS ${names.warehouse}
  WAREHOUSE_SIZE = ${"XSMALL"} AUTO_SUSPEND = 60 AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE`,
    },
    ...inSchema(setting),
    { sql: sql`CREATE TABLE IF NOT EXISTS ${movies} ("MOVIEID" NUMBER(38, 0), "TITLE" VARCHAR, "GENRES" VARCHAR)` },
    { sql: sql`CREATE TABLE IF NOT EXISTS ${ratings} ${ratingColumns}` },
    { sql: sql`CREATE TABLE IF NOT EXISTS ${trainData} ${ratingColumns}` },
    {
      sql: sql`CREATE TABLE IF NOT EXISTS ${userRecommendations} ("USERID" NUMBER(38, 0), "TOP_10_RECOMMENDATIONS" VARIANT)`,
    },
    { sql: sql`CREATE TABLE IF NOT EXISTS ${noRatings} ("USERID" NUMBER(38, 0), "MOVIEID" NUMBER(38, 0))` },
    {
      note: "Training jobs: what train_and_get_recommendations answered, and what model_status said last.",
      sql: sql`CREATE TABLE IF NOT EXISTS ${jobs} (
  "STARTED_AT" TIMESTAMP_LTZ, "JOB" VARIANT, "STATUS" VARIANT, "DONE_AT" TIMESTAMP_LTZ
)`,
    },
    { sql: sql`CREATE STREAM IF NOT EXISTS ${newJobs} ON TABLE ${jobs} APPEND_ONLY = TRUE` },
    {
      sql: sql`CREATE FILE FORMAT IF NOT EXISTS ${names.fileFormat}
  TYPE = CSV COMPRESSION = AUTO SKIP_HEADER = 1 FIELD_OPTIONALLY_ENCLOSED_BY = ${'"'}`,
    },
  ];
}

const ratingColumns = sql`("USERID" NUMBER(38, 0), "MOVIEID" NUMBER(38, 0), "RATING" FLOAT, "TIMESTAMP" NUMBER(38, 0))`;

/**
 * Integrations and stages. An integration is made once and altered ever after: one that is replaced gets another external
 * id, and the roles would trust the former. Stages hold nothing of their own.
 */
export function integrations(setting: Setting): Statement[] {
  const { stack } = setting;
  const names = quoted(setting);
  const [training, recommendations] = ["training", "recommendations"].map(
    (prefix) => `s3://${stack.bucket}/${prefix}/`,
  );
  const storage = sql`ENABLED = TRUE
STORAGE_AWS_ROLE_ARN = ${stack.storageRoleArn}
STORAGE_ALLOWED_LOCATIONS = (${training!}, ${recommendations!})`;
  const api = sql`API_AWS_ROLE_ARN = ${stack.externalFunctionRoleArn}
API_ALLOWED_PREFIXES = (${`${stack.url}/`})
ENABLED = TRUE`;
  const stage = (name: Sql, url: string): Statement => ({
    sql: sql`CREATE OR REPLACE STAGE ${name}
  URL = ${url} STORAGE_INTEGRATION = ${names.storageIntegration}
  FILE_FORMAT = (FORMAT_NAME = ${plain.fileFormat})`,
  });
  return [
    ...asAdministrator(setting),
    {
      note: "Made once, altered ever after: replaced, it would get another external id.",
      sql: sql`CREATE STORAGE INTEGRATION IF NOT EXISTS ${names.storageIntegration}
  TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = ${"S3"}
  ${storage}`,
    },
    {
      sql: sql`ALTER STORAGE INTEGRATION ${names.storageIntegration} SET
  ${storage}`,
    },
    stage(names.training, training!),
    stage(names.recommendations, recommendations!),
    {
      sql: sql`CREATE API INTEGRATION IF NOT EXISTS ${names.apiIntegration}
  API_PROVIDER = aws_api_gateway
  ${api}`,
    },
    {
      sql: sql`ALTER API INTEGRATION ${names.apiIntegration} SET
  ${api}`,
    },
    {
      note: [
        ...(stack.name === localStack
          ? ["On this machine nobody answers: dsp snowflake trust --local", "and npm start takes it up."]
          : [
              `The answers of both go into: dsp snowflake trust --stack ${stack.name}`,
              `and then: npx pulumi up --stack ${stack.name}`,
            ]),
        stack.trust === "pending" ? "Functions and stages work after that." : "That is done: the trust is established.",
      ].join("\n"),
      sql: sql`DESCRIBE INTEGRATION ${names.storageIntegration}`,
    },
    { sql: sql`DESCRIBE INTEGRATION ${names.apiIntegration}` },
  ];
}

/** The external functions, and what the role needs to use all of it. */
export function functions(setting: Setting): Statement[] {
  const names = quoted(setting);
  const grant = (privileges: Sql, on: Sql): Statement => ({
    sql: sql`GRANT ${privileges} ON ${on} TO ROLE ${names.role}`,
  });
  const { training, recommendations, fileFormat, movies, ratings, trainData, userRecommendations, noRatings, jobs } =
    names;
  return [
    ...asAdministrator(setting),
    ...externalFunctions.map((one) => create(setting, one)),
    grant(sql`USAGE`, sql`DATABASE ${names.database}`),
    grant(sql`USAGE`, sql`SCHEMA ${names.schema}`),
    grant(sql`USAGE`, sql`WAREHOUSE ${names.warehouse}`),
    grant(sql`USAGE`, sql`FILE FORMAT ${fileFormat}`),
    ...[training, recommendations].map((stage) => grant(sql`USAGE`, sql`STAGE ${stage}`)),
    ...[movies, ratings, trainData, userRecommendations, noRatings, jobs].map((table) =>
      grant(sql`SELECT, INSERT, UPDATE, DELETE`, sql`TABLE ${table}`),
    ),
    grant(sql`SELECT`, sql`STREAM ${names.newJobs}`),
    ...externalFunctions.map(({ name, args }) =>
      grant(
        sql`USAGE`,
        sql`FUNCTION ${functionName(setting, name)}(${join(
          args.map(() => sql`VARCHAR`),
          ", ",
        )})`,
      ),
    ),
    grant(sql`CREATE TASK`, sql`SCHEMA ${names.schema}`),
    grant(sql`EXECUTE TASK`, sql`ACCOUNT`),
  ];
}

const functionName = (setting: Setting, name: string): Sql => qualified(setting.database, schema, name.toUpperCase());

function create(setting: Setting, { name, route, args, comment, maxBatchRows }: ExternalFunction): Statement {
  const typed = args.map((arg) => sql`${identifier(arg.toUpperCase())} VARCHAR`);
  const rows = maxBatchRows === undefined ? sql`` : sql` MAX_BATCH_ROWS = ${maxBatchRows}`;
  return {
    sql: sql`CREATE OR REPLACE EXTERNAL FUNCTION ${functionName(setting, name)}(${join(typed, ", ")})
  RETURNS VARIANT VOLATILE COMMENT = ${comment}
  API_INTEGRATION = ${quoted(setting).apiIntegration}${rows} COMPRESSION = GZIP
  AS ${`${setting.stack.url}/${route}`}`,
  };
}
