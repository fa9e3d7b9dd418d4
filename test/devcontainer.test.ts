import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";

const read = (file: string) => JSON.parse(readFileSync(join(__dirname, "..", file), "utf8"));

/** Of the reference, the properties that a container by an image needs: https://containers.dev/implementors/json_reference/ */
const attributes = {
  type: "object",
  additionalProperties: false,
  properties: {
    label: { type: "string" },
    requireLocalPort: { type: "boolean" },
    onAutoForward: { enum: ["notify", "openBrowser", "openBrowserOnce", "openPreview", "silent", "ignore"] },
  },
};
const schema = {
  type: "object",
  additionalProperties: false,
  required: ["image"],
  properties: {
    name: { type: "string" },
    image: { type: "string", pattern: "^[a-z0-9./-]+:[\\w.-]+(@sha256:[0-9a-f]{64})?$" },
    remoteUser: { type: "string" },
    hostRequirements: {
      type: "object",
      additionalProperties: false,
      properties: {
        cpus: { type: "integer", minimum: 1 },
        memory: { type: "string", pattern: "^\\d+([tgmk]b)?$" },
      },
    },
    postCreateCommand: { type: "string" },
    forwardPorts: { type: "array", items: { type: "integer", minimum: 0, maximum: 65_535 } },
    portsAttributes: { type: "object", additionalProperties: false, patternProperties: { "^\\d+$": attributes } },
    otherPortsAttributes: attributes,
    customizations: {
      type: "object",
      additionalProperties: false,
      properties: {
        vscode: {
          type: "object",
          additionalProperties: false,
          properties: { extensions: { type: "array", items: { type: "string", pattern: "^[\\w-]+\\.[\\w-]+$" } } },
        },
      },
    },
  },
};

describe("the development container", () => {
  const container = read(".devcontainer/devcontainer.json");
  const validate = new Ajv({ allErrors: true }).compile(schema);

  it("has properties of the reference alone, with values that are theirs", () => {
    assert.ok(validate(container), JSON.stringify(validate.errors));
    for (const wrong of [
      { forwardPort: [3000] },
      { forwardPorts: [70_000] },
      { portsAttributes: { 3000: { onAutoForward: "open" } } },
      { hostRequirements: { memory: "4 GB" } },
      { image: undefined },
    ])
      assert.ok(!validate({ ...container, ...wrong }), JSON.stringify(wrong));
  });

  it("has the Node.js that the project asks for", () => {
    const [, major] = /^node:(\d+)-/.exec(container.image) ?? [];
    assert.equal(`>=${major}`, read("package.json").engines.node);
  });

  it("forwards the ports that npm start listens on, under the same numbers", () => {
    const settings = readFileSync(join(__dirname, "../packages/pulumi-local/src/settings.ts"), "utf8");
    const { api, aws } = /ports = .*\{ api: "(?<api>\d+)", aws: "(?<aws>\d+)" \}/.exec(settings)?.groups ?? {};
    assert.deepEqual(container.forwardPorts, [Number(api), Number(aws)]);
    assert.deepEqual(Object.keys(container.portsAttributes), [api, aws]);
    // URLs that it prints hold them.
    for (const { requireLocalPort } of Object.values<{ requireLocalPort: boolean }>(container.portsAttributes))
      assert.ok(requireLocalPort);
  });

  it("brings the extensions that the editor recommends", () => {
    assert.deepEqual(container.customizations.vscode.extensions, read(".vscode/extensions.json").recommendations);
  });
});
