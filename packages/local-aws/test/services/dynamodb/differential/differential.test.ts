import assert from "node:assert/strict";
import fc from "fast-check";
import { AwsError } from "../../../../src/service.ts";
import { startCloud, type TestCloud } from "../../../../testing/index.ts";
import { Oracle, type Outcome, oracleBinary } from "./oracle.ts";
import { type Request, request, tables } from "./requests.ts";

/** Where the other implementation differs from AWS, or AWS says nothing: by what this one answers, or the other. */
const explained: [reason: string, holds: (request: Request, ours: Outcome, theirs: Outcome) => boolean][] = [
  [
    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html#DDB-UpdateItem-request-ReturnValues
    "ALL_OLD has nothing to return where there was no item; the other returns the key",
    ({ input }, ours) => input.ReturnValues === "ALL_OLD" && "output" in ours && Object.keys(ours.output).length === 0,
  ],
  [
    "within a map or list that is not there, nothing can be removed",
    (_, ours) => said(ours, /document path provided in the update expression is invalid|ValidationError/),
  ],
  [
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
    "an operator's operands are checked whatever the items are; the other looks at items alone, or less far",
    (_, ours) =>
      said(ours, /Incorrect operand type|Invalid attribute type name|BETWEEN operator requires|must be distinct/),
  ],
  [
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Projections
    "a global index has nothing but what is projected into it",
    (_, ours) => said(ours, /does not project/),
  ],
  [
    "of a list, the elements that changed are given back, as of a map its members; the other gives all of it",
    ({ input }, ours, theirs) =>
      "output" in ours &&
      "output" in theirs &&
      /^UPDATED_/.test(String(input.ReturnValues)) &&
      /\[\d/.test(String(input.UpdateExpression)),
  ],
  ["two sizes may be of one attribute", (_, __, theirs) => said(theirs, /operator: contains, first operand/)],
  [
    "items of one index key are in no promised order: pages of them end elsewhere",
    ({ input }) => input.IndexName !== undefined && input.Limit !== undefined,
  ],
];

const said = (outcome: Outcome, pattern: RegExp) => "error" in outcome && pattern.test(outcome.message);

/** Names in order, sets too. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, /^[SNB]S$/.test(name) && Array.isArray(one) ? [...one].sort() : canonical(one)]),
  );
}

/** What is compared: of an error, that it is one, since several may be said of one request. */
function comparable({ operation, input }: Request, outcome: Outcome): string {
  if ("error" in outcome) return "refused";
  const output = canonical(outcome.output) as Record<string, unknown>;
  // A scan, and items of one index key, come in no promised order.
  const unordered = operation === "Scan" || input.IndexName !== undefined;
  if (unordered && Array.isArray(output.Items)) output.Items = output.Items.map((one) => JSON.stringify(one)).sort();
  return JSON.stringify(output);
}

describe("DynamoDB beside another implementation", function () {
  this.timeout(120_000);
  const binary = oracleBinary();
  let test: TestCloud;
  let oracle: Oracle;

  before(async function () {
    // A development dependency that is built for some platforms only.
    if (!binary) return this.skip();
    oracle = await Oracle.start(binary);
    test = await startCloud();
  });
  after(async () => {
    await oracle?.stop();
    await test?.stop();
  });

  async function send(operation: string, input: object): Promise<Outcome> {
    try {
      return { output: await test.cloud.call("dynamodb", operation, input) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { error: error.code, message: error.message };
    }
  }

  async function empty() {
    for (const table of tables) {
      for (const one of [send, oracle.send.bind(oracle)]) {
        await one("DeleteTable", { TableName: table.TableName });
        await one("CreateTable", table);
      }
    }
  }

  it("answers alike, but for what is explained", async () => {
    const seed = Number(process.env.FUZZ_SEED ?? 1);
    await empty();
    for (const one of fc.sample(request, { numRuns: 1500, seed })) {
      const [theirs, ours] = [await oracle.send(one.operation, one.input), await send(one.operation, one.input)];
      if (comparable(one, theirs) === comparable(one, ours)) continue;
      const reason = explained.find(([, holds]) => holds(one, ours, theirs));
      const seen = `FUZZ_SEED=${seed}: ${JSON.stringify(one)}\nours ${JSON.stringify(ours)}\ntheirs ${JSON.stringify(theirs)}`;
      assert.ok(reason, seen);
      // From here on the two may differ.
      await empty();
    }
  });
});
