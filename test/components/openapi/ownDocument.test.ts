import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { ApiWithLambdas } from "../../../components/apiWithLambdas.ts";
import { NodeFunction } from "../../../components/nodeFunction.ts";
import { type Recording, record } from "../support/record.ts";

const entry = "handlers/whodis/index.ts";
const openApi = "test/components/openapi/fixtures/pets.yaml";

/** Two operations, of which one counts on what API Gateway does not know. */
const bearer = () => ({
  openapi: "3.0.1",
  info: { title: "own", version: "1" },
  paths: {
    "/a": { get: { operationId: "x", security: [{ bearer: [] }], responses: {} } },
    "/b": { get: { operationId: "y", responses: {} } },
  },
  components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } as Record<string, object> },
});

describe("an API of an own OpenAPI document", () => {
  let made: Recording;
  let routes: string[];
  // biome-ignore lint/suspicious/noExplicitAny: OpenAPI, as a reader sees it.
  let body: any;
  before(async () => {
    made = await record(() => {
      const pets = new NodeFunction("pets", { entry });
      const api = new ApiWithLambdas("pets-api", {
        openApi,
        operations: { listPets: { function: pets }, getPet: { function: pets }, addPet: { entry, auth: "apiKey" } },
      });
      routes = Object.keys(api.routes);
    });
    body = JSON.parse(made.get("aws:apigateway/restApi:RestApi", "pets-api").inputs.body);
  });

  it("keeps what the document says, and binds its operations by id", () => {
    assert.deepEqual(body.info, { title: "Pets", version: "2" });
    assert.deepEqual(body.paths["/pets"].get.responses, { "200": { description: "Every pet" } });
    assert.match(body.paths["/pets/{id}"].get["x-amazon-apigateway-integration"].uri, /function:pets:live/);
    assert.match(body.paths["/pets"].post["x-amazon-apigateway-integration"].uri, /function:pets-api-addPet:live/);
    assert.deepEqual(routes, ["listPets", "addPet", "getPet"]);
  });

  it("leaves an integration of the document's own as it is", () => {
    assert.equal(body.paths["/health"].get["x-amazon-apigateway-integration"].type, "mock");
  });

  it("takes callers from the arguments, then from the document, and else asks for IAM", () => {
    assert.deepEqual(body.paths["/pets"].post.security, [{ apiKey: [] }]);
    assert.deepEqual(body.paths["/pets"].get.security, []);
    assert.deepEqual(body.paths["/pets/{id}"].get.security, [{ iam: [] }]);
  });

  it("lets the gateway check bodies and required parameters", () => {
    assert.equal(body.paths["/pets"].post["x-amazon-apigateway-request-validator"], "all");
    assert.equal(body.paths["/pets/{id}"].get["x-amazon-apigateway-request-validator"], "all");
    assert.equal(body.paths["/pets"].get["x-amazon-apigateway-request-validator"], undefined);
  });

  it("permits each operation by its method and path", () => {
    const permissions = made.all.filter(({ type }) => type === "aws:lambda/permission:Permission");
    assert.deepEqual(permissions.map(({ inputs }) => inputs.sourceArn.split("/Prod/")[1]).sort(), [
      "GET/pets",
      "GET/pets/*",
      "POST/pets",
    ]);
  });

  it("makes security at the root, which the gateway ignores, each operation's own", async () => {
    const folder = mkdtempSync(join(tmpdir(), "document-"));
    const file = join(folder, "openapi.json");
    const document = bearer();
    document.components.securitySchemes.key = { type: "apiKey", in: "header", name: "x-api-key" };
    writeFileSync(file, JSON.stringify({ ...document, security: [{ key: [] }] }));
    try {
      const { inputs } = (
        await record(() => {
          const operations = { x: { entry, auth: "iam" as const }, y: { entry } };
          new ApiWithLambdas("own", { openApi: relative(process.cwd(), file), operations });
        })
      ).get("aws:apigateway/restApi:RestApi", "own");
      const { paths, components, security } = JSON.parse(inputs.body);
      assert.deepEqual([paths["/a"].get.security, paths["/b"].get.security], [[{ iam: [] }], [{ key: [] }]]);
      assert.deepEqual(Object.keys(components.securitySchemes), ["iam", "key"]);
      assert.equal(security, undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  describe("refuses, before anything is registered,", () => {
    const get = (operationId?: string) => ({ ...(operationId && { operationId }), responses: {} });
    const invalid: [string, unknown, string[], RegExp][] = [
      ["a document of OpenAPI 3.1", { openapi: "3.1.0", paths: {} }, [], /openapi is "3.1.0"; allowed is 3.0.x/],
      ["a document of Swagger 2", { swagger: "2.0", paths: {} }, [], /openapi is not given; allowed is 3.0.x/],
      ["a document without paths", { openapi: "3.0.1" }, [], /paths is not given/],
      ["what is no document", "{", [], /allowed is JSON or YAML/],
      [
        "an operation without an id",
        { openapi: "3.0.1", paths: { "/a": { get: get() } } },
        [],
        /operationId of GET \/a is not given/,
      ],
      [
        "one id twice",
        { openapi: "3.0.1", paths: { "/a": { get: get("x") }, "/b": { get: get("x") } } },
        ["x"],
        /operationId of GET \/b is "x"; allowed is an id that no other/,
      ],
      [
        "an operation without a function",
        { openapi: "3.0.1", paths: { "/a": { get: get("x") } } },
        [],
        /operations.x is not given/,
      ],
      [
        "a function for no operation",
        { openapi: "3.0.1", paths: { "/a": { get: get("x") } } },
        ["x", "y"],
        /operations.y is not in the document; allowed is one of x/,
      ],
      [
        "a model of a later draft",
        { openapi: "3.0.1", paths: {}, components: { schemas: { A: { type: "object", required: [] } } } },
        [],
        /components.schemas.A: \/required must NOT have fewer than 1 items/,
      ],
    ];
    invalid.push([
      "a scheme that API Gateway does not enforce",
      bearer(),
      ["x", "y"],
      /security of x is "bearer", which API Gateway does not enforce; allowed is/,
    ]);
    for (const [what, document, ids, message] of invalid) {
      it(what, async () => {
        const folder = mkdtempSync(join(tmpdir(), "document-"));
        const file = join(folder, "openapi.json");
        writeFileSync(file, typeof document === "string" ? document : JSON.stringify(document));
        try {
          const operations = Object.fromEntries(ids.map((id) => [id, { entry }]));
          const recorded = await record(() => {
            assert.throws(
              () => new ApiWithLambdas("own", { openApi: relative(process.cwd(), file), operations }),
              (error) => RunError.isInstance(error) && message.test((error as Error).message),
            );
          });
          assert.deepEqual(recorded.names(), []);
        } finally {
          rmSync(folder, { recursive: true });
        }
      });
    }
  });
});
