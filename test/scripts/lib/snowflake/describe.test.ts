import assert from "node:assert/strict";
import { Failure } from "../../../../scripts/lib/failure.ts";
import { readDescribed } from "../../../../scripts/lib/snowflake/describe.ts";
import { checkRoles, checkTrust, type Trust, trustOf } from "../../../../scripts/lib/snowflake/trust.ts";

const user = "arn:aws:iam::123456789012:user/abc1-b-self1234";
const id = "MYACCOUNT_SFCRole=2_kztab/Zv+0w=";
const storageId = "MYACCOUNT_SFCRole=2_other=";
const failing = (pattern: RegExp) => (error: unknown) => error instanceof Failure && pattern.test(error.message);

const api: [string, string, string, string][] = [
  ["ENABLED", "Boolean", "true", "false"],
  ["API_KEY", "String", "", ""],
  ["API_PROVIDER", "String", "AWS_API_GATEWAY", ""],
  ["API_AWS_IAM_USER_ARN", "String", user, ""],
  ["API_AWS_ROLE_ARN", "String", "arn:aws:iam::210987654321:role/api", ""],
  ["API_AWS_EXTERNAL_ID", "String", id, ""],
  ["API_ALLOWED_PREFIXES", "List", "https://a.example/dev/", "[]"],
  ["COMMENT", "String", "with, a comma | and a bar", ""],
];
const storage: typeof api = [
  ["STORAGE_PROVIDER", "String", "S3", ""],
  ["STORAGE_ALLOWED_LOCATIONS", "List", "s3://b/training/,s3://b/recommendations/", "[]"],
  ["STORAGE_AWS_IAM_USER_ARN", "String", user, ""],
  ["STORAGE_AWS_ROLE_ARN", "String", "arn:aws:iam::210987654321:role/storage", ""],
  ["STORAGE_AWS_EXTERNAL_ID", "String", storageId, ""],
];
const header = ["property", "property_type", "property_value", "property_default"];

const all = {
  API_AWS_IAM_USER_ARN: user,
  API_AWS_ROLE_ARN: "arn:aws:iam::210987654321:role/api",
  API_AWS_EXTERNAL_ID: id,
  STORAGE_AWS_IAM_USER_ARN: user,
  STORAGE_AWS_ROLE_ARN: "arn:aws:iam::210987654321:role/storage",
  STORAGE_AWS_EXTERNAL_ID: storageId,
};

const objects = (rows: typeof api) =>
  rows.map((row) => Object.fromEntries(header.map((key, index) => [key, row[index]])));
const widths = header.map((_, column) => Math.max(...[header, ...api, ...storage].map((row) => row[column]!.length)));
const padded = (row: string[]) => row.map((cell, column) => cell.padEnd(widths[column]!));
const line = (left: string, middle: string, right: string) =>
  left + widths.map((n) => "-".repeat(n + 2)).join(middle) + right;
const framed = (rows: typeof api) =>
  [line("+", "+", "+"), ...[header, ...rows].map((row) => `| ${padded(row).join(" | ")} |`), line("+", "+", "+")].join(
    "\n",
  );
const csv = (rows: typeof api, separator: string) =>
  [header, ...rows].map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(separator)).join("\r\n");

describe("what DESCRIBE INTEGRATION answers", () => {
  const forms: Record<string, string> = {
    "a framed table, with the prompt around it": `me#WH@DB.PUBLIC>DESC INTEGRATION x;\n${framed(api)}\n8 Row(s) produced.\n${framed(storage)}`,
    "a Markdown table": `| ${header.join(" | ")} |\n|---|---|---|---|\n${[...api, ...storage].map((row) => `| ${row.join(" | ")} |`).join("\n")}`,
    "a framed table with lines of its own": framed([...api, ...storage]).replaceAll("|", "│"),
    "cells copied from a worksheet": [...api, ...storage].map((row) => row.join("\t")).join("\n"),
    "rows with their number in front": [...api, ...storage]
      .map((row, index) => [index + 1, ...row].join("\t"))
      .join("\n"),
    CSV: `${csv(api, ",")}\n${csv(storage, ",")}`,
    "CSV with semicolons": `${csv(api, ";")}\n${csv(storage, ";")}`,
    "CSV without quotes": [...api.slice(0, 6), ...storage].map((row) => row.join(",")).join("\n"),
    "columns of spaces": [header, ...api, ...storage].map((row) => padded(row).join("   ")).join("\n"),
    JSON: JSON.stringify([...objects(api), ...objects(storage)], null, 2),
    "JSON, an array for each statement": JSON.stringify([objects(api), objects(storage)]),
    "JSON, one answer after the other": `${JSON.stringify(objects(api), null, 2)}\n${JSON.stringify(objects(storage), null, 2)}`,
    "JSON with names in capitals": JSON.stringify(
      [...api, ...storage].map(([PROPERTY, , PROPERTY_VALUE]) => ({ PROPERTY, PROPERTY_VALUE })),
    ),
  };
  for (const [form, text] of Object.entries(forms)) {
    it(`is read from ${form}`, () => assert.deepEqual({ ...readDescribed(text) }, all));
  }

  it("may be of one integration", () => {
    assert.deepEqual(trustOf(readDescribed(framed(api))), { apiAwsIamUserArn: user, apiAwsExternalId: id });
  });

  it("is refused when nothing of it is there, or two stacks' are", () => {
    for (const nothing of ["", "hello", "{}", "[1", '[{"property":"ENABLED","property_value":"true"}]']) {
      assert.throws(() => readDescribed(nothing), failing(/No property of an integration is in it.*snowflake sql/));
    }
    const other = framed([["API_AWS_EXTERNAL_ID", "String", "ANOTHER", ""]]);
    assert.throws(
      () => readDescribed(`${framed(api)}\n${other}`),
      failing(/API_AWS_EXTERNAL_ID is there twice: MYACC.* and ANOTHER/),
    );
  });
});

describe("a trust", () => {
  const pair: Trust = { apiAwsIamUserArn: user, apiAwsExternalId: id };
  it("is one pair, or both", () => {
    checkTrust(pair);
    checkTrust({ ...pair, storageAwsIamUserArn: user, storageAwsExternalId: storageId });
  });

  const wrong: [Trust, RegExp][] = [
    [
      { apiAwsIamUserArn: user },
      /^API_AWS_EXTERNAL_ID is missing, API_AWS_IAM_USER_ARN is there: a trust is both or neither/,
    ],
    [{ storageAwsExternalId: id }, /^STORAGE_AWS_IAM_USER_ARN is missing/],
    [
      { ...pair, apiAwsIamUserArn: "arn:aws:iam::123456789012:role/x" },
      /^API_AWS_IAM_USER_ARN is "arn.*role\/x"; allowed is the ARN of one IAM user/,
    ],
    [{ ...pair, apiAwsIamUserArn: "*" }, /^API_AWS_IAM_USER_ARN is "\*"/],
    [{ ...pair, apiAwsIamUserArn: "arn:aws:iam::12345:user/x" }, /^API_AWS_IAM_USER_ARN/],
    [{ ...pair, apiAwsExternalId: "a b" }, /^API_AWS_EXTERNAL_ID is "a b"; allowed is 2 to 1,224/],
    [{}, /neither a user's ARN nor an external id/],
  ];
  for (const [trust, message] of wrong) {
    it(`is refused: ${JSON.stringify(trust)}`, () => assert.throws(() => checkTrust(trust), failing(message)));
  }

  it("is the stack's own: the integrations assume its roles", () => {
    const outputs = {
      snowflakeExternalFunctionRoleArn: all.API_AWS_ROLE_ARN,
      snowflakeStorageRoleArn: all.STORAGE_AWS_ROLE_ARN,
    };
    checkRoles(all, outputs, "dev");
    assert.throws(
      () => checkRoles(all, { ...outputs, snowflakeStorageRoleArn: "arn:aws:iam::1:role/mine" }, "dev"),
      failing(
        /STORAGE_AWS_ROLE_ARN is .*role\/storage, but stack "dev" has .*role\/mine.*sql integrations --stack dev/,
      ),
    );
  });
});
