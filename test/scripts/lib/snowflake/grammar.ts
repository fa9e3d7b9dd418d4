import assert from "node:assert/strict";
import { parse } from "@guanmingchiu/sqlparser-ts";

/**
 * What the parser (Apache's datafusion-sqlparser-rs, Snowflake's dialect) does not know: statements on an account's
 * objects. They are held against their syntax in Snowflake's reference, written down here: `ID` is a quoted identifier,
 * `NAME` one with qualifiers, `STR` a string constant, `NUM` a number. This checks words, order and quoting; it does not
 * know which values a property takes. No statement has been run by Snowflake in a test.
 */
const syntax: Record<string, string> = {
  "create-role": "CREATE ROLE IF NOT EXISTS ID COMMENT = STR",
  "create-warehouse":
    "CREATE WAREHOUSE IF NOT EXISTS ID( (WAREHOUSE_SIZE = STR|AUTO_SUSPEND = NUM|AUTO_RESUME = BOOL|INITIALLY_SUSPENDED = BOOL))+",
  "create-stream": "CREATE STREAM IF NOT EXISTS NAME ON TABLE NAME APPEND_ONLY = BOOL",
  "create-file-format":
    "CREATE FILE FORMAT IF NOT EXISTS NAME TYPE = CSV( (COMPRESSION = AUTO|SKIP_HEADER = NUM|FIELD_OPTIONALLY_ENCLOSED_BY = STR))+",
  "create-storage-integration":
    "CREATE STORAGE INTEGRATION IF NOT EXISTS ID TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = STR ENABLED = BOOL STORAGE_AWS_ROLE_ARN = STR STORAGE_ALLOWED_LOCATIONS = LIST",
  "alter-storage-integration":
    "ALTER STORAGE INTEGRATION ID SET ENABLED = BOOL STORAGE_AWS_ROLE_ARN = STR STORAGE_ALLOWED_LOCATIONS = LIST",
  "create-api-integration":
    "CREATE API INTEGRATION IF NOT EXISTS ID API_PROVIDER = aws_api_gateway API_AWS_ROLE_ARN = STR API_ALLOWED_PREFIXES = LIST ENABLED = BOOL",
  "alter-api-integration":
    "ALTER API INTEGRATION ID SET API_AWS_ROLE_ARN = STR API_ALLOWED_PREFIXES = LIST ENABLED = BOOL",
  "desc-integration": "DESCRIBE INTEGRATION ID",
  "create-external-function":
    "CREATE OR REPLACE EXTERNAL FUNCTION NAME \\( ID VARCHAR( , ID VARCHAR)* \\) RETURNS VARIANT VOLATILE COMMENT = STR API_INTEGRATION = ID( MAX_BATCH_ROWS = NUM)? COMPRESSION = GZIP AS STR",
  "grant-privilege": "GRANT (USAGE ON (FILE FORMAT|STAGE)|SELECT ON STREAM|CREATE TASK ON SCHEMA) NAME TO ROLE ID",
  "create-task":
    "CREATE OR REPLACE TASK NAME WAREHOUSE = ID SCHEDULE = STR USER_TASK_TIMEOUT_MS = NUM( WHEN SYSTEM\\$STREAM_HAS_DATA \\( STR \\))? AS EXECUTE IMMEDIATE BODY",
  "alter-task": "ALTER TASK NAME RESUME",
};

/** Snowflake Scripting around the statements of a block. */
const scripting: Record<string, string> = {
  exception: "(DECLARE )?not_trained EXCEPTION \\( - NUM , STR \\)",
  raise: "RAISE not_trained",
  end: "END( IF)?",
};

const tokens =
  /\s+|(?<body>\$\$[\s\S]*?\$\$)|(?<string>'(?:''|\\[\s\S]|[^'\\])*')|(?<name>"(?:""|[^"])+"(?<qualified>(?:\."(?:""|[^"])+")*))|(?<number>\d+)|(?<word>[A-Za-z_][\w$]*)|(?<mark>=>|:=|::|[(),.;=@/:[\]$*+<>-])/y;

/** A statement with its names and values left out; what is no token of SQL, as an unclosed quote, is an error. */
export function shapeOf(sql: string): string {
  const shape: string[] = [];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < sql.length) {
    const at = tokens.lastIndex;
    const { body, string, name, qualified, number, word, mark } =
      tokens.exec(sql)?.groups ?? assert.fail(`no token: ${sql.slice(at)}`);
    if (body) shape.push("BODY");
    else if (string) shape.push("STR");
    else if (name) shape.push(qualified ? "NAME" : "ID");
    else if (number) shape.push("NUM");
    else if (word) shape.push(/^(TRUE|FALSE)$/.test(word) ? "BOOL" : word);
    else if (mark) shape.push(mark);
  }
  return shape
    .join(" ")
    .replace(/\( STR( , STR)* \)(?= |$)/g, (list, _rest, at, whole) =>
      /(LOCATIONS|PREFIXES) = $/.test(whole.slice(0, at)) ? "LIST" : list,
    );
}

const matches = (shape: string, patterns: Record<string, string>): boolean =>
  Object.values(patterns).some((pattern) =>
    // One name without qualifiers is a name, too.
    new RegExp(`^(?:${pattern.replaceAll("NAME", "(?:NAME|ID)")})$`).test(shape),
  );

/** How a statement was found to be SQL: by the parser, or by the syntax above. */
export type Judge = "parser" | "syntax";

/** @throws AssertionError for what neither knows. */
export function judge(sql: string): Judge {
  const shape = shapeOf(sql);
  if (matches(shape, syntax)) {
    const [, body] = /\$\$([\s\S]*)\$\$$/.exec(sql) ?? [];
    if (body !== undefined) judgeBlock(body);
    return "syntax";
  }
  parse(sql, "snowflake");
  return "parser";
}

/** The statements of a block, each by itself. */
function judgeBlock(body: string): void {
  // No constant in these blocks has a semicolon.
  const statements = body.split(";").map((one) => one.trim());
  assert.equal(statements.pop(), "");
  assert.equal(statements.at(-1), "END");
  let depth = 0;
  for (let statement of statements) {
    for (let opened = true; opened; ) {
      const [head] = /^(BEGIN|IF \(\w+ [=>] 0\) THEN)\s/.exec(statement) ?? [];
      opened = head !== undefined;
      if (head) depth++;
      statement = statement.slice(head?.length ?? 0).trim();
    }
    if (/^END/.test(statement)) depth--;
    const [, query] = /^LET \w+ INTEGER := \(([\s\S]*)\)$/.exec(statement) ?? [];
    if (!matches(shapeOf(statement), scripting)) judge((query ?? statement).trim());
  }
  assert.equal(depth, 0, "each BEGIN and IF has its END");
}
