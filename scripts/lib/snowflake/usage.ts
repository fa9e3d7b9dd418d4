import { folders, plain, quoted, type Setting } from "./names.ts";
import { block, identifier, Sql, sql } from "./quote.ts";
import { inSchema, type Statement } from "./setup.ts";

const asUser = (setting: Setting): Statement[] => [
  { sql: sql`USE ROLE ${quoted(setting).role}` },
  ...inSchema(setting),
];

const call = (name: string): Sql => identifier(name.toUpperCase());

/** Ratings into the tables, out to the bucket, and a training job on them. */
export function train(setting: Setting): Statement[] {
  const { movies, ratings, training, jobs } = quoted(setting);
  return [
    ...asUser(setting),
    {
      note: [
        "Files with a header; what is loaded once is not loaded again. To put them there:",
        `aws s3 cp movies.csv s3://${setting.stack.bucket}/training/movielens/; aws s3 cp ratings.csv s3://${setting.stack.bucket}/training/movielens/`,
      ].join("\n"),
      sql: sql`COPY INTO ${movies} FROM @${training}/movielens/movies.csv`,
    },
    { sql: sql`COPY INTO ${ratings} FROM @${training}/movielens/ratings.csv` },
    ...startTraining(setting).map((one) => ({ sql: one })),
    {
      note: "Until its status is Completed; when it is Failed, with the reason.",
      sql: refreshStatus(setting),
    },
    {
      sql: sql`SELECT "STARTED_AT", "STATUS"['status']::VARCHAR AS "STATUS", "STATUS"['reason']::VARCHAR AS "REASON", "JOB"
FROM ${jobs} ORDER BY "STARTED_AT" DESC`,
    },
  ];
}

/** What is unloaded is one file, which the next unload replaces. */
function startTraining(setting: Setting): Sql[] {
  const { ratings, trainData, training, jobs } = quoted(setting);
  const columns = sql`"USERID", "MOVIEID", "RATING", "TIMESTAMP"`;
  return [
    sql`INSERT OVERWRITE INTO ${trainData} (${columns}) SELECT ${columns} FROM ${ratings}`,
    sql`COPY INTO @${training}/${inPath(folders.input)}/ratings.csv.gz
FROM (SELECT ${columns} FROM ${trainData})
SINGLE = TRUE OVERWRITE = TRUE HEADER = TRUE MAX_FILE_SIZE = 5368709120`,
    sql`INSERT INTO ${jobs} ("STARTED_AT", "JOB")
SELECT CURRENT_TIMESTAMP(), ${call("train_and_get_recommendations")}(${folders.input}, ${folders.output})`,
  ];
}

/** A folder's name is letters and underscores: it needs no quotes. */
const inPath = (folder: string): Sql => new Sql(folder);

/** Of jobs whose end is not known; a job that could not be started has an error instead of an ARN. */
const refreshStatus = (setting: Setting): Sql => sql`UPDATE ${quoted(setting).jobs}
SET "STATUS" = ${call("model_status")}("JOB"::VARCHAR)
WHERE "DONE_AT" IS NULL AND "JOB"['error'] IS NULL`;

/** Recommendations of the newest training into their table: those of a user replace those of before. */
export function load(setting: Setting): Statement[] {
  return [...asUser(setting), { sql: merge(setting) }];
}

function merge(setting: Setting): Sql {
  const { userRecommendations, recommendations } = quoted(setting);
  return sql`MERGE INTO ${userRecommendations} AS "OLD"
USING (
  SELECT $1::NUMBER(38, 0) AS "USERID", PARSE_JSON($2) AS "TOP_10_RECOMMENDATIONS"
  FROM @${recommendations}/${inPath(folders.output)}/recommendations.csv.gz
) AS "NEW"
ON "OLD"."USERID" = "NEW"."USERID"
WHEN MATCHED THEN UPDATE SET "TOP_10_RECOMMENDATIONS" = "NEW"."TOP_10_RECOMMENDATIONS"
WHEN NOT MATCHED THEN INSERT ("USERID", "TOP_10_RECOMMENDATIONS")
  VALUES ("NEW"."USERID", "NEW"."TOP_10_RECOMMENDATIONS")`;
}

/** The newest trained model behind an endpoint. */
export function deploy(setting: Setting): Statement[] {
  return [
    ...asUser(setting),
    { sql: deployNewest(setting) },
    { note: "Until it is InService.", sql: sql`SELECT ${call("model_status")}(${setting.model}) AS "STATUS"` },
  ];
}

/** The function is asked once, for the newest alone. */
const deployNewest = (
  setting: Setting,
): Sql => sql`SELECT ${call("deploy_model")}(${setting.model}, "MODEL_URL") AS "ENDPOINT"
FROM (
  SELECT "STATUS"['model_url']::VARCHAR AS "MODEL_URL" FROM ${quoted(setting).jobs}
  WHERE "STATUS"['status']::VARCHAR = 'Completed' ORDER BY "STARTED_AT" DESC LIMIT 1
) AS "NEWEST"`;

/** What it was all for. */
export function recommend(setting: Setting): Statement[] {
  const { userRecommendations, movies, ratings, noRatings } = quoted(setting);
  return [
    ...asUser(setting),
    {
      sql: sql`SELECT "TOP"."USERID", "TOP"."RANK", "M"."TITLE"
FROM (
  SELECT "R"."USERID", "T"."INDEX" + 1 AS "RANK", "T"."VALUE"::NUMBER(38, 0) AS "MOVIEID"
  FROM ${userRecommendations} AS "R", LATERAL FLATTEN(INPUT => "R"."TOP_10_RECOMMENDATIONS") AS "T"
) AS "TOP"
JOIN ${movies} AS "M" ON "M"."MOVIEID" = "TOP"."MOVIEID"
ORDER BY "TOP"."USERID", "TOP"."RANK" LIMIT 100`,
    },
    {
      note: "Pairs without a rating: each movie for ten users.",
      sql: sql`INSERT OVERWRITE INTO ${noRatings} ("USERID", "MOVIEID")
SELECT "U"."USERID", "M"."MOVIEID"
FROM (SELECT DISTINCT "USERID" FROM ${ratings} ORDER BY "USERID" LIMIT 10) AS "U"
CROSS JOIN ${movies} AS "M"
LEFT JOIN ${ratings} AS "R" ON "R"."USERID" = "U"."USERID" AND "R"."MOVIEID" = "M"."MOVIEID"
WHERE "R"."USERID" IS NULL`,
    },
    {
      sql: sql`SELECT "USERID", "MOVIEID", ${call("invoke_model")}(${setting.model}, "USERID"::VARCHAR, "MOVIEID"::VARCHAR) AS "RATING"
FROM ${noRatings}`,
    },
  ];
}

/**
 * Two tasks: one trains again by schedule; one looks every ten minutes whether a training is done, and costs nothing
 * while there is none: its condition is evaluated without a warehouse.
 */
export function tasks(setting: Setting): Statement[] {
  const { warehouse, newJobs, jobs } = quoted(setting);
  const [retrain, finish] = [identifier("RETRAIN_RECOMMENDER"), identifier("FINISH_RECOMMENDER")];
  const open = sql`SELECT COUNT(*) FROM ${jobs} WHERE "DONE_AT" IS NULL`;
  const status = sql`"STATUS"['status']::VARCHAR`;
  const [unload, copy, start] = startTraining(setting) as [Sql, Sql, Sql];
  return [
    ...asUser(setting),
    {
      sql: sql`CREATE OR REPLACE TASK ${retrain}
  WAREHOUSE = ${warehouse} SCHEDULE = ${`USING CRON ${setting.schedule}`} USER_TASK_TIMEOUT_MS = 3600000
  AS ${block(sql`BEGIN
  ${unload};
  ${copy};
  ${start};
END;`)}`,
    },
    {
      sql: sql`CREATE OR REPLACE TASK ${finish}
  WAREHOUSE = ${warehouse} SCHEDULE = ${"10 MINUTE"} USER_TASK_TIMEOUT_MS = 3600000
  WHEN SYSTEM$STREAM_HAS_DATA(${plain.newJobs})
  AS ${block(sql`DECLARE
  not_trained EXCEPTION (-20001, ${"A training failed: its row in TRAINING_JOBS says why"});
BEGIN
  ${refreshStatus(setting)};
  LET running INTEGER := (
    ${open} AND "JOB"['error'] IS NULL AND COALESCE(${status}, '') NOT IN ('Completed', 'Failed', 'Stopped')
  );
  IF (running = 0) THEN
    LET completed INTEGER := (${open} AND ${status} = 'Completed');
    IF (completed > 0) THEN
      ${merge(setting)};
      ${deployNewest(setting)};
    END IF;
    UPDATE ${jobs} SET "DONE_AT" = CURRENT_TIMESTAMP()
      FROM ${newJobs} WHERE ${jobs}."STARTED_AT" = ${newJobs}."STARTED_AT";
    IF (completed = 0) THEN
      RAISE not_trained;
    END IF;
  END IF;
END;`)}`,
    },
    { sql: sql`ALTER TASK ${finish} RESUME` },
    { sql: sql`ALTER TASK ${retrain} RESUME` },
  ];
}
