/** A function that Snowflake calls, in Python. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { LambdaClient, UpdateFunctionConfigurationCommand, waitUntilFunctionUpdatedV2 } from "@aws-sdk/client-lambda";
import { proxyEvent } from "../../../handlers/support/proxyEvent.ts";
import type { PythonSystems } from "./lab.ts";

export const snowflake = (lab: PythonSystems) =>
  describe("a function of Snowflake", () => {
    const id = "sf-external-function-query-batch-id";
    async function ask(
      data: unknown,
      { qualifier = lab.outputs.status, method = "POST", headers = {}, compressed = false } = {},
    ) {
      const text = typeof data === "string" ? data : JSON.stringify({ data });
      const body = compressed ? gzipSync(text).toString("base64") : text;
      const event = proxyEvent(method, "/status", {
        headers,
        body: method === "GET" ? null : body,
        isBase64Encoded: compressed,
      });
      const { statusCode, body: answer } = await lab.invoke(qualifier, event);
      return { statusCode, body: JSON.parse(answer) };
    }

    it("answers every row under its number, in order, and a wrong one by itself", async () => {
      const rows = [
        [3, "model"],
        [0, null],
        [1, "no model!"],
        [2, `${lab.outputs.namePrefix}-0123456789abcdef`],
        [7, "model"],
        [9],
        [8, 12],
      ];
      const deployed = { kind: "endpoint", name: "model", status: "NotDeployed" };
      for (const compressed of [false, true]) {
        const { statusCode, body } = await ask(rows, { compressed });
        assert.equal(statusCode, 200);
        const longest = 63 - lab.outputs.namePrefix.length - 1 - 9;
        assert.deepEqual(body.data, [
          [3, deployed],
          [0, { error: "model_name is missing; expected text" }],
          [
            1,
            { error: `model_name is "no model!"; expected 1 to ${longest} letters, digits and hyphens between them` },
          ],
          [2, { error: `there is no training job ${lab.outputs.namePrefix}-0123456789abcdef` }],
          [7, deployed],
          [9, { error: "model_name is missing; expected text" }],
          [8, { error: "model_name is 12; expected text" }],
        ]);
      }
    });

    it("refuses what is no batch", async () => {
      const refused: [unknown, object, number, string][] = [
        ["{", {}, 400, "the body is not JSON"],
        ['{"data": [[0, NaN]]}', {}, 400, "the body is not JSON"],
        ["[]", {}, 400, 'the batch is not an object with an array "data"'],
        [[["a"]], {}, 400, "data[0] is not an array that begins with the row's number"],
        [[[true, "a"]], {}, 400, "data[0] is not an array that begins with the row's number"],
        [
          [
            [1, "a"],
            [1, "b"],
          ],
          {},
          400,
          "data[1] has number 1 again",
        ],
        [[[0, "a"]], { "SF-External-Function-Format": "csv" }, 400, "the format is csv; allowed is json"],
        [
          [[0, "a"]],
          { "sf-external-function-format-version": "2.0" },
          400,
          "the format's version is 2.0; allowed is 1.0",
        ],
      ];
      for (const [data, headers, status, message] of refused) {
        const { statusCode, body } = await ask(data, { headers });
        assert.deepEqual([statusCode, body.message], [status, message]);
      }
      const event = {
        headers: {},
        body: Buffer.from("\x1f\x8bnone", "latin1").toString("base64"),
        isBase64Encoded: true,
      };
      const { statusCode } = await lab.invoke(lab.outputs.status, proxyEvent("POST", "/status", event));
      assert.equal(statusCode, 400);
      const deep = `{"data": [[0, ${"[".repeat(40)}${"]".repeat(40)}]]}`;
      assert.deepEqual((await ask(deep)).body.data, [[0, { error: "the row is nested more than 30 levels deep" }]]);
    });

    it("goes on with what takes too long at each poll", async () => {
      const [name] = lab.outputs.status.split(":").slice(6);
      const lambda = lab.test.client(LambdaClient);
      // Less than what it leaves: each call answers one name.
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Timeout: 3 }));
      await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 30 }, { FunctionName: name! });
      const headers = { [id]: "batch-1" };
      const rows = [
        [0, "a"],
        [1, "b"],
        [2, "a"],
      ];
      const first = await ask(rows, { qualifier: name!, headers });
      assert.deepEqual(first, { statusCode: 202, body: {} });
      const { statusCode, body } = await ask("", { qualifier: name!, method: "GET", headers });
      assert.equal(statusCode, 200);
      assert.deepEqual(
        body.data.map(([row, { name }]: [number, { name: string }]) => [row, name]),
        rows,
      );
      const none = await ask("", { method: "GET", headers: { [id]: "never sent" } });
      assert.deepEqual([none.statusCode, none.body.message], [404, "there is no such batch"]);
    });
  });
