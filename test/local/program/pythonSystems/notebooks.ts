/** The reader of notebooks, in Python. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { proxyEvent } from "../../../handlers/support/proxyEvent.ts";
import type { PythonSystems } from "./lab.ts";

export const notebooks = (lab: PythonSystems) =>
  describe("a reader of notebooks", () => {
    const call = async (target: string, method: string, path: string, more: object = {}) => {
      const { statusCode, headers, body } = await lab.invoke(target, proxyEvent(method, path, more));
      return { statusCode, headers, body: body && JSON.parse(body) };
    };
    const list = (query: object | null = null) =>
      call(lab.outputs.read, "GET", "/notebooks", { queryStringParameters: query });
    const read = (id: string) =>
      call(lab.outputs.read, "GET", `/notebooks/${id}`, { resource: "/notebooks/{id}", pathParameters: { id } });

    it("lists them, newest first, page by page", async () => {
      for (const Name of ["anna", "berta", "carla"]) {
        const made = await call(lab.outputs.change, "POST", "/notebooks", { body: JSON.stringify({ Name }) });
        assert.equal(made.statusCode, 201, JSON.stringify(made.body));
      }
      const all = await list();
      assert.deepEqual(
        all.body.items.map(({ Name }: { Name: string }) => Name),
        ["carla", "berta", "anna"],
      );
      assert.equal(all.body.token, undefined);
      const internal = ["Listed", "TimeKey", "Modified", "Started", "Revision"];
      assert.deepEqual(
        Object.keys(all.body.items[0]).filter((key) => internal.includes(key)),
        [],
      );
      assert.equal(all.body.items[0].VolumeSize, 5);
      const first = await list({ limit: "2" });
      const rest = await list({ limit: "2", token: first.body.token });
      assert.deepEqual(
        [...first.body.items, ...rest.body.items].map(({ NotebookId }: { NotebookId: string }) => NotebookId),
        all.body.items.map(({ NotebookId }: { NotebookId: string }) => NotebookId),
      );
      assert.equal(rest.body.token, undefined);
    });

    it("opens one that runs", async () => {
      const { NotebookId: id } = (await list()).body.items[0];
      let found = await read(id);
      while (found.body.Nb_status !== "InService") {
        await sleep(50);
        found = await read(id);
      }
      assert.match(found.body.Url, /^https?:\/\//);
      assert.match(found.body.UrlExpires, /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);
      assert.deepEqual(found.headers, {
        "content-type": "application/json",
        etag: found.headers.etag,
        "access-control-allow-origin": "https://example.org",
        "access-control-expose-headers": "etag",
      });
      assert.match(found.headers.etag, /^"\w+"$/);
    });

    it("refuses what it does not know", async () => {
      assert.deepEqual((await read("none")).body, { message: "there is no such notebook", field: "id" });
      assert.equal((await read("request#x")).statusCode, 404);
      const tokens = [
        "!",
        "ü",
        Buffer.from("2026-13-01T00:00:00.000Z#a").toString("base64url"),
        Buffer.from("9999-01-01T00:00:00.000Z#a").toString("base64url"),
      ];
      for (const token of tokens) {
        const { statusCode, body } = await list({ token });
        assert.deepEqual([statusCode, body], [400, { message: "token: is not one of ours", field: "token" }]);
      }
      for (const limit of ["0", "101", "x", "-1", "", "٣"]) {
        const { statusCode, body } = await list({ limit });
        assert.deepEqual([statusCode, body.message], [400, "limit: is not an integer from 1 to 100"]);
      }
    });
  });
