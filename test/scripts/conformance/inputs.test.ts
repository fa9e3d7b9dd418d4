import assert from "node:assert/strict";
import { differencesOf, exportedInputs } from "../../../scripts/conformance/inputs.ts";

const signature = "4dabf18193072939515e22adb298388d";
const urn = (type: string, name: string) => `urn:pulumi:local::p::${type}::${name}`;

interface Resource {
  type: string;
  name: string;
  id?: string;
  inputs?: object;
  outputs?: object;
}

/** Inputs as an engine has them that made these resources. */
const inputsOf = (...resources: Resource[]) =>
  exportedInputs(
    JSON.stringify({
      deployment: { resources: resources.map(({ name, ...rest }) => ({ ...rest, urn: urn(rest.type, name) })) },
    }),
  );

describe("inputs of two deployments", () => {
  /** The same program, deployed with other ids. */
  const deployed = (id: string, hash: string, more: object = {}) =>
    inputsOf(
      { type: "aws:iam/role:Role", name: "role", id: `role-${hash}`, inputs: { name: `role-${hash}` } },
      { type: "aws:apigateway/restApi:RestApi", name: "api", id },
      {
        type: "aws:lambda/function:Function",
        name: "function",
        id: `function-${hash}`,
        inputs: {
          role: `arn:aws:iam::000000000000:role/role-${hash}`,
          variables: { POLICY: JSON.stringify({ Resource: [`arn:aws:execute-api:eu-west-1:0:${id}/Prod`] }) },
          logGroup: `API-Gateway-Execution-Logs_${id}/Prod`,
          __defaults: [hash],
          ...more,
        },
      },
      { type: "pulumi:providers:aws", name: "default", id: "1", inputs: { version: hash } },
    );
  const paths = (left: object, right: object) =>
    differencesOf(deployed("a1b2c3d4e5", "0123456", left), deployed("f6g7h8i9j0", "89abcde", right)).map(
      ({ words, detail }) => `${words.join(" ")}: ${detail}`,
    );

  it("are equal but for ids, names by chance and providers", () => {
    assert.deepEqual(paths({}, {}), []);
  });

  it("are equal where a time or a port on this machine differs, or an archive's own hash", () => {
    const archive = (hash: string) => ({
      [signature]: "0def7320c3a5731c473e5ecbe6d01bc7",
      hash,
      assets: { "index.mjs": { [signature]: "c44067f5952c0a294b673a41bacd8c17", hash: "same", path: `/tmp/${hash}` } },
    });
    assert.deepEqual(
      paths(
        { at: "2026-11-28T22:00:00.000", url: "http://127.0.0.1:4566/x", code: archive("1") },
        { at: "2026-11-29T23:00:00Z", url: "http://127.0.0.1:80/x", code: archive("2") },
      ),
      [],
    );
  });

  it("differ by path: a value, one that is not there, the content of a file or of JSON in a text", () => {
    const code = (hash: string) => ({ [signature]: "c44067f5952c0a294b673a41bacd8c17", hash });
    assert.deepEqual(
      paths(
        { timeout: 3, layers: ["x"], code: code("1"), policy: '{"a":[1,2]}' },
        { timeout: "3", code: code("2"), policy: '{ "a": [1, 3] }' },
      ),
      [
        "aws:lambda/function:Function function layers[0]: CLI x; npm start has none",
        "aws:lambda/function:Function function code: CLI 1; npm start 2",
        "aws:lambda/function:Function function policy#a[1]: CLI 2; npm start 3",
      ],
    );
  });

  it("are equal where one spells out a default that the other's outputs have", () => {
    const queue = (inputs: object, outputs: object) =>
      inputsOf({ type: "aws:sqs/queue:Queue", name: "queue", id: "1", inputs, outputs });
    const spelled = queue({ delaySeconds: 0 }, { delaySeconds: 0 });
    assert.deepEqual(differencesOf(queue({}, { delaySeconds: 0 }), spelled), []);
    assert.deepEqual(differencesOf(spelled, queue({}, { delaySeconds: 0 })), []);
    assert.deepEqual(differencesOf(queue({}, { delaySeconds: 5 }), spelled), [
      { words: ["aws:sqs/queue:Queue", "queue", "delaySeconds"], detail: "CLI has none; npm start 0" },
    ]);
  });

  it("are equal by the generated name, whatever the engine takes for the id", () => {
    const rule = (id: string, hash: string) =>
      inputsOf({ type: "aws:cloudwatch/eventRule:EventRule", name: "rule", id, inputs: { name: `rule-${hash}` } });
    assert.deepEqual(differencesOf(rule("default/rule-0123456", "0123456"), rule("rule-89abcde", "89abcde")), []);
  });

  it("never show a secret", () => {
    const secret = (ciphertext: string) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", ciphertext });
    assert.deepEqual(paths({ value: secret("a") }, { value: secret("b") }), []);
  });

  it("differ by a resource that only one has", () => {
    const one = inputsOf({ type: "aws:sqs/queue:Queue", name: "queue", id: "1" });
    assert.deepEqual(differencesOf(one, inputsOf()), [
      { words: ["aws:sqs/queue:Queue", "queue", "(resource)"], detail: "CLI only" },
    ]);
    assert.deepEqual(differencesOf(inputsOf(), one)[0]?.detail, "npm start only");
  });
});
